package io.bridge;

import io.bridge.internal.await.CallbackAwait;
import io.bridge.internal.await.ConversionSink;
import org.jspecify.annotations.Nullable;

/**
 * The callback side of one await. A callback ends the await with one outcome, by {@code resume} or
 * {@code fail}, which never throw. Every method may be called from any thread, also inside {@link
 * Awaitable#subscribe(Suspension)}.
 *
 * <p><b>Cancellation:</b> the awaiting thread runs the {@link #onCancel(Runnable)} actions if it is
 * cancelled, interrupted or timed out before an outcome arrives; see {@linkplain io.bridge the
 * package}.
 *
 * <p><b>Errors:</b> the first outcome wins. A later failure goes to {@link
 * Undeliverable#report(Throwable)}, a later value to {@link Undeliverable#discard(Object)}.
 *
 * <p><b>Memory:</b> actions before {@code resume} or {@code fail} happen-before the return of the
 * await. After the end of the await, a reference to the suspension keeps nothing else reachable.
 *
 * @param <T> the type of the value
 * @since 0.1.0
 */
public sealed interface Suspension<T extends @Nullable Object>
    permits CallbackAwait, ConversionSink {

  /**
   * Ends the await with {@code value}.
   *
   * @param value the value that the await returns
   */
  void resume(T value);

  /**
   * Ends the await with {@code failure}. A null counts as a {@link NullPointerException}.
   *
   * @param failure the failure that the await throws, as {@linkplain io.bridge the package} says
   */
  void fail(Throwable failure);

  /**
   * Registers an action that stops the source. When the await is cancelled, the action runs once,
   * on the awaiting thread. If the await has already been cancelled, the action runs at once on the
   * calling thread. It never runs after an outcome. An exception from the action goes to {@link
   * Undeliverable}. Several actions run in the order of their registration.
   *
   * @param action stops the source; must not block
   */
  void onCancel(Runnable action);
}
