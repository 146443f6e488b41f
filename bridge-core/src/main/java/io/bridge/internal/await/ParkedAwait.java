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
 * One await: the thread that made this object waits in {@link #join()} until somebody, on any
 * thread, wins the one state cell. In a conversion nobody waits: the same cell decides, and its
 * winner passes the outcome on to a {@link Receiver}. Subclasses translate the signals of one kind
 * of source. See docs/design/suspension.md.
 *
 * <pre>
 * cell        meaning                                  left by
 * null        pending, the owner is not parked         tryResume, tryFail, tryCancel; join -> PARKED
 * PARKED      pending, the owner may be parked         tryResume, tryFail, tryCancel (they unpark)
 * a value     resumed, final (NULL stands for null)    -
 * a Failure   failed, final                            -
 * CANCELLED   the waiting was cancelled, final         -
 * </pre>
 *
 * Proof: AwaitRaceTest, AwaitCancellationTest, NoSpinTest.
 *
 * @param <T> what the await returns
 */
@CallsSource
public abstract class ParkedAwait<T extends @Nullable Object> implements ParkLoop.Condition {

  private enum Mark {
    PARKED,
    CANCELLED,
    NULL
  }

  private record Failure(Throwable cause) {}

  /** In place of a failure for which there is no memory. */
  private static final Failure NO_MEMORY = new Failure(new OutOfMemoryError("in a signal"));

  private static final VarHandle CELL = Fields.handle(MethodHandles.lookup(), "cell", Object.class);

  // any thread
  private volatile @Nullable Object cell;

  // written by the owner, in the constructor and when it leaves (null, so that a source that keeps
  // this object keeps nothing else); read by any thread, which takes either value
  private @Nullable Thread owner;
  private @Nullable CancelFrame frame;

  // of a conversion, in place of the owner; null after the end
  private @Nullable Receiver<? super T> receiver;

  /**
   * Creates the await of the calling thread, or a conversion.
   *
   * @param frame what {@link Cancellation#enterAwait()} returned; null in a conversion
   * @param receiver gets the outcome of a conversion; null if the calling thread waits
   */
  protected ParkedAwait(@Nullable CancelFrame frame, @Nullable Receiver<? super T> receiver) {
    this.owner = receiver == null ? Thread.currentThread() : null;
    this.frame = frame;
    this.receiver = receiver;
  }

  /** Waits for the outcome: returns the value, or throws as contract A7 says. Owner only, once. */
  protected final T join() {
    CancelFrame enclosing = frame;
    if (cell == null && CELL.compareAndSet(this, (Object) null, Mark.PARKED)) {
      try {
        ParkLoop.await(this, enclosing);
      } catch (Throwable t) { // too deep to park, for one
        waitThrew();
        throw t;
      }
    }
    if (cell == Mark.CANCELLED) { // perhaps by an outcome that came after the cancel
      stop();
    }
    owner = null;
    frame = null;
    return outcome(enclosing);
  }

  /** An Error has cut the wait short: nobody gets the outcome, and the source is stopped (A5). */
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
      throw both ? Cancellation.exception(enclosing) : Failures.thrown(cause);
    }
    cell = Mark.NULL; // a source that keeps this object does not keep the value
    return (T) (result == Mark.NULL ? null : result);
  }

  /**
   * What the failure of the source stands for. Asked when the cell is settled, because it may ask
   * getters of the failure (A8): by the owner, or by the thread that passes on.
   */
  protected Throwable inside(Throwable failure) {
    return failure;
  }

  /** Then a source that was cancelled, with us or by us, says nothing new. */
  private static boolean isCancelled(@Nullable CancelFrame enclosing) {
    return enclosing != null && enclosing.isCancelled();
  }

  /** Lets {@code suspension} cancel this conversion; false if it already has. */
  protected final boolean follow(Suspension<?> suspension) {
    suspension.onCancel(this::tryCancel);
    return !hasEnded();
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

  /** Ends the await with a value, or gives it up to where nothing is lost (A12). Any thread. */
  protected final void resumeOrDiscard(T value) {
    if (!tryResume(value)) {
      discard(value);
    }
  }

  /** Ends the await with a failure, or reports it to where nothing is lost (A12). Any thread. */
  protected final void failOrReport(Throwable failure) {
    if (isOwnCancellation(failure)) {
      tryCancel();
    } else if (!tryFail(failure)) {
      LockSupport.unpark(owner); // who has ended the await may have been cut short before this
      reportLost(failure);
    }
  }

  /** Whether the calling thread is the one that waits. */
  protected final boolean isOwner() {
    return owner == Thread.currentThread();
  }

  /** Whether a source that runs on the owner's thread only hands its cancellation back. */
  protected final boolean isOwnCancellation(Throwable failure) {
    return isOwner() && Cancellation.isCancellation(failure, frame);
  }

  /** Runs what stops the source, on the owner's thread as {@link Cancellation#outsideWindow}. */
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
      Thread waiting = owner; // between the cell's read and its write, the owner cannot leave
      if (now != null && now != Mark.PARKED) {
        return false;
      }
      // a cancel that came first wins, though the owner has not noticed it yet (A7)
      Object outcome = isCancelledBefore(now) ? Mark.CANCELLED : result;
      if (CELL.compareAndSet(this, now, outcome)) {
        if (now == Mark.PARKED) {
          LockSupport.unpark(waiting);
        }
        Receiver<? super T> to = receiver;
        return outcome == result && (to == null || passOn(result, to));
      }
    }
  }

  /** Of a conversion, the receiver decides. */
  private boolean isCancelledBefore(@Nullable Object now) {
    CancelFrame enclosing = frame;
    return now == Mark.PARKED
        ? Cancellation.cancelRequested(enclosing, owner)
        : enclosing != null && enclosing.isCancelled();
  }

  /** The winner of the cell ends a conversion; false if nobody wants the outcome any more. */
  @SuppressWarnings({"unchecked", "NullAway"}) // as in outcome
  private boolean passOn(Object result, Receiver<? super T> to) {
    receiver = null;
    try {
      if (result == Mark.CANCELLED) {
        return true; // it is the receiver that cancelled
      }
      if (result instanceof Failure failure) {
        return to.receiveFailure(inside(failure.cause));
      }
      boolean received = to.receive((T) (result == Mark.NULL ? null : result));
      cell = Mark.NULL;
      return received;
    } catch (Throwable tooDeep) { // for the receiver: as if the outcome had not come (A11)
      receiver = to;
      cell = null;
      throw tooDeep;
    }
  }

  /** The context of the code that waits, or of whom a conversion is for; empty after the end. */
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
   * Cancels the await if its owner is cancelled and has not noticed yet, being inside its source
   * (A6). Any thread.
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
   * Stops the source, once. Called after a cancellation, by the thread that won it and by the
   * owner.
   */
  protected abstract void cancelUpstream();

  /** Gives up what has been received of an outcome that nobody gets. After the end. */
  protected void discardPartial() {}

  /** What {@code subscribe} or {@code request} threw: it ends the await, and upstream (A5). */
  protected final void sourceThrew(Throwable failure) {
    if (isOwnCancellation(failure)) {
      tryCancel();
    } else if (!hasEnded()) {
      cancelUpstream();
      failOrReport(failure);
      discardPartial();
    } else if (owner == null && cell == Mark.CANCELLED && Failures.isCancelEcho(failure)) {
      raiseAgain(failure); // a conversion was stopped inside its source, which says so
    } else if (!(cell instanceof Failure outcome) || outcome.cause != failure) {
      reportLost(failure);
    }
  }

  private static void raiseAgain(Throwable failure) {
    if (Cancellation.isInterruption(failure)) {
      Thread.currentThread().interrupt();
    }
  }

  /** A failure that nobody waits for, unless it is the echo of our own cancel. */
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
