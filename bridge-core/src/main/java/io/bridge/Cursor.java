package io.bridge;

import io.bridge.internal.cursor.IterationCursor;
import io.bridge.internal.failure.EntryPoint;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;

/**
 * Iterates over the items of a publisher, in a plain {@code for} loop:
 *
 * <pre>{@code
 * try (Cursor<Row> rows = Publishers.iterate(result)) {
 *   for (Row row : rows) {
 *     if (row.matches(wanted)) {
 *       break; // close cancels the publisher
 *     }
 *   }
 * }
 * }</pre>
 *
 * <p>Only one thread at a time may use a cursor; any thread may call {@link #close}. Waiting for
 * the next item is an await, so it is allowed only on a thread that may block; see {@linkplain
 * io.bridge the package}.
 *
 * <p><b>Cancellation:</b> {@link #close} cancels the publisher, and so does a cancellation or
 * interrupt of the code that waits for an item. If a cursor is not closed, the end of the coroutine
 * that opened it cancels the publisher. If the cursor becomes unreachable before the publisher has
 * ended, the publisher is cancelled and the lost cursor is {@linkplain Undeliverable#report
 * reported} once.
 *
 * <p><b>Errors:</b> items that arrived before a failure are returned first. Then {@link #hasNext}
 * and {@link #next} throw the failure: an unchecked one as is, a checked one as the cause of a
 * {@link CompletionException}.
 *
 * <p><b>Memory:</b> the cursor holds at most as many items as it has requested. {@link #close}
 * passes the remaining items to the discard hooks.
 *
 * @param <T> the type of the items
 * @since 0.1.0
 */
@SuppressWarnings("IterableAndIterator") // Iterable for the loop, Iterator for its body
@EntryPoint
public sealed interface Cursor<T> extends Iterable<T>, Iterator<T>, AutoCloseable
    permits IterationCursor {

  /**
   * Returns this cursor, for the {@code for} loop. A cursor can be iterated once.
   *
   * @return this
   * @throws IllegalStateException when called twice
   */
  @Override
  Iterator<T> iterator();

  /**
   * Waits until there is an item or the publisher has ended.
   *
   * @return whether there is an item; false after {@link #close}
   * @throws CancellationException when the waiting code is cancelled or interrupted
   */
  @Override
  boolean hasNext();

  /**
   * Waits for the next item.
   *
   * @return the item
   * @throws NoSuchElementException when there are no more items
   * @throws CancellationException when the waiting code is cancelled or interrupted
   */
  @Override
  T next();

  /** Cancels the publisher if it has not ended; never throws. A second call does nothing. */
  @Override
  void close();
}
