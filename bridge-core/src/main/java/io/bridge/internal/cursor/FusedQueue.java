package io.bridge.internal.cursor;

import org.jspecify.annotations.Nullable;

/**
 * What an iteration takes its items from: a buffer of ours, or the queue of an operator that shares
 * it (fusion). One thread polls at a time.
 *
 * @param <T> the type of the items
 */
public interface FusedQueue<T> {

  /**
   * Takes the next item.
   *
   * @return null if there is none
   * @throws Throwable what an operator's own code throws, which runs inside
   */
  @Nullable T poll() throws Throwable;

  /** Whether there is no item at the moment. */
  boolean isEmpty();

  /** Gives up all items, to where their library wants them. */
  void clear();
}
