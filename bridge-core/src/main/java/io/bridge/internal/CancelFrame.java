package io.bridge.internal;

import io.bridge.CoroutineContext;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of code on one thread that can be cancelled as a whole: a coroutine, a timeout block; a
 * shield hides the frames around it. Frames nest; a cancelled frame cancels every await inside it
 * for good (contract A9).
 *
 * <p>Cancelling a frame only sets its reason and asks its window for an interrupt; all that follows
 * is done by the frame's own thread (A6).
 */
public abstract sealed class CancelFrame
    permits ContextFrame, RunningCoroutine, ShieldFrame, TimeoutFrame {

  private static final ThreadLocal<@Nullable CancelFrame> CURRENT = new ThreadLocal<>();
  private static final VarHandle REASON;

  static {
    try {
      REASON = MethodHandles.lookup().findVarHandle(CancelFrame.class, "reason", String.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** The frame around this one that a cancellation also comes from; null at a root. */
  final @Nullable CancelFrame outer;

  /** Shared by the frames of one thread up to a root. */
  final InterruptWindow window;

  private final CoroutineContext context;

  // any thread; set once
  private volatile @Nullable String reason;

  CancelFrame(@Nullable CancelFrame outer, InterruptWindow window, CoroutineContext context) {
    this.outer = outer;
    this.window = window;
    this.context = context;
  }

  /** What its code finds as the current context. */
  public final CoroutineContext context() {
    return context;
  }

  /** The context of a frame, empty outside of any. */
  static CoroutineContext contextOf(@Nullable CancelFrame frame) {
    return frame == null ? CoroutineContext.empty() : frame.context;
  }

  /** The innermost frame whose code the calling thread runs; null outside, and inside signals. */
  public static @Nullable CancelFrame current() {
    CancelFrame frame = CURRENT.get();
    return frame != null && frame.window.isOpen() ? frame : null;
  }

  /** What {@link #replaceCurrent} replaced must be put back by the same thread. */
  static @Nullable CancelFrame replaceCurrent(@Nullable CancelFrame frame) {
    CancelFrame previous = CURRENT.get();
    if (frame == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(frame);
    }
    return previous;
  }

  /**
   * The way into every await: the thread may block (A2) and nothing is cancelled (A3).
   *
   * @return the current frame, to be given to what waits
   */
  public static @Nullable CancelFrame enterAwait() {
    Thread thread = Thread.currentThread();
    if (!thread.isVirtual()) {
      Guard.check(thread);
    }
    CancelFrame frame = current();
    throwIfCancelled(frame, thread);
    return frame;
  }

  /** Throws if an await would for a cancellation or an interrupt (S6). */
  public static void checkCancelled() {
    throwIfCancelled(current(), Thread.currentThread());
  }

  static void throwIfCancelled(@Nullable CancelFrame frame, Thread thread) {
    if (frame != null && frame.cancelReason() != null) {
      throw cancellation(frame);
    }
    if (thread.isInterrupted()) {
      // isInterrupted, then interrupted: the flag stays up for the code that catches this
      if (interruptEndsWait(frame)) {
        throw cancellation(frame);
      }
      Thread.interrupted();
    }
  }

  /** Cancels this frame; false if it already was. Never waits, runs no foreign code (A6). */
  final boolean cancelFrame(String why) {
    if (!REASON.compareAndSet(this, null, why)) {
      return false;
    }
    window.interrupt();
    return true;
  }

  /** Why this frame or one around it is cancelled; null if none is. */
  final @Nullable String cancelReason() {
    for (CancelFrame frame = this; frame != null; frame = frame.outer) {
      String why = frame.reason;
      if (why != null) {
        return why;
      }
    }
    return null;
  }

  /** Whether an await in this frame must end. */
  public final boolean isCancelled() {
    return cancelReason() != null;
  }

  /**
   * Somebody else's interrupt reached the thread while it waited in this frame.
   *
   * @return whether it ends the wait
   */
  abstract boolean foreignInterrupt();

  /** The owner saw its interrupt flag up: ours, or somebody else's, in {@code frame} or outside. */
  static boolean interruptEndsWait(@Nullable CancelFrame frame) {
    return frame == null || frame.isCancelled() || frame.foreignInterrupt();
  }

  /** The same after an InterruptedException, which has lowered the flag: it is up again if so. */
  static boolean endsAfterInterrupt(@Nullable CancelFrame frame) {
    boolean ends = interruptEndsWait(frame);
    if (ends) {
      Thread.currentThread().interrupt();
    }
    return ends;
  }

  /** Whether a signal thread should end a wait of {@code owner} on its behalf (A6). */
  static boolean cancelRequested(@Nullable CancelFrame frame, @Nullable Thread owner) {
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
    return isCancellation(failure, frame) ? cancellation(frame) : Failures.thrown(failure);
  }

  /**
   * Whether a source that ran foreign code on the awaiting thread failed by the cancellation of
   * that thread. An InterruptedException has lowered the flag, which is up again if so.
   */
  static boolean isCancellation(Throwable failure, @Nullable CancelFrame frame) {
    if (frame != null && frame.isCancelled()) {
      return Failures.isCancelEcho(failure) && endsAfterInterrupt(frame);
    }
    return failure instanceof InterruptedException
        && Failures.isThrownInsideAwait(failure)
        && endsAfterInterrupt(frame);
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
      open.window.close();
    }
    boolean interrupted = Thread.interrupted();
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

  /** What an await in {@code frame} throws when it ends without an outcome (A7). */
  static CancellationException cancellation(@Nullable CancelFrame frame) {
    String why = frame == null ? null : frame.cancelReason();
    return new CancellationException(why != null ? why : "interrupted while awaiting");
  }
}
