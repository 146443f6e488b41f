package io.bridge.internal.cancel;

import io.bridge.CoroutineContext;
import io.bridge.internal.base.Fields;
import io.bridge.internal.failure.Headroom;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * A piece of code on one thread that can be cancelled as a whole: a coroutine, a timeout block, a
 * body on an executor. A shield hides the frames around it. Frames nest; a cancelled frame cancels
 * every await inside it for good (contract A9).
 *
 * <p>Cancelling a frame only sets its reason and asks its window for an interrupt; the frame's own
 * thread does everything else (A6).
 */
public abstract class CancelFrame {

  private static final VarHandle REASON =
      Fields.handle(MethodHandles.lookup(), "reason", String.class);

  /** The frame around this one, whose cancellation also cancels this one; null at a root. */
  public final @Nullable CancelFrame outer;

  /** Shared by the frames of one thread up to a root. */
  public final InterruptWindow window;

  private final CoroutineContext context;

  // any thread; set once
  private volatile @Nullable String reason;

  // by the owner; other threads read it only after a reason is set
  public volatile boolean left;

  // by the owner: the current frame before this one
  public @Nullable CancelFrame previous;

  // of a root: the innermost scope that was opened on its thread; written by the owner
  private volatile @Nullable ScopeFrame scopes;

  public CancelFrame(
      @Nullable CancelFrame outer, InterruptWindow window, CoroutineContext context) {
    this.outer = outer;
    this.window = window;
    this.context = context;
  }

  /** The current context of this frame's code. */
  public final CoroutineContext context() {
    return context;
  }

  /** The context of {@code frame}, empty for null. */
  public static CoroutineContext contextOf(@Nullable CancelFrame frame) {
    return frame == null ? CoroutineContext.empty() : frame.context;
  }

  /**
   * Begins the code of this frame. However its stack ends, a later look at the current frame skips
   * a {@link #left} frame.
   */
  public final void becomeCurrent() {
    previous = CurrentFrame.ofThread();
    CurrentFrame.replace(this);
  }

  /** Cancels this frame; false if it already was. Never waits, runs no foreign code (A6). */
  public final boolean cancelFrame(String why) {
    Headroom.check(); // all of it, or nothing
    CancelFrame root = root();
    CancelWalk walk = root.scopes == null ? null : new CancelWalk(why);
    boolean marked = mark(why);
    if (marked && root.scopes != null) { // or opened in the meantime
      (walk == null ? new CancelWalk(why) : walk).inside(this);
    }
    return marked;
  }

  /** Without the scopes inside, which have coroutines on other threads: only tells the owner. */
  public final boolean mark(String why) {
    if (!markCancelled(why)) {
      return false;
    }
    window.interrupt();
    return true;
  }

  /** Cancels this frame if its thread needs no interrupt; false if it already was cancelled. */
  public final boolean markCancelled(String why) {
    window.noteCancel(); // before the reason, which others must not miss
    return REASON.compareAndSet(this, null, why);
  }

  /** The frame whose code made this one, whether or not it cancels this one; null at a root. */
  public @Nullable CancelFrame enclosing() {
    return outer;
  }

  /** Leaves this frame late: the owner had no stack left to do so in time. */
  protected void leftLate() {}

  /** After this call, cancelling this frame no longer cancels the frames nested in it. */
  final void markLeft() {
    left = true;
  }

  /** Adds the scopes that its owner has opened inside to {@code walk}; may be done twice. */
  final void scopesInside(CancelWalk walk) {
    ScopeFrame scope = root().scopes;
    while (scope != null && scope != this) {
      if (scope.isInside(this)) { // not the scopes of code that consumes a stream of this code
        walk.add(scope.scope);
      }
      scope = scope.enclosingScope();
    }
  }

  /**
   * The resources of the innermost coroutine or scope around {@code innermost}; null outside any.
   */
  public static @Nullable OwnedResources ownedAround(@Nullable CancelFrame innermost) {
    for (CancelFrame frame = innermost; frame != null; frame = frame.enclosing()) {
      OwnedResources owned = frame.owned();
      if (owned != null) {
        return owned;
      }
    }
    return null;
  }

  /**
   * The resources that end with the code of this frame; null if they end with the code around it.
   */
  public @Nullable OwnedResources owned() {
    return null;
  }

  public final boolean isInside(CancelFrame other) {
    CancelFrame frame = outer;
    while (frame != null && frame != other) {
      frame = frame.outer;
    }
    return frame != null;
  }

  public final CancelFrame root() {
    CancelFrame frame = this;
    while (frame.outer != null) {
      frame = frame.outer;
    }
    return frame;
  }

  /** The innermost scope that the owner has opened inside this root and not closed. Any thread. */
  public final @Nullable ScopeFrame innermostScope() {
    return scopes;
  }

  /** Owner only. */
  public final void innermostScope(@Nullable ScopeFrame scope) {
    scopes = scope;
  }

  /**
   * Called when the code of this frame ends. A scope that is still open inside outlives that code,
   * and no longer cancels it. Owner only.
   */
  public final void leaveScopesInside() {
    if (window.mirrors(this)) {
      return; // almost every item of a stream returns here, without a look at the thread-local
    }
    CancelFrame frame = CurrentFrame.ofThread();
    while (frame != this && frame != null) {
      if (frame.left) { // whatever it is, the stack ended when it should have been left
        CurrentFrame.leaveLate(frame);
      } else if (frame instanceof ScopeFrame scope) {
        scope.leaveBlock();
      } else {
        return;
      }
      frame = CurrentFrame.ofThread();
    }
  }

  /**
   * Foreign code is about to run on the thread; no interrupt of ours lands in it (B6). Owner only.
   */
  public final void beginSignal() {
    window.close();
  }

  /** The foreign code has ended; a scope that it left open does not belong to this frame's code. */
  public final void endSignal() {
    if (!left) { // else the scopes of the code around are current
      leaveScopesInside();
    }
    window.open();
  }

  /** Why this frame or one around it is cancelled; null if none is. */
  public final @Nullable String cancelReason() {
    CancelFrame frame = cancelledFrame();
    return frame == null ? null : frame.reason;
  }

  final @Nullable CancelFrame cancelledFrame() {
    if (!window.mayBeCancelled()) {
      return null;
    }
    for (CancelFrame frame = this; frame != null; frame = frame.outer) {
      if (frame.reason != null && !frame.left && !frame.isLeftOpen()) {
        return frame;
      }
    }
    return null;
  }

  /** Whether the code is gone, although this cancelled frame was not left. */
  boolean isLeftOpen() {
    return false;
  }

  /** Whether an await in this frame must end. */
  public final boolean isCancelled() {
    return cancelledFrame() != null;
  }

  /**
   * An interrupt by other code reached the thread while it waited in this frame.
   *
   * @return whether it ends the wait
   */
  public abstract boolean foreignInterrupt();

  /** The exception that awaits in this cancelled frame throw. */
  protected RuntimeException ending() {
    return new CancellationException(reason);
  }

  /**
   * Whether the code of this frame is another body than the code around it. The end of a block
   * around it is that block's, and this code sees a plain cancellation.
   */
  protected boolean isBody() {
    return false;
  }

  /** A block inside this body was cut off by an interrupt of ours. Owner only. */
  protected void cutOffInside() {}

  /** Tells the body around this block that it was cut off. Owner only. */
  final void tellBodyOfCutOff() {
    CancelFrame frame = enclosing();
    while (frame != null && !frame.isBody()) {
      frame = frame.enclosing();
    }
    if (frame != null) {
      frame.cutOffInside();
    }
  }

  /** Whether other threads wait for the owner, to run code of theirs while it waits itself. */
  protected boolean hasGuests() {
    return false;
  }

  /** Runs that code. Owner only, with the window closed. */
  protected void runGuests() {}

  /**
   * Runs the guests of this frame or of one around it. Owner only, instead of a park.
   *
   * @return false if there were none
   */
  final boolean serveGuests() {
    Thread me = Thread.currentThread();
    CancelFrame host = this;
    while (host != null && host.window.worker() == me) { // further out is code of other threads
      if (host.hasGuests()) {
        beginSignal();
        try {
          host.runGuests();
        } finally {
          endSignal();
        }
        return true;
      }
      host = host.enclosing();
    }
    return false;
  }

  /** What an await in {@code frame} throws when a cancel ends it; null if none has. */
  static @Nullable RuntimeException endingIn(CancelFrame frame) {
    CancelFrame cancelled = frame.cancelledFrame();
    if (cancelled == null) {
      return null;
    }
    return cancelled.isBeyondBody(frame)
        ? new CancellationException(cancelled.reason)
        : cancelled.ending();
  }

  /** Whether {@code frame} belongs to a body inside this frame. */
  private boolean isBeyondBody(CancelFrame innermost) {
    CancelFrame frame = innermost;
    while (frame != null && frame != this && !frame.isBody()) {
      frame = frame.outer;
    }
    return frame != this;
  }

  /** The exception of an await in this cancelled frame was not delivered (A12). */
  public final void giveBack() {
    CancelFrame cancelled = cancelledFrame();
    if (cancelled instanceof ScopeFrame block && !cancelled.isBeyondBody(this)) {
      block.scope.giveBack();
    }
  }
}
