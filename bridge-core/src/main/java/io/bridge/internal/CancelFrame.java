package io.bridge.internal;

import io.bridge.CoroutineContext;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of code on one thread that can be cancelled as a whole: a coroutine, a timeout block, a
 * body on an executor; a shield hides the frames around it. Frames nest; a cancelled frame cancels
 * every await inside it for good (contract A9).
 *
 * <p>Cancelling a frame only sets its reason and asks its window for an interrupt; all that follows
 * is done by the frame's own thread (A6).
 */
public abstract class CancelFrame {

  private static final ThreadLocal<@Nullable CancelFrame> CURRENT = new ThreadLocal<>();
  private static final VarHandle REASON;

  private static final String INTERRUPTED = "interrupted while awaiting";

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

  // by the owner; read by others with a reason only
  volatile boolean left;

  // by the owner: what was current when it became that
  @Nullable CancelFrame previous;

  // of a root: the innermost scope that was opened on its thread. Written by the owner
  private volatile @Nullable ScopeFrame scopes;

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
    if (frame != null && frame.left) {
      frame = leaveLate(frame);
    }
    return frame != null && frame.window.isOpen() ? frame : null;
  }

  /**
   * The stack ended where the calling thread was to leave {@code frame}, which is left therefore
   * (A11).
   */
  private static @Nullable CancelFrame leaveLate(CancelFrame frame) {
    for (CancelFrame gone = frame; gone != null && gone.left; gone = gone.previous) {
      if (gone instanceof ShieldFrame shield) {
        shield.uncover();
      }
    }
    restoreCurrent(frame);
    return CURRENT.get();
  }

  /**
   * The frame that the calling thread is in, inside signals too, and behind a coroutine's body: for
   * who asks about the thread and not about its code.
   */
  static @Nullable CancelFrame ofThread() {
    return CURRENT.get();
  }

  /**
   * The code of this frame begins. However its stack ends, a {@link #left} frame is not the current
   * one any more when somebody looks.
   */
  final void becomeCurrent() {
    previous = CURRENT.get();
    replaceCurrent(this);
  }

  /**
   * What {@link #replaceCurrent} replaced must be put back by the same thread. Nothing else changes
   * the thread-local, so each window of the thread knows whether the current frame is one of its
   * own, and which.
   */
  static @Nullable CancelFrame replaceCurrent(@Nullable CancelFrame frame) {
    CancelFrame previous = CURRENT.get();
    if (previous != null) {
      previous.window.mirror(null);
    }
    if (frame != null) {
      frame.window.mirror(frame);
    }
    if (frame == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(frame);
    }
    return previous;
  }

  /**
   * The other end of {@link #replaceCurrent}: as before, but outside of the scopes that the code in
   * between has joined or closed, which are left for good.
   */
  static void restoreCurrent(@Nullable CancelFrame previous) {
    replaceCurrent(notLeft(previous));
  }

  /** {@code frame}, or the first one around it that is not left. Owner only. */
  static @Nullable CancelFrame notLeft(@Nullable CancelFrame frame) {
    CancelFrame now = frame;
    while (now != null && now.left) {
      now = now.previous;
    }
    return now;
  }

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
    CancelFrame frame = current();
    throwIfCancelled(frame, Thread.currentThread());
    return frame;
  }

  /** Whether the calling code is cancelled (S6). */
  public static boolean isCurrentCancelled() {
    CancelFrame frame = current();
    return frame != null && frame.isCancelled();
  }

  /** Throws if an await would for a cancellation or an interrupt (S6). */
  public static void checkCancelled() {
    throwIfCancelled(current(), Thread.currentThread());
  }

  static void throwIfCancelled(@Nullable CancelFrame frame, Thread thread) {
    if (frame != null && frame.isCancelled()) {
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
    Headroom.check(); // all of it, or nothing
    boolean marked = mark(why);
    if (marked) {
      cancelScopesInside();
    }
    return marked;
  }

  /** The first half of {@link #cancelFrame}: the owner is told. */
  final boolean mark(String why) {
    if (!markCancelled(why)) {
      return false;
    }
    window.interrupt();
    return true;
  }

  /** Cancels this frame where its thread needs no interrupt; false if it already was. */
  final boolean markCancelled(String why) {
    return REASON.compareAndSet(this, null, why);
  }

  /** The frame whose code made this one, be it cancelled with it or not; null at a root. */
  @Nullable CancelFrame enclosing() {
    return outer;
  }

  /** A cancel of it means nothing any more to frames that still link to it, and the owner. */
  final void markLeft() {
    left = true;
  }

  /**
   * The second half: the scopes that its owner has opened inside have coroutines on other threads,
   * and those may have scopes in turn.
   */
  final void cancelScopesInside() {
    if (root().scopes == null) {
      return;
    }
    String why = cancelReason();
    CancelWalk.inside(this, why == null ? "cancelled" : why);
  }

  /** The second half for one of a scope's coroutines, whose scopes the caller goes on with. */
  final void scopesInside(CancelWalk walk) {
    ScopeFrame scope = root().scopes;
    while (scope != null && scope != this && scope.isInside(this)) {
      walk.add(scope.scope);
      scope = scope.enclosingScope();
    }
  }

  /** Where what the code in {@code innermost} opens ends at the latest. */
  static @Nullable OwnedResources ownedAround(@Nullable CancelFrame innermost) {
    for (CancelFrame frame = innermost; frame != null; frame = frame.enclosing()) {
      OwnedResources owned = frame.owned();
      if (owned != null) {
        return owned;
      }
    }
    return null;
  }

  /** What ends with the code of this frame; null if that ends with the code around it. */
  @Nullable OwnedResources owned() {
    return null;
  }

  final boolean isInside(CancelFrame other) {
    CancelFrame frame = outer;
    while (frame != null && frame != other) {
      frame = frame.outer;
    }
    return frame != null;
  }

  final CancelFrame root() {
    CancelFrame frame = this;
    while (frame.outer != null) {
      frame = frame.outer;
    }
    return frame;
  }

  /** The innermost scope that the owner has opened inside this root and not closed. Any thread. */
  final @Nullable ScopeFrame innermostScope() {
    return scopes;
  }

  /** Owner only. */
  final void innermostScope(@Nullable ScopeFrame scope) {
    scopes = scope;
  }

  /**
   * The code of this frame ends, with a scope inside it that is still open: that outlives the code
   * that opened it, and no longer cancels it. Owner only.
   */
  final void leaveScopesInside() {
    if (window.mirrors(this)) {
      return; // as for almost every item of a stream, which is to look up no thread-local
    }
    CancelFrame frame = CURRENT.get();
    while (frame != this && frame instanceof ScopeFrame scope) {
      scope.leaveBlock();
      frame = CURRENT.get();
    }
  }

  /** Foreign code is to run on the thread, no interrupt of ours lands in it (B6). Owner only. */
  final void beginSignal() {
    window.close();
  }

  /** That code has ended; a scope that it has left open is not one of this frame's code. */
  final void endSignal() {
    leaveScopesInside();
    window.open();
  }

  /** Why this frame or one around it is cancelled; null if none is. */
  final @Nullable String cancelReason() {
    CancelFrame frame = cancelledFrame();
    return frame == null ? null : frame.reason;
  }

  private @Nullable CancelFrame cancelledFrame() {
    for (CancelFrame frame = this; frame != null; frame = frame.outer) {
      if (frame.reason != null && !frame.left && !frame.isLeftOpen()) {
        return frame;
      }
    }
    return null;
  }

  /** Whether its code is gone, although nothing has ended this cancelled frame. */
  boolean isLeftOpen() {
    return false;
  }

  /** Whether an await in this frame must end. */
  public final boolean isCancelled() {
    return cancelledFrame() != null;
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
  static boolean isCancellation(Throwable thrown, @Nullable CancelFrame frame) {
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
  static boolean isKept(InterruptedException failure, @Nullable CancelFrame frame) {
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
  static RuntimeException cancellation(@Nullable CancelFrame frame) {
    CancelFrame cancelled = frame == null ? null : frame.cancelledFrame();
    return cancelled == null ? new CancellationException(INTERRUPTED) : cancelled.ending();
  }

  /** What the awaits in this cancelled frame throw. */
  RuntimeException ending() {
    return new CancellationException(reason);
  }

  /** An await in this cancelled frame has thrown, and got to nobody (A12). */
  final void giveBack() {
    if (cancelledFrame() instanceof ScopeFrame block) {
      block.scope.giveBack();
    }
  }

  /** Why {@code frame} is cancelled, if it is; else its thread was interrupted. */
  static String why(@Nullable CancelFrame frame) {
    String why = frame == null ? null : frame.cancelReason();
    return why != null ? why : INTERRUPTED;
  }
}
