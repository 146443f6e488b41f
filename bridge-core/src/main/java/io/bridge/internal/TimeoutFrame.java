package io.bridge.internal;

import io.bridge.AwaitTimeoutException;
import io.bridge.Body;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A block with a deadline. The timer cancels the frame; the owner waits it out when it leaves at
 * the same moment, so that no interrupt lands behind the block.
 *
 * <pre>
 * phase     meaning                              left by
 * RUNNING   the owner is inside, in time         expire -> EXPIRING, leave -> DONE
 * EXPIRING  the timer is cancelling the frame    the timer -> EXPIRED
 * EXPIRED   the deadline has passed, final       -
 * DONE      left in time, final                  -
 * </pre>
 */
public final class TimeoutFrame extends CancelFrame {

  private static final int RUNNING = 0;
  private static final int EXPIRING = 1;
  private static final int EXPIRED = 2;
  private static final int DONE = 3;

  private static final VarHandle PHASE;

  static {
    try {
      PHASE = MethodHandles.lookup().findVarHandle(TimeoutFrame.class, "phase", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Duration timeout;

  /** Whether the code around was cancelled before: then this block is a deadline of its cleanup. */
  private final boolean inCleanup;

  // any thread
  private volatile int phase;

  private TimeoutFrame(@Nullable CancelFrame outer, Duration timeout) {
    super(outer, outer != null ? outer.window : new InterruptWindow());
    this.timeout = timeout;
    this.inCleanup = outer != null && outer.isCancelled();
  }

  /**
   * Runs {@code body}, cancelling what it waits for when the time is over.
   *
   * @param timeout from now
   * @param body the code to limit
   * @param <T> the type of its value
   * @param <X> the checked exception that it may throw
   * @return its value
   * @throws X when it fails in time
   * @throws AwaitTimeoutException when the time is over before it returns
   */
  public static <T extends @Nullable Object, X extends Exception> T run(
      Duration timeout, Body<? extends T, ? extends X> body) throws X {
    if (timeout.isZero() || timeout.isNegative()) {
      throw new AwaitTimeoutException(timeout);
    }
    TimeoutFrame frame = new TimeoutFrame(current(), timeout);
    Future<?> timer = Timers.schedule(timeout, frame::expire);
    CancelFrame previous = frame.enter();
    T value;
    try {
      value = body.call();
    } catch (Throwable failure) {
      if (frame.leave(timer, previous)) {
        if (frame.isEndOfOuter(failure)) {
          throw failure;
        }
        throw frame.timedOut(failure);
      }
      throw failure;
    }
    if (frame.leave(timer, previous)) {
      throw new AwaitTimeoutException(timeout);
    }
    return value;
  }

  /** Whether the code around was cancelled meanwhile, which is what the block ended by (T2). */
  private boolean isEndOfOuter(Throwable failure) {
    return !inCleanup
        && outer != null
        && outer.isCancelled()
        && Failures.isCancelEcho(failure)
        && !(failure instanceof AwaitTimeoutException);
  }

  private AwaitTimeoutException timedOut(Throwable failure) {
    AwaitTimeoutException timedOut = new AwaitTimeoutException(timeout);
    if (!Failures.isCancelEcho(failure)) {
      timedOut.addSuppressed(failure);
    }
    return timedOut;
  }

  private @Nullable CancelFrame enter() {
    CancelFrame previous = replaceCurrent(this);
    if (outer == null) {
      window.begin();
    }
    return previous;
  }

  private void expire() {
    if (PHASE.compareAndSet(this, RUNNING, EXPIRING)) {
      try {
        cancelFrame("timed out after " + timeout);
      } finally { // the owner waits for it
        phase = EXPIRED;
      }
    }
  }

  /** Leaves the block; true if its deadline has passed. No interrupt of the timer comes later. */
  @SuppressWarnings("ThreadPriorityCheck") // right with any scheduler, kind to a busy one
  private boolean leave(Future<?> timer, @Nullable CancelFrame previous) {
    timer.cancel(false);
    boolean expired = !PHASE.compareAndSet(this, RUNNING, DONE);
    while (expired && phase != EXPIRED) {
      Thread.yield(); // the timer is between two steps that wait for nobody
    }
    if (outer == null || expired) {
      window.close();
    }
    replaceCurrent(previous);
    if (outer != null && expired) {
      reopenFor(outer);
    }
    return expired;
  }

  /** Lowers our flag for the code outside, and keeps it up if that is cancelled too. */
  private void reopenFor(CancelFrame enclosing) {
    window.forget();
    if (enclosing.isCancelled()) {
      window.openInterrupted();
    } else {
      window.open();
    }
  }

  @Override
  boolean foreignInterrupt() {
    return outer == null || outer.foreignInterrupt();
  }
}
