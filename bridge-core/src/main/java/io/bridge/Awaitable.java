package io.bridge;

import org.jspecify.annotations.Nullable;

/**
 * A source that can be awaited. Implement it so that {@link Await#await(Awaitable)} accepts your
 * own type.
 *
 * <p><b>Cancellation:</b> an implementation that can be cancelled registers the cancel action with
 * {@link Suspension#onCancel(Runnable)}.
 *
 * <p><b>Errors:</b> an exception from {@code subscribe} fails the await, like a call of {@link
 * Suspension#fail(Throwable)}.
 *
 * @param <T> the type of the value; a nullable type if the source may end with null
 * @since 0.1.0
 */
@FunctionalInterface
public interface Awaitable<T extends @Nullable Object> {

  /**
   * Starts the work and passes its outcome to {@code suspension}, now or later, from any thread.
   * The library calls this method once for each await, on the awaiting thread.
   *
   * @param suspension receives the outcome
   * @throws Exception fails the await
   */
  void subscribe(Suspension<? super T> suspension) throws Exception;
}
