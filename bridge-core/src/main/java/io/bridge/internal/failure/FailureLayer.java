package io.bridge.internal.failure;

/** The layer that a library puts around failures, as its adapter module tells core. */
public interface FailureLayer {

  /**
   * What code sees of a failure of this library's sources (A7): without a layer around a checked
   * one that the library's users put there, to throw it where they may not.
   */
  Throwable inLayer(Throwable failure);
}
