package io.bridge;

import static java.util.Objects.requireNonNull;

import io.bridge.internal.CancelFrame;
import io.bridge.internal.ParkedAwait;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The parked await behind a {@link Suspension}.
 *
 * <pre>
 * onCancel   meaning                                    left by
 * null       no action                                  onCancel -> an action, cancel/end -> CLOSED
 * an action  runs when the await is cancelled           onCancel -> both, cancel/end -> CLOSED
 * CLOSED     the await is over, final; an action that
 *            comes now runs at once if it was cancelled
 * </pre>
 *
 * @param <T> what the await returns
 */
final class CallbackAwait<T extends @Nullable Object> extends ParkedAwait<T>
    implements Suspension<T> {

  private enum Closed implements Runnable {
    CLOSED;

    @Override
    public void run() {}
  }

  private static final VarHandle ON_CANCEL;

  static {
    try {
      ON_CANCEL =
          MethodHandles.lookup().findVarHandle(CallbackAwait.class, "onCancel", Runnable.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  // any thread
  private volatile @Nullable Runnable onCancel;
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
      ON_CANCEL.setVolatile(this, Closed.CLOSED);
    } else {
      discard(value);
    }
  }

  @Override
  public void fail(Throwable failure) {
    @SuppressWarnings("NullAway") // a callback API may hand null through
    Throwable cause = failure == null ? new NullPointerException("failure") : failure;
    if (tryFail(cause)) {
      ON_CANCEL.setVolatile(this, Closed.CLOSED);
    } else {
      reportLost(cause);
    }
  }

  @Override
  public void onCancel(Runnable action) {
    requireNonNull(action, "action");
    while (true) {
      Runnable now = onCancel;
      if (now == Closed.CLOSED) {
        if (cancelled) {
          runReporting(action);
        }
        return;
      }
      Runnable both = now == null ? action : () -> runBoth(now, action);
      if (ON_CANCEL.compareAndSet(this, now, both)) {
        return;
      }
    }
  }

  private void runBoth(Runnable first, Runnable second) {
    runReporting(first);
    runReporting(second);
  }

  @Override
  protected void cancelUpstream() {
    cancelled = true;
    Runnable action = (Runnable) ON_CANCEL.getAndSet(this, Closed.CLOSED);
    if (action != null) {
      runReporting(action);
    }
  }

  private void runReporting(Runnable action) {
    try {
      action.run();
    } catch (Throwable t) {
      reportLost(t);
    }
  }
}
