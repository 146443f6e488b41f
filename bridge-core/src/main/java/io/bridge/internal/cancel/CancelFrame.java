package io.bridge.internal.cancel;

import io.bridge.CoroutineContext;
import io.bridge.internal.base.Fields;
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

  private static final VarHandle REASON =
      Fields.handle(MethodHandles.lookup(), "reason", String.class);

  /** The frame around this one that a cancellation also comes from; null at a root. */
  public final @Nullable CancelFrame outer;

  /** Shared by the frames of one thread up to a root. */
  public final InterruptWindow window;

  private final CoroutineContext context;

  // any thread; set once
  private volatile @Nullable String reason;

  // by the owner; read by others with a reason only
  public volatile boolean left;

  // by the owner: what was current when it became that
  public @Nullable CancelFrame previous;

  // of a root: the innermost scope that was opened on its thread. Written by the owner
  private volatile @Nullable ScopeFrame scopes;

  public CancelFrame(
      @Nullable CancelFrame outer, InterruptWindow window, CoroutineContext context) {
    this.outer = outer;
    this.window = window;
    this.context = context;
  }

  /** What its code finds as the current context. */
  public final CoroutineContext context() {
    return context;
  }

  /** The context of a frame, empty outside of any. */
  public static CoroutineContext contextOf(@Nullable CancelFrame frame) {
    return frame == null ? CoroutineContext.empty() : frame.context;
  }

  /**
   * The code of this frame begins. However its stack ends, a {@link #left} frame is not the current
   * one any more when somebody looks.
   */
  public final void becomeCurrent() {
    previous = CurrentFrame.ofThread();
    CurrentFrame.replace(this);
  }

  /** Cancels this frame; false if it already was. Never waits, runs no foreign code (A6). */
  public final boolean cancelFrame(String why) {
    Headroom.check(); // all of it, or nothing
    boolean marked = mark(why);
    if (marked) {
      cancelScopesInside();
    }
    return marked;
  }

  /** The first half of {@link #cancelFrame}: the owner is told. */
  public final boolean mark(String why) {
    if (!markCancelled(why)) {
      return false;
    }
    window.interrupt();
    return true;
  }

  /** Cancels this frame where its thread needs no interrupt; false if it already was. */
  public final boolean markCancelled(String why) {
    return REASON.compareAndSet(this, null, why);
  }

  /** The frame whose code made this one, be it cancelled with it or not; null at a root. */
  public @Nullable CancelFrame enclosing() {
    return outer;
  }

  /** The owner could not leave this frame where it was to, and does so now. */
  void leftLate() {}

  /** After this call, cancelling this frame no longer cancels the frames nested in it. */
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
  public static @Nullable OwnedResources ownedAround(@Nullable CancelFrame innermost) {
    for (CancelFrame frame = innermost; frame != null; frame = frame.enclosing()) {
      OwnedResources owned = frame.owned();
      if (owned != null) {
        return owned;
      }
    }
    return null;
  }

  /** What ends with the code of this frame; null if that ends with the code around it. */
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

  final CancelFrame root() {
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
   * The code of this frame ends, with a scope inside it that is still open: that outlives the code
   * that opened it, and no longer cancels it. Owner only.
   */
  public final void leaveScopesInside() {
    if (window.mirrors(this)) {
      return; // as for almost every item of a stream, which is to look up no thread-local
    }
    CancelFrame frame = CurrentFrame.ofThread();
    while (frame != this && frame instanceof ScopeFrame scope) {
      scope.leaveBlock();
      frame = CurrentFrame.ofThread();
    }
  }

  /** Foreign code is to run on the thread, no interrupt of ours lands in it (B6). Owner only. */
  public final void beginSignal() {
    window.close();
  }

  /** That code has ended; a scope that it has left open is not one of this frame's code. */
  public final void endSignal() {
    leaveScopesInside();
    window.open();
  }

  /** Why this frame or one around it is cancelled; null if none is. */
  public final @Nullable String cancelReason() {
    CancelFrame frame = cancelledFrame();
    return frame == null ? null : frame.reason;
  }

  final @Nullable CancelFrame cancelledFrame() {
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
  public abstract boolean foreignInterrupt();

  /** What the awaits in this cancelled frame throw. */
  RuntimeException ending() {
    return new CancellationException(reason);
  }

  /** An await in this cancelled frame has thrown, and got to nobody (A12). */
  public final void giveBack() {
    if (cancelledFrame() instanceof ScopeFrame block) {
      block.scope.giveBack();
    }
  }
}
