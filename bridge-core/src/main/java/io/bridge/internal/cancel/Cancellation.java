package io.bridge.internal.cancel;

import io.bridge.internal.base.Guard;
import io.bridge.internal.failure.Failures;
import io.bridge.internal.failure.Interruptions;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * How code meets its cancellation: on entry to an await, by an interrupt during the wait, and as
 * the exception of an await. Every interrupt of ours comes with a cancelled frame; an interrupt
 * without one comes from other code, and the frame tells whether it ends the wait (A9).
 */
public final class Cancellation {

  private static final String INTERRUPTED = "interrupted while awaiting";

  static {
    Failures.load();
    OwnCancel.load();
  }

  private Cancellation() {}

  /**
   * The entry of every await: checks that the thread may block (A2) and that nothing is cancelled
   * (A3).
   *
   * @return the current frame, for the await
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
   * The second half of {@link #enterAwait()}, after {@link #checkThread()}. Its exception ends the
   * waiting code; in the block of a failed scope it is that scope's failure (S4).
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

  /** Throws if an await would throw because of a cancellation or an interrupt (S6). */
  public static void checkCancelled() {
    throwIfCancelled(CurrentFrame.get(), Thread.currentThread());
  }

  public static void throwIfCancelled(@Nullable CancelFrame frame, Thread thread) {
    if (frame != null && frame.isCancelled()) {
      throw exception(frame);
    }
    if (thread.isInterrupted()) {
      // isInterrupted, then interrupted: the flag stays set for the code that catches this
      if (interruptEndsWait(frame)) {
        throw exception(frame);
      }
      Thread.interrupted();
    }
  }

  /**
   * Whether the owner's raised interrupt flag, ours or of other code, ends a wait in {@code frame}.
   */
  static boolean interruptEndsWait(@Nullable CancelFrame frame) {
    return frame == null || frame.isCancelled() || frame.foreignInterrupt();
  }

  /**
   * Like {@link #interruptEndsWait} after an InterruptedException: restores the flag if it ends the
   * wait.
   */
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
   * The exception of an await whose source computes in place, on the awaiting thread, and threw.
   *
   * @param failure the failure of the source
   * @param frame the result of {@link #enterAwait()}
   * @return the exception to throw
   */
  public static RuntimeException thrown(Throwable failure, @Nullable CancelFrame frame) {
    return isCancellation(failure, frame) ? exception(frame) : Failures.thrown(failure);
  }

  /**
   * Whether a source that ran foreign code on the awaiting thread failed because that thread was
   * cancelled. Restores the flag after an InterruptedException if so.
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

  /**
   * Whether an interruption is not the calling thread's own one; that thread waited in {@code
   * frame}.
   */
  public static boolean isKept(InterruptedException failure, @Nullable CancelFrame frame) {
    return (frame == null || !frame.isCancelled()) && !Interruptions.isOfThisThread(failure);
  }

  /**
   * Whether {@code failure} says that the calling thread was interrupted in its present work; false
   * for a failure kept from earlier.
   *
   * @param failure thrown by code on this thread
   * @return whether it is the thread's own interruption
   */
  public static boolean isInterruption(Throwable failure) {
    return Interruptions.isOfThisThread(failure);
  }

  /**
   * Runs {@code cleanup} on the thread of {@code frame}, outside of its interrupt window and with
   * the flag down: an interrupt must not cut short the code that stops a source (B6). May nest, and
   * may run while the window is already closed.
   *
   * @param frame the result of {@link #enterAwait()}
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

  /** The exception of an await in {@code frame} that ends without an outcome (A7, S4). */
  public static RuntimeException exception(@Nullable CancelFrame frame) {
    RuntimeException ending = frame == null ? null : CancelFrame.endingIn(frame);
    return ending == null ? new CancellationException(INTERRUPTED) : ending;
  }

  /** The reason of a cancelled {@code frame}; else that its thread was interrupted. */
  public static String why(@Nullable CancelFrame frame) {
    String why = frame == null ? null : frame.cancelReason();
    return why != null ? why : INTERRUPTED;
  }
}
