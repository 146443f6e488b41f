package io.bridge;

import io.bridge.internal.cursor.IterationCursor;
import io.bridge.internal.failure.EntryPoint;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;

/**
 * The iterating end of a publisher, for a plain {@code for} loop:
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
 * <p>It is used by one thread at a time; {@link #close} may be called by any. Waiting for the next
 * item is an await: the same threads may, see {@linkplain io.bridge the package}.
 *
 * <p><b>Cancellation:</b> {@link #close} cancels the publisher, and so does a cancellation or
 * interrupt of the code that waits for an item. A cursor that is not closed is cancelled when the
 * coroutine that opened it ends; one that becomes unreachable before its end is cancelled, and
 * {@linkplain Undeliverable#report reported} once.
 *
 * <p><b>Errors:</b> items that came before a failure are returned first; then {@link #hasNext} and
 * {@link #next} throw it, unchecked as is, checked as the cause of a {@link CompletionException}.
 *
 * <p><b>Memory:</b> holds at most as many items as it has requested. Items that are left when it is
 * closed go to the discard hooks.
 *
 * @param <T> the type of the items
 * @since 0.1.0
 */
@SuppressWarnings("IterableAndIterator") // the loop wants the one, its body may want the other
@EntryPoint
public sealed interface Cursor<T> extends Iterable<T>, Iterator<T>, AutoCloseable
    permits IterationCursor {

  /**
   * Returns this cursor, for the {@code for} loop; there is one run only.
   *
   * @return this
   * @throws IllegalStateException when called twice
   */
  @Override
  Iterator<T> iterator();

  /**
   * Waits until there is an item, or none any more.
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
   * @throws NoSuchElementException when there is none any more
   * @throws CancellationException when the waiting code is cancelled or interrupted
   */
  @Override
  T next();

  /** Cancels the publisher, if it has not ended; never throws. Closing twice is harmless. */
  @Override
  void close();
}
