package io.bridge.internal.cancel;

import static java.util.Objects.requireNonNull;

import io.bridge.AwaitTimeoutException;
import io.bridge.Body;
import io.bridge.Registration;
import io.bridge.TimeSource;
import io.bridge.Undeliverable;
import io.bridge.internal.failure.Failures;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A block with a deadline: the timer cancels the frame.
 *
 * <p>Proof: TimeoutTest, InterruptRaceTest.
 */
public final class TimeoutFrame extends BlockFrame {

  private final Duration timeout;

  /** Whether the code around was cancelled before: then this block limits its cleanup. */
  private final boolean inCleanup;

  // by the owner
  private @Nullable AwaitTimeoutException thrown;
  private boolean outside;

  // by the owner, or by the thread that runs its code for it (S9): of the first await cut off
  private @Nullable RuntimeException cutOff;

  private TimeoutFrame(@Nullable CancelFrame outer, Duration timeout) {
    super(outer, contextOf(outer));
    this.timeout = timeout;
    this.inCleanup = outer != null && outer.isCancelled();
  }

  /**
   * Runs {@code body}, and cancels its awaits when the time is over.
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
    if (isOver(timeout)) {
      throw new AwaitTimeoutException(timeout);
    }
    return new TimeoutFrame(CurrentFrame.get(), timeout).<T, X>call(body);
  }

  /**
   * Like {@link #run}, but returns null when the time is over. A failure of the body after that is
   * reported, since it has no other receiver.
   *
   * @param timeout from now
   * @param body the code to limit
   * @param <T> the type of its value
   * @param <X> the checked exception that it may throw
   * @return its value, null when the time is over before it returns
   * @throws X when it fails in time
   */
  public static <T extends @Nullable Object, X extends Exception> @Nullable T runOrNull(
      Duration timeout, Body<? extends T, ? extends X> body) throws X {
    if (isOver(timeout)) {
      return null;
    }
    TimeoutFrame frame = new TimeoutFrame(CurrentFrame.get(), timeout);
    try {
      return frame.<T, X>call(body);
    } catch (AwaitTimeoutException e) {
      if (e != frame.thrown) {
        throw e; // thrown by another block
      }
      for (Throwable suppressed : e.getSuppressed()) {
        if (!Failures.isCancelEcho(suppressed)) {
          Undeliverable.report(suppressed);
        }
      }
      return null;
    }
  }

  private static boolean isOver(Duration timeout) {
    return timeout.isZero() || timeout.isNegative();
  }

  private <T extends @Nullable Object, X extends Exception> T call(
      Body<? extends T, ? extends X> body) throws X {
    TimeSource time = TimeSource.current();
    Registration timer = requireNonNull(time.schedule(timeout, this::expire), "schedule");
    try {
      return this.<T, X>call(body, timer);
    } finally {
      if (!outside) { // the stack ended while leaving it; these are plain writes
        phase = LEFT;
        left = true;
      }
    }
  }

  private <T extends @Nullable Object, X extends Exception> T call(
      Body<? extends T, ? extends X> body, Registration timer) throws X {
    enter();
    T value;
    try {
      value = body.call();
    } catch (Throwable failure) {
      if (leave(timer) && !isEndOfOuter(failure)) {
        throw timedOut(failure);
      }
      throw failure;
    }
    if (leave(timer)) {
      Undeliverable.discard(value); // it lost against the deadline (A12)
      throw timedOut(null);
    }
    return value;
  }

  /** Whether the code around was cancelled in the meantime, and that ended the block (T2). */
  private boolean isEndOfOuter(Throwable failure) {
    return !inCleanup
        && outer != null
        && outer.isCancelled()
        && Failures.isCancelEcho(failure)
        && !(failure instanceof AwaitTimeoutException);
  }

  /** With the place where the block was cut off, and the failure it had after that (T1). */
  private AwaitTimeoutException timedOut(@Nullable Throwable failure) {
    AwaitTimeoutException timedOut = new AwaitTimeoutException(timeout);
    if (failure != null) {
      timedOut.addSuppressed(Failures.bare(failure));
    }
    if (cutOff != null && (failure == null || !Failures.isCancelEcho(failure))) {
      timedOut.addSuppressed(cutOff); // the block kept it to itself
    }
    thrown = timedOut;
    return timedOut;
  }

  private void enter() {
    becomeCurrent();
    if (outer == null) {
      window.begin();
    }
  }

  @Override
  protected RuntimeException ending() {
    RuntimeException thrownByAwait = super.ending();
    if (cutOff == null) {
      cutOff = thrownByAwait;
    }
    return thrownByAwait;
  }

  private void expire() {
    cancelBlock("timed out after " + timeout);
  }

  /** Leaves the block; true if its deadline has passed. The timer sends no interrupt after this. */
  private boolean leave(Registration timer) {
    leaveScopesInside();
    boolean expired = leave();
    if (outer == null && !expired) {
      window.close();
    }
    CurrentFrame.restore(previous);
    if (expired) {
      windowTo(outer);
    }
    outside = true;
    close(timer);
    return expired;
  }

  public static void close(Registration timer) {
    try {
      timer.close();
    } catch (Throwable t) { // a user's time source must not hide the outcome of the block
      Undeliverable.report(t);
    }
  }
}
