package io.bridge.internal;

import io.bridge.Undeliverable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One await: the thread that made this object waits in {@link #join()} until somebody, on any
 * thread, wins the one state cell. Subclasses translate the signals of one kind of source. See
 * docs/design/suspension.md.
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
 * Proof: ParkedAwaitTest, AwaitRaceTest.
 *
 * @param <T> what the await returns
 */
public abstract class ParkedAwait<T extends @Nullable Object> implements ParkLoop.Condition {

  private enum Mark {
    PARKED,
    CANCELLED,
    NULL
  }

  private record Failure(Throwable cause) {}

  private static final VarHandle CELL;

  static {
    try {
      CELL = MethodHandles.lookup().findVarHandle(ParkedAwait.class, "cell", Object.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  // any thread
  private volatile @Nullable Object cell;

  // written by the owner, in the constructor and when it leaves (null, so that a source that keeps
  // this object keeps nothing else); read by any thread, which takes either value
  private @Nullable Thread owner;
  private @Nullable CancelFrame frame;

  /**
   * Creates the await of the calling thread.
   *
   * @param frame what {@link CancelFrame#enterAwait()} returned
   */
  protected ParkedAwait(@Nullable CancelFrame frame) {
    this.owner = Thread.currentThread();
    this.frame = frame;
  }

  /** Waits for the outcome: returns the value, or throws as contract A7 says. Owner only, once. */
  protected final T join() {
    CancelFrame enclosing = frame;
    if (cell == null && CELL.compareAndSet(this, (Object) null, Mark.PARKED)) {
      ParkLoop.await(this, enclosing);
    }
    owner = null;
    frame = null;
    return outcome(enclosing);
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // the cell holds a T, a Failure or a Mark
  private T outcome(@Nullable CancelFrame enclosing) {
    Object result = cell;
    if (result instanceof Failure failure) {
      throw Failures.thrown(failure.cause);
    }
    if (result == Mark.CANCELLED) {
      throw CancelFrame.cancellation(enclosing);
    }
    return (T) (result == Mark.NULL ? null : result);
  }

  /** Ends the await with a value; false if it has ended already. Any thread. */
  protected final boolean tryResume(T value) {
    return settle(value == null ? Mark.NULL : value);
  }

  /** Ends the await with a failure; false if it has ended already. Any thread. */
  protected final boolean tryFail(Throwable failure) {
    return settle(new Failure(failure));
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
      reportLost(failure);
    }
  }

  /** Whether a source that runs on the owner's thread only hands its cancellation back. */
  private boolean isOwnCancellation(Throwable failure) {
    return owner == Thread.currentThread() && CancelFrame.isCancellation(failure, frame);
  }

  /**
   * Runs what stops the source; on the owner's thread outside of the interrupt window and with the
   * flag down: that is cleanup, and not to be cut short (B6). May nest, and may run where the
   * window is closed already.
   */
  protected final void outsideWindow(Runnable cleanup) {
    boolean mine = owner == Thread.currentThread();
    CancelFrame open = mine && frame != null && frame.window.isOpen() ? frame : null;
    if (open != null) {
      open.window.close();
    }
    boolean interrupted = mine && Thread.interrupted();
    try {
      cleanup.run();
    } finally {
      if (open != null) {
        open.window.open();
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Cancels the await and then its source; nothing if it has ended already. Any thread. */
  protected final void tryCancel() {
    if (settle(Mark.CANCELLED)) {
      cancelUpstream();
      discardPartial();
    }
  }

  private boolean settle(Object result) {
    while (true) {
      Object now = cell;
      Thread waiting = owner; // between the cell's read and its write, the owner cannot leave
      if (now != null && now != Mark.PARKED) {
        return false;
      }
      if (CELL.compareAndSet(this, now, result)) {
        if (now == Mark.PARKED) {
          LockSupport.unpark(waiting);
        }
        return true;
      }
    }
  }

  /** Whether there is an outcome. Any thread. */
  protected final boolean hasEnded() {
    Object now = cell;
    return now != null && now != Mark.PARKED;
  }

  /** Whether the owner is cancelled and has not noticed yet, being inside its source (A6). */
  protected final boolean isCancelRequested() {
    return CancelFrame.cancelRequested(frame, owner);
  }

  /** Stops the source, once. Called after a cancellation, by the thread that won it. */
  protected abstract void cancelUpstream();

  /** Gives up what has been received of an outcome that nobody gets. After a cancellation. */
  protected void discardPartial() {}

  /** What {@code subscribe} or {@code request} threw: it ends the await, and upstream (A5). */
  protected final void sourceThrew(Throwable failure) {
    if (isOwnCancellation(failure)) {
      tryCancel();
    } else if (!hasEnded()) {
      cancelUpstream();
      failOrReport(failure);
    } else if (!(cell instanceof Failure outcome) || outcome.cause != failure) {
      reportLost(failure);
    }
  }

  /** A failure that nobody waits for, unless it is the echo of our own cancel. */
  protected final void reportLost(Throwable failure) {
    if (cell == Mark.CANCELLED && failure instanceof CancellationException) {
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
  protected void discard(@Nullable Object value) {
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
