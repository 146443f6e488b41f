package io.bridge.internal.failure;

/** The layer that a library puts around failures, as told by its adapter module. */
public interface FailureLayer {

  /**
   * The failure of this library's sources as code sees it (A7): without a layer that the library's
   * users put around a checked exception, to throw it where they may not.
   */
  Throwable inLayer(Throwable failure);
}
