package io.bridge.internal.cursor;

import org.jspecify.annotations.Nullable;

/**
 * The queue that an iteration polls: a buffer of ours, or the queue of an operator that shares it
 * (fusion). One thread polls at a time.
 *
 * @param <T> the type of the items
 */
public interface FusedQueue<T> {

  /**
   * Takes the next item.
   *
   * @return null if there is none
   * @throws Throwable of an operator's own code, which runs inside
   */
  @Nullable T poll() throws Throwable;

  /** Whether there is no item at the moment. */
  boolean isEmpty();

  /** Discards all items by their library's own hook. */
  void clear();
}
