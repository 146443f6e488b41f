package io.bridge;

import static java.util.Objects.requireNonNull;

import io.bridge.internal.CancelFrame;
import io.bridge.internal.ParkedAwait;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The parked await behind a {@link Suspension}.
 *
 * <pre>
 * onCancel   meaning                                    left by
 * null       no action                                  onCancel -> actions, cancel/end -> CLOSED
 * actions    run when the await is cancelled            onCancel -> one more, cancel/end -> CLOSED
 * CLOSED     the await is over, final; an action that
 *            comes now runs at once if it was cancelled
 * </pre>
 *
 * @param <T> what the await returns
 */
final class CallbackAwait<T extends @Nullable Object> extends ParkedAwait<T>
    implements Suspension<T> {

  /** Actions in the order of their registration, the last one first. */
  private record Actions(@Nullable Runnable last, @Nullable Actions before) {}

  private static final Actions CLOSED = new Actions(null, null);

  private static final VarHandle ON_CANCEL;

  static {
    try {
      ON_CANCEL =
          MethodHandles.lookup().findVarHandle(CallbackAwait.class, "onCancel", Actions.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  // any thread
  private volatile @Nullable Actions onCancel;
  private volatile boolean cancelled;

  private CallbackAwait(@Nullable CancelFrame frame) {
    super(frame);
  }

  static <T extends @Nullable Object> T await(Awaitable<? extends T> awaitable) {
    CallbackAwait<T> suspension = new CallbackAwait<>(CancelFrame.enterAwait());
    try {
      awaitable.subscribe(suspension);
    } catch (Throwable t) {
      suspension.sourceThrew(t);
    }
    return suspension.join();
  }

  @Override
  public void resume(T value) {
    if (tryResume(value)) {
      ON_CANCEL.setVolatile(this, CLOSED);
    } else {
      discard(value);
    }
  }

  @Override
  public void fail(Throwable failure) {
    @SuppressWarnings("NullAway") // a callback API may hand null through
    Throwable cause = failure == null ? new NullPointerException("failure") : failure;
    if (tryFail(cause)) {
      ON_CANCEL.setVolatile(this, CLOSED);
    } else {
      reportLost(cause);
    }
  }

  @Override
  public void onCancel(Runnable action) {
    requireNonNull(action, "action");
    while (true) {
      Actions now = onCancel;
      if (now == CLOSED) {
        if (cancelled) {
          runReporting(action);
        }
        return;
      }
      if (ON_CANCEL.compareAndSet(this, now, new Actions(action, now))) {
        return;
      }
    }
  }

  @Override
  protected void cancelUpstream() {
    cancelled = true;
    Actions registered = (Actions) ON_CANCEL.getAndSet(this, CLOSED);
    Deque<Runnable> inOrder = new ArrayDeque<>();
    for (Actions a = registered; a != null && a.last != null; a = a.before) {
      inOrder.addFirst(a.last);
    }
    inOrder.forEach(this::runReporting);
  }

  private void runReporting(Runnable action) {
    try {
      outsideWindow(action);
    } catch (Throwable t) {
      reportLost(t);
    }
  }
}
