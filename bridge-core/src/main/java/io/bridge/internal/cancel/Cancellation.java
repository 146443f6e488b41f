package io.bridge.internal.cancel;

import io.bridge.internal.base.Guard;
import io.bridge.internal.failure.Failures;
import io.bridge.internal.failure.Interruptions;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * How code meets its cancellation: at the way into an await, by an interrupt while it waits, and as
 * what an await throws. An interrupt of ours always comes with a cancelled frame; one without is
 * somebody else's, and the frame says whether it ends the wait (A9).
 */
public final class Cancellation {

  private static final String INTERRUPTED = "interrupted while awaiting";

  private Cancellation() {}

  /**
   * The way into every await: the thread may block (A2) and nothing is cancelled (A3).
   *
   * @return the current frame, to be given to what waits
   */
  public static @Nullable CancelFrame enterAwait() {
    checkThread();
    return enterPermitted();
  }

  /** Throws if the calling thread may not wait (A2). */
  public static void checkThread() {
    Thread thread = Thread.currentThread();
    if (!thread.isVirtual()) {
      Guard.check(thread);
    }
  }

  /**
   * The second half of {@link #enterAwait()}, behind {@link #checkThread()}: what it throws is the
   * end of the code that waits, in the block of a failed scope that scope's failure (S4).
   *
   * @return the current frame
   */
  public static @Nullable CancelFrame enterPermitted() {
    CancelFrame frame = CurrentFrame.get();
    throwIfCancelled(frame, Thread.currentThread());
    return frame;
  }

  /** Whether the calling code is cancelled (S6). */
  public static boolean isCurrentCancelled() {
    CancelFrame frame = CurrentFrame.get();
    return frame != null && frame.isCancelled();
  }

  /** Throws if an await would for a cancellation or an interrupt (S6). */
  public static void checkCancelled() {
    throwIfCancelled(CurrentFrame.get(), Thread.currentThread());
  }

  public static void throwIfCancelled(@Nullable CancelFrame frame, Thread thread) {
    if (frame != null && frame.isCancelled()) {
      throw exception(frame);
    }
    if (thread.isInterrupted()) {
      // isInterrupted, then interrupted: the flag stays up for the code that catches this
      if (interruptEndsWait(frame)) {
        throw exception(frame);
      }
      Thread.interrupted();
    }
  }

  /** The owner saw its interrupt flag up: ours, or somebody else's, in {@code frame} or outside. */
  static boolean interruptEndsWait(@Nullable CancelFrame frame) {
    return frame == null || frame.isCancelled() || frame.foreignInterrupt();
  }

  /** The same after an InterruptedException, which has lowered the flag: it is up again if so. */
  public static boolean endsAfterInterrupt(@Nullable CancelFrame frame) {
    boolean ends = interruptEndsWait(frame);
    if (ends) {
      Thread.currentThread().interrupt();
    }
    return ends;
  }

  /** Whether a signal thread should end a wait of {@code owner} on its behalf (A6). */
  public static boolean cancelRequested(@Nullable CancelFrame frame, @Nullable Thread owner) {
    if (frame != null && frame.isCancelled()) {
      return true;
    }
    return owner != null && owner.isInterrupted() && interruptEndsWait(frame);
  }

  /**
   * What an await throws when a source that computes in place, on the awaiting thread, threw.
   *
   * @param failure what it threw
   * @param frame what {@link #enterAwait()} returned
   * @return what to throw
   */
  public static RuntimeException thrown(Throwable failure, @Nullable CancelFrame frame) {
    return isCancellation(failure, frame) ? exception(frame) : Failures.thrown(failure);
  }

  /**
   * Whether a source that ran foreign code on the awaiting thread failed by the cancellation of
   * that thread. An InterruptedException has lowered the flag, which is up again if so.
   */
  public static boolean isCancellation(Throwable thrown, @Nullable CancelFrame frame) {
    Throwable failure = Failures.inLayer(thrown);
    boolean cancelled = frame != null && frame.isCancelled();
    boolean own =
        cancelled ? Failures.isCancelEcho(failure) : Interruptions.isOfThisThread(failure);
    boolean ends = own && endsAfterInterrupt(frame);
    if (ends) {
      Interruptions.remember(failure);
    }
    return ends;
  }

  /** Whether an interruption is not that of the calling thread, which waited in {@code frame}. */
  public static boolean isKept(InterruptedException failure, @Nullable CancelFrame frame) {
    return (frame == null || !frame.isCancelled()) && !Interruptions.isOfThisThread(failure);
  }

  /**
   * Whether {@code failure} says that the calling thread was interrupted in what it does now; not
   * one that was kept.
   *
   * @param failure what code on this thread threw
   * @return whether it is the thread's own interruption
   */
  public static boolean isInterruption(Throwable failure) {
    return Interruptions.isOfThisThread(failure);
  }

  /**
   * Runs {@code cleanup} on the thread of {@code frame}, outside of its interrupt window and with
   * the flag down: what stops a source is not to be cut short (B6). May nest, and may run where the
   * window is closed already.
   *
   * @param frame what {@link #enterAwait()} returned
   * @param cleanup the foreign code
   */
  public static void outsideWindow(@Nullable CancelFrame frame, Runnable cleanup) {
    CancelFrame open = frame != null && frame.window.isOpen() ? frame : null;
    if (open != null) {
      open.beginSignal();
    }
    boolean interrupted = Thread.interrupted();
    try {
      cleanup.run();
    } finally {
      if (open != null) {
        open.endSignal();
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** What an await in {@code frame} throws when it ends without an outcome (A7, S4). */
  public static RuntimeException exception(@Nullable CancelFrame frame) {
    CancelFrame cancelled = frame == null ? null : frame.cancelledFrame();
    return cancelled == null ? new CancellationException(INTERRUPTED) : cancelled.ending();
  }

  /** Why {@code frame} is cancelled, if it is; else its thread was interrupted. */
  public static String why(@Nullable CancelFrame frame) {
    String why = frame == null ? null : frame.cancelReason();
    return why != null ? why : INTERRUPTED;
  }
}
