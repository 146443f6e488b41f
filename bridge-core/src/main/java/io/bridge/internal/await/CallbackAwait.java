package io.bridge.internal.await;

import io.bridge.Awaitable;
import io.bridge.CoroutineContext;
import io.bridge.Suspension;
import io.bridge.internal.base.Fields;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.failure.CallsSource;
import io.bridge.internal.failure.Failures;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The parked await behind a {@link Suspension}; the actions that stop its source are in the cell of
 * {@link CancelActions}. Proof: SuspendRaceTest, SuspendTest.
 *
 * @param <T> the type of the result
 */
public final class CallbackAwait<T extends @Nullable Object> extends ParkedAwait<T>
    implements Suspension<T>, Receiver<T> {

  private static final VarHandle ON_CANCEL =
      Fields.handle(MethodHandles.lookup(), "onCancel", CancelActions.class);

  // any thread
  @SuppressWarnings("UnusedVariable") // read by its handle
  private volatile @Nullable CancelActions onCancel;

  /** The way into an await of our own code, which no facade calls: an await begins here (A8). */
  @CallsSource(entry = true)
  public static final class Entry {

    private Entry() {}

    /**
     * Awaits {@code awaitable}.
     *
     * @param awaitable the source
     * @param <T> the type of the value
     * @return its value
     */
    public static <T extends @Nullable Object> T await(Awaitable<? extends T> awaitable) {
      return CallbackAwait.<T>await(awaitable);
    }
  }

  private CallbackAwait(@Nullable CancelFrame frame) {
    super(frame, null);
  }

  /**
   * Awaits {@code awaitable}.
   *
   * @param awaitable the source
   * @param <T> the type of the value
   * @return its value
   */
  public static <T extends @Nullable Object> T await(Awaitable<? extends T> awaitable) {
    return CallbackAwait.<T>await(Cancellation.enterAwait(), awaitable);
  }

  /**
   * Like {@link #await(Awaitable)}, after {@link Cancellation#enterAwait()} returned {@code frame}.
   */
  public static <T extends @Nullable Object> T await(
      @Nullable CancelFrame frame, Awaitable<? extends T> awaitable) {
    CallbackAwait<T> suspension = new CallbackAwait<>(frame);
    try {
      awaitable.subscribe(suspension);
    } catch (Throwable t) {
      suspension.sourceThrew(Failures.bare(t));
    }
    return suspension.join();
  }

  @Override
  public CoroutineContext context() {
    return contextOfOwner();
  }

  @Override
  public boolean isAwait() {
    return true;
  }

  @Override
  public void resume(T value) {
    if (!receive(value)) {
      discard(value);
    }
  }

  @Override
  public void fail(Throwable failure) {
    Throwable cause = CancelActions.failure(failure);
    if (!receiveFailure(cause)) {
      reportLost(cause);
    }
  }

  @Override
  public boolean receive(T value) {
    return closeIf(tryResume(value));
  }

  @Override
  public boolean receiveFailure(Throwable failure) {
    if (isOwnCancellation(failure)) { // a source that ran in place has cleared the interrupt flag
      tryCancel();
      return true;
    }
    return closeIf(tryFail(failure));
  }

  private boolean closeIf(boolean ended) {
    if (ended) {
      CancelActions.settle(ON_CANCEL, this, CancelActions.ENDED);
    }
    return ended;
  }

  @Override
  public void onCancel(Runnable action) {
    if (CancelActions.add(ON_CANCEL, this, action) == CancelActions.CANCELLED) {
      runReporting(action);
    }
  }

  @Override
  protected void cancelUpstream() {
    CancelActions registered = CancelActions.settle(ON_CANCEL, this, CancelActions.CANCELLED);
    if (registered != null && !CancelActions.isEnd(registered)) {
      registered.inOrder().forEach(this::runReporting);
    }
  }

  private void runReporting(Runnable action) {
    try {
      stopSource(action);
    } catch (Throwable t) {
      reportLost(t);
    }
  }
}
