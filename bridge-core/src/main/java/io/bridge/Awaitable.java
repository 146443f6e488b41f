package io.bridge;

import org.jspecify.annotations.Nullable;

/**
 * Something that can be awaited: the one interface to implement so that {@link
 * Await#await(Awaitable)} accepts a type of yours.
 *
 * <p><b>Cancellation:</b> an implementation that can be cancelled registers how with {@link
 * Suspension#onCancel(Runnable)}.
 *
 * <p><b>Errors:</b> what {@code subscribe} throws is the failure of the await, as if it had been
 * given to {@link Suspension#fail(Throwable)}.
 *
 * @param <T> the type of the value; a nullable type if the source may end with null
 * @since 0.1.0
 */
@FunctionalInterface
public interface Awaitable<T extends @Nullable Object> {

  /**
   * Starts the work and gives its outcome to {@code suspension}, from any thread, now or later.
   * Called once for each await, on the awaiting thread.
   *
   * @param suspension takes the one outcome
   * @throws Exception is the failure of the await
   */
  void subscribe(Suspension<? super T> suspension) throws Exception;
}
