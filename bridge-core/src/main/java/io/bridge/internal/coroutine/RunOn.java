package io.bridge.internal.coroutine;

import io.bridge.Body;
import io.bridge.Undeliverable;
import io.bridge.internal.base.Fields;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.cancel.ParkLoop;
import io.bridge.internal.context.ContextSnapshot;
import io.bridge.internal.failure.AwaitSite;
import io.bridge.internal.failure.CallsSource;
import io.bridge.internal.failure.Failures;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One body on an executor, and the await of its end (S9). The object is also the executor's task;
 * the stage holds everything the body needs, so that a finished task left in a queue keeps nothing.
 * See docs/design/coroutine.md.
 *
 * <pre>
 * stage          meaning                                   left by
 * Start          with the executor                         run -> ExecutorFrame, or IN_PLACE on the
 *                                                          caller's thread; withdraw -> WITHDRAWN
 * ExecutorFrame  the body runs; its thread receives the    its end -> Outcome
 *                caller's cancels
 * IN_PLACE       the body runs inside execute, in the      its end -> Outcome
 *                frames of the caller
 * Outcome        the body's outcome                        the caller -> OVER
 * WITHDRAWN      cancelled or refused before it began      the caller -> OVER
 * OVER           the caller is gone, final                 -
 * </pre>
 *
 * Only a Start can be run, so the body runs once at most. Proof: RunOnTest, RunOnRaceTest.
 *
 * @param <T> the type of the value
 */
@CallsSource(entry = true)
public final class RunOn<T extends @Nullable Object> implements Runnable, ParkLoop.Condition {

  /** See the table of {@link RunOn}. */
  sealed interface Stage permits Start, ExecutorFrame, Outcome, Mark {}

  private record Start(
      Body<?, ?> body,
      ContextSnapshot ambient,
      Executor executor,
      @Nullable CancelFrame frame,
      Thread caller)
      implements Stage {

    boolean isCancelled() {
      return Cancellation.cancelRequested(frame, caller);
    }
  }

  /** The outcome of a body; a failure in place already has the caller's stack. */
  record Outcome(@Nullable Object value, @Nullable Throwable failure, boolean inPlace)
      implements Stage {

    static Outcome of(Body<?, ?> body, boolean inPlace) {
      try {
        return new Outcome(body.call(), null, inPlace);
      } catch (Throwable failure) { // after an Error too: no caller may wait for ever
        return new Outcome(null, failure, inPlace);
      }
    }
  }

  private enum Mark implements Stage {
    IN_PLACE,
    WITHDRAWN,
    OVER
  }

  private static final VarHandle STAGE =
      Fields.handle(MethodHandles.lookup(), "stage", Stage.class);

  // any thread
  private volatile Stage stage;

  // by the caller
  private boolean cancelled;
  private boolean noticed;

  private RunOn(Start start) {
    this.stage = start;
  }

  /**
   * Runs {@code body} on {@code executor} and waits for its end.
   *
   * @param executor where to run it
   * @param body the code
   * @param <T> the type of its value
   * @param <X> the checked exception that it may throw
   * @return its value
   * @throws X when it fails
   */
  public static <T extends @Nullable Object, X extends Exception> T run(
      Executor executor, Body<? extends T, ? extends X> body) throws X {
    CancelFrame frame = Cancellation.enterAwait();
    if (ExecutorFrame.isOn(executor, frame)) {
      return body.call();
    }
    ContextSnapshot ambient = ContextSnapshot.ofCaller(CancelFrame.contextOf(frame));
    RunOn<T> task = new RunOn<>(new Start(body, ambient, executor, frame, Thread.currentThread()));
    task.submit(executor, frame);
    task.awaitEnd(frame);
    return task.<X>outcome(frame);
  }

  private void submit(Executor executor, @Nullable CancelFrame frame) {
    ExecutorFrame host = ExecutorFrame.hostOf(executor, frame);
    if (host != null) {
      host.invite(this);
      return;
    }
    try {
      executor.execute(this);
    } catch (Throwable refusal) {
      boolean echo = Cancellation.isCancellation(refusal, frame);
      if (withdraw() && !echo) {
        throw refusal;
      }
      if (!echo) {
        Undeliverable.report(refusal); // the body was taken all the same, and counts
      }
    }
  }

  private boolean withdraw() {
    return stage instanceof Start start && leave(start, Mark.WITHDRAWN);
  }

  private boolean leave(Start start, Stage next) {
    return STAGE.compareAndSet(this, (Stage) start, next);
  }

  /** The executor's task; not for callers. */
  @Override
  public void run() {
    if (!(stage instanceof Start start)) {
      return; // withdrawn, or run before
    }
    if (start.isCancelled()) {
      if (leave(start, Mark.WITHDRAWN)) {
        LockSupport.unpark(start.caller);
      }
    } else if (start.caller == Thread.currentThread()) {
      if (leave(start, Mark.IN_PLACE)) {
        stage = Outcome.of(start.body, true);
      }
    } else {
      ExecutorFrame inside =
          new ExecutorFrame(start.executor, start.frame, start.ambient, start.caller);
      if (leave(start, inside)) {
        stage = inside.call(() -> start.ambient.<@Nullable Object, Exception>call(start.body));
        LockSupport.unpark(start.caller);
      }
    }
  }

  /** Waits until the body has ended, or can no longer begin. */
  private void awaitEnd(@Nullable CancelFrame frame) {
    boolean interrupted = false;
    while (isUnderWay()) {
      noticed = false;
      // after a cancel was passed on, no further one ends the wait
      boolean byFlag = awaitNews(frame);
      if (stage instanceof ExecutorFrame inside) {
        inside.serveGuest();
      }
      if (cancelled) {
        interrupted |= byFlag || Thread.interrupted(); // a later one is passed on too
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean awaitNews(@Nullable CancelFrame frame) {
    try {
      return ParkLoop.awaitTakingFlag(this, cancelled ? null : frame);
    } catch (Throwable tooDeep) { // cannot park: the caller gives up, so the body is cancelled
      abandon();
      throw tooDeep;
    }
  }

  private boolean isUnderWay() {
    Stage now = stage;
    return now instanceof Start || now instanceof ExecutorFrame;
  }

  @Override
  public boolean mustWait() {
    return !noticed && isUnderWay() && !(stage instanceof ExecutorFrame in && in.hasGuest());
  }

  /** The caller was cancelled or interrupted, perhaps again. */
  @Override
  public void abandon() {
    cancelled = true;
    noticed = true;
    if (!withdraw() && stage instanceof ExecutorFrame inside) {
      inside.cancelWithCaller();
    }
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // the value of an Outcome is a T
  private <X extends Exception> T outcome(@Nullable CancelFrame frame) throws X {
    Stage last = stage;
    stage = Mark.OVER; // an executor that keeps its task must not keep the value
    if (!(last instanceof Outcome end)) {
      throw Cancellation.exception(frame);
    }
    Throwable failure = end.failure;
    if (failure != null && !end.inPlace) {
      if (isCancelled(frame) && Failures.isCancelEcho(failure)) {
        throw Cancellation.exception(frame);
      }
      AwaitSite.addTo(failure);
    }
    if (failure != null) {
      RunOn.<X>rethrow(failure);
    }
    return (T) end.value;
  }

  private boolean isCancelled(@Nullable CancelFrame frame) {
    return cancelled || (frame != null && frame.isCancelled());
  }

  @SuppressWarnings("unchecked") // the body throws an X, or unchecked
  public static <E extends Throwable> void rethrow(Throwable failure) throws E {
    throw (E) failure;
  }
}
