package io.bridge.internal.stream;

import io.bridge.Undeliverable;

/** Receives the items and failures that a stream body can no longer deliver (A12). */
@FunctionalInterface
public interface LostSignals {

  /**
   * Takes a failure after the end or the cancel.
   *
   * @param failure of the body
   */
  void failure(Throwable failure);

  /**
   * Takes an item that the subscriber has not received (B4).
   *
   * @param item of {@code emit}
   */
  default void item(Object item) {
    Undeliverable.discard(item);
  }
}
