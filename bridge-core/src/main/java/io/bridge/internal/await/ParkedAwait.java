package io.bridge.internal.await;

import io.bridge.CoroutineContext;
import io.bridge.Suspension;
import io.bridge.Undeliverable;
import io.bridge.internal.base.Fields;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.cancel.OwnCancel;
import io.bridge.internal.cancel.ParkLoop;
import io.bridge.internal.failure.CallsSource;
import io.bridge.internal.failure.Failures;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One await: the thread that made this object waits in {@link #join()} until some thread wins the
 * one state cell. In a conversion no thread waits: the winner of the same cell passes the outcome
 * on to a {@link Receiver}. Subclasses translate the signals of one kind of source. See
 * docs/design/suspension.md.
 *
 * <pre>
 * cell        meaning                                  left by
 * null        pending, the owner is not parked         tryResume, tryFail, tryCancel; join -> PARKED
 * PARKED      pending, the owner may be parked         tryResume, tryFail, tryCancel (they unpark)
 * a value     resumed, final (NULL stands for null)    -
 * a Failure   failed, final                            -
 * CANCELLED   the wait was cancelled, final            -
 * </pre>
 *
 * Proof: AwaitRaceTest, AwaitCancellationTest, NoSpinTest.
 *
 * @param <T> the type of the result
 */
@CallsSource
public abstract class ParkedAwait<T extends @Nullable Object> implements ParkLoop.Condition {

  private enum Mark {
    PARKED,
    CANCELLED,
    NULL
  }

  private record Failure(Throwable cause) {}

  /** Stands for a failure when there is no memory to hold it. */
  private static final Failure NO_MEMORY = new Failure(new OutOfMemoryError("in a signal"));

  private static final VarHandle CELL = Fields.handle(MethodHandles.lookup(), "cell", Object.class);

  // any thread
  private volatile @Nullable Object cell;

  // written by the owner in the constructor, and null when it leaves, so that a source that keeps
  // this object keeps nothing else; read by any thread, which accepts either value
  private @Nullable Thread owner;
  private @Nullable CancelFrame frame;

  // of a conversion, instead of the owner; null after the end
  private @Nullable Receiver<? super T> receiver;

  /**
   * Creates the await of the calling thread, or a conversion.
   *
   * @param frame the result of {@link Cancellation#enterAwait()}; null in a conversion
   * @param receiver gets the outcome of a conversion; null if the calling thread waits
   */
  protected ParkedAwait(@Nullable CancelFrame frame, @Nullable Receiver<? super T> receiver) {
    this.owner = receiver == null ? Thread.currentThread() : null;
    this.frame = frame;
    this.receiver = receiver;
  }

  /** The source runs in place, inside the frame that is returned. Owner only. */
  protected final @Nullable CancelFrame callingFrame() {
    return frame;
  }

  /** What the await throws for a failure of the source. Owner only. */
  protected RuntimeException thrown(Throwable cause) {
    return Failures.thrown(cause);
  }

  /** Waits for the outcome: returns the value, or throws as in contract A7. Owner only, once. */
  protected final T join() {
    CancelFrame enclosing = frame;
    if (cell == null && CELL.compareAndSet(this, (Object) null, Mark.PARKED)) {
      try {
        ParkLoop.await(this, enclosing);
      } catch (Throwable t) { // for example too little stack to park
        waitThrew();
        throw t;
      }
    }
    if (cell == Mark.CANCELLED) { // possibly by an outcome that came after the cancel
      stop();
    }
    owner = null;
    frame = null;
    return outcome(enclosing);
  }

  /** An Error cut the wait short: the outcome is not delivered, and the source is stopped (A5). */
  private void waitThrew() {
    tryCancel();
    Object result = cell;
    owner = null;
    frame = null;
    if (result instanceof Failure failure) {
      reportLost(failure.cause);
    } else if (!(result instanceof Mark)) {
      discard(result);
    }
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // the cell holds a T, a Failure or a Mark
  private T outcome(@Nullable CancelFrame enclosing) {
    Object result = cell;
    if (result == Mark.CANCELLED) {
      throw Cancellation.exception(enclosing);
    }
    if (result instanceof Failure failure) {
      Throwable cause = inside(failure.cause);
      boolean both = cause instanceof CancellationException && isCancelled(enclosing);
      throw both ? Cancellation.exception(enclosing) : thrown(cause);
    }
    cell = Mark.NULL; // a source that keeps this object does not keep the value
    return (T) (result == Mark.NULL ? null : result);
  }

  /**
   * Unwraps the failure of the source. Called when the cell is settled, by the owner or by the
   * thread that passes the outcome on, because it may call the failure's getters (A8).
   */
  protected Throwable inside(Throwable failure) {
    return failure;
  }

  /** Whether the enclosing code is cancelled: then the cancellation of its source is no news. */
  private static boolean isCancelled(@Nullable CancelFrame enclosing) {
    return enclosing != null && enclosing.isCancelled();
  }

  /** Lets {@code suspension} cancel this conversion; false if it already has. */
  protected final boolean follow(Suspension<?> suspension) {
    suspension.onCancel(this::cancelAgain);
    return !hasEnded();
  }

  /** Cancels; a cancel that the stack has cut short stops the source now (A11). */
  private void cancelAgain() {
    if (settle(Mark.CANCELLED) || cell == Mark.CANCELLED) {
      stop();
    }
  }

  /** Ends the await with a value; false if it has ended already. Any thread. */
  protected final boolean tryResume(T value) {
    return settle(value == null ? Mark.NULL : value);
  }

  /** Ends the await with a failure; false if it has ended already. Any thread. */
  protected final boolean tryFail(Throwable failure) {
    Failure outcome;
    try {
      outcome = new Failure(failure);
    } catch (OutOfMemoryError noMemory) {
      outcome = NO_MEMORY;
    }
    return settle(outcome);
  }

  /** Ends the await with a value, or discards the value (A12). Any thread. */
  protected final void resumeOrDiscard(T value) {
    if (!tryResume(value)) {
      discard(value);
    }
  }

  /** Ends the await with a failure, or reports the failure (A12). Any thread. */
  protected final void failOrReport(Throwable failure) {
    if (isOwnCancellation(failure)) {
      tryCancel();
    } else if (!tryFail(failure)) {
      LockSupport.unpark(owner); // an Error may have cut the winner short before its own unpark
      reportLost(failure);
    }
  }

  /** Whether the calling thread is the waiting one. */
  protected final boolean isOwner() {
    return owner == Thread.currentThread();
  }

  /** Whether a source that runs on the owner thread only reports the owner's cancellation back. */
  protected final boolean isOwnCancellation(Throwable failure) {
    return isOwner() && Cancellation.isCancellation(failure, frame);
  }

  /**
   * Runs {@code cleanup}, which stops the source; on the owner thread by {@link
   * Cancellation#outsideWindow}.
   */
  protected final void stopSource(Runnable cleanup) {
    if (isOwner()) {
      Cancellation.outsideWindow(frame, () -> OwnCancel.run(this, cleanup));
    } else {
      OwnCancel.run(this, cleanup);
    }
  }

  /** Cancels the await and then its source; nothing if it has ended already. Any thread. */
  protected final void tryCancel() {
    if (settle(Mark.CANCELLED)) {
      stop();
    }
  }

  private void stop() {
    cancelUpstream();
    discardPartial();
  }

  private boolean settle(Object result) {
    while (true) {
      Object now = cell;
      Thread waiting = owner; // between this read and the write of the cell the owner cannot leave
      if (now != null && now != Mark.PARKED) {
        return false;
      }
      // an earlier cancel wins, though the owner has not noticed it yet (A7)
      Object outcome = isCancelledBefore(now) ? Mark.CANCELLED : result;
      if (CELL.compareAndSet(this, now, outcome)) {
        if (now == Mark.PARKED) {
          LockSupport.unpark(waiting);
        }
        Receiver<? super T> to = receiver;
        if (outcome != result || to == null) {
          return outcome == result;
        }
        try { // here, since the call itself may be too deep
          return passOn(result, to);
        } catch (Throwable tooDeep) { // or in the receiver: it counts as not signalled (A11)
          receiver = to;
          cell = null;
          throw tooDeep;
        }
      }
    }
  }

  /** In a conversion the receiver decides. */
  private boolean isCancelledBefore(@Nullable Object now) {
    CancelFrame enclosing = frame;
    return now == Mark.PARKED
        ? Cancellation.cancelRequested(enclosing, owner)
        : enclosing != null && enclosing.isCancelled();
  }

  /** The winner of the cell ends a conversion; false if the outcome is not wanted any more. */
  @SuppressWarnings({"unchecked", "NullAway"}) // as in outcome
  private boolean passOn(Object result, Receiver<? super T> to) {
    receiver = null;
    if (result == Mark.CANCELLED) {
      return true; // the receiver itself has cancelled
    }
    if (result instanceof Failure failure) {
      return to.receiveFailure(inside(failure.cause));
    }
    boolean received = to.receive((T) (result == Mark.NULL ? null : result));
    cell = Mark.NULL;
    return received;
  }

  /** The context of the waiting code or of the conversion's target; empty after the end. */
  protected final CoroutineContext contextOfOwner() {
    Receiver<? super T> to = receiver;
    return to == null ? CancelFrame.contextOf(frame) : to.context();
  }

  /** Whether there is an outcome. Any thread. */
  protected final boolean hasEnded() {
    Object now = cell;
    return now != null && now != Mark.PARKED;
  }

  /**
   * Cancels the await if its owner was cancelled inside its source and has not noticed yet (A6).
   * Any thread.
   *
   * @return whether it has ended, so that its source may stop
   */
  public final boolean cancelIfRequested() {
    if (!hasEnded() && isCancelRequested()) {
      tryCancel();
    }
    return hasEnded();
  }

  private boolean isCancelRequested() {
    Receiver<? super T> to = receiver;
    return to == null ? Cancellation.cancelRequested(frame, owner) : to.cancelIfRequested();
  }

  /**
   * Stops the source, once. Called after a cancellation, by the winning thread and by the owner.
   */
  protected abstract void cancelUpstream();

  /** Discards the received items of an outcome that is not delivered. Called after the end. */
  protected void discardPartial() {}

  /** {@code subscribe} or {@code request} threw: that ends the await and cancels upstream (A5). */
  protected final void sourceThrew(Throwable failure) {
    if (isOwnCancellation(failure)) {
      tryCancel();
    } else if (!hasEnded()) {
      cancelUpstream();
      failOrReport(failure);
      discardPartial();
    } else if (owner == null && cell == Mark.CANCELLED && Failures.isCancelEcho(failure)) {
      raiseAgain(failure); // a conversion was stopped inside its source, which must see that
    } else if (!(cell instanceof Failure outcome) || outcome.cause != failure) {
      reportLost(failure);
    }
  }

  private static void raiseAgain(Throwable failure) {
    if (Cancellation.isInterruption(failure)) {
      Thread.currentThread().interrupt();
    }
  }

  /** Reports a failure that has no receiver, unless it is the echo of our own cancel. */
  public final void reportLost(Throwable lost) {
    Throwable failure = Failures.bare(lost);
    if (OwnCancel.isEcho(failure, this, cell == Mark.CANCELLED)) {
      return;
    }
    try {
      undeliverable(failure);
    } catch (Throwable ofHook) { // nothing is thrown into the source (A11)
      Undeliverable.report(failure);
      Undeliverable.report(ofHook);
    }
  }

  /** Sends a lost failure to the channel of the library that lost it (A12). */
  protected void undeliverable(Throwable failure) {
    Undeliverable.report(failure);
  }

  /** Sends a lost value to {@link Undeliverable} and the library's own discard hook (A12). */
  public void discard(@Nullable Object value) {
    Undeliverable.discard(value);
  }

  @Override
  public final boolean mustWait() {
    return cell == Mark.PARKED;
  }

  @Override
  public final void abandon() {
    tryCancel();
  }
}
