package io.bridge;

import io.bridge.internal.await.CallbackAwait;
import io.bridge.internal.await.ConversionSink;
import org.jspecify.annotations.Nullable;

/**
 * The callback side of one await: whoever holds it ends the waiting with one outcome. Every method
 * may be called from any thread, also from inside {@link Awaitable#subscribe(Suspension)}; {@code
 * resume} and {@code fail} never throw.
 *
 * <p><b>Cancellation:</b> the awaiting thread runs the {@link #onCancel(Runnable)} actions when it
 * is cancelled, interrupted or timed out before an outcome arrived; see {@linkplain io.bridge the
 * package}.
 *
 * <p><b>Errors:</b> the first outcome wins. A later failure goes to {@link
 * Undeliverable#report(Throwable)}, a later value to {@link Undeliverable#discard(Object)}.
 *
 * <p><b>Memory:</b> actions before {@code resume} or {@code fail} happen-before the return of the
 * await. After the end of the await, a suspension that is still held keeps nothing else alive.
 *
 * @param <T> the type of the value
 * @since 0.1.0
 */
public sealed interface Suspension<T extends @Nullable Object>
    permits CallbackAwait, ConversionSink {

  /**
   * Ends the await with {@code value}.
   *
   * @param value what the await returns
   */
  void resume(T value);

  /**
   * Ends the await with {@code failure}. A null is taken as a {@link NullPointerException}.
   *
   * @param failure what the await throws, as {@linkplain io.bridge the package} says
   */
  void fail(Throwable failure);

  /**
   * Registers what stops the source. It runs once, on the awaiting thread, when the await is
   * cancelled; at once on the calling thread when it already was; never after an outcome. What it
   * throws goes to {@link Undeliverable}. Several actions run in the order of their registration.
   *
   * @param action stops the source; must not block
   */
  void onCancel(Runnable action);
}
