package io.bridge.internal.cancel;

import io.bridge.CoroutineContext;
import io.bridge.internal.base.Fields;
import io.bridge.internal.failure.Headroom;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A frame that its owner may leave while another thread cancels it. Leaving waits for that cancel
 * to finish, so that no interrupt lands after the block.
 *
 * <pre>
 * phase       meaning                                left by
 * RUNNING     the owner is inside                    cancelBlock -> CANCELLING, leave -> LEFT
 * CANCELLING  a thread is interrupting the owner     that thread -> CANCELLED
 * CANCELLED   it was cancelled in time, final        -
 * LEFT        left before any cancel, final          -
 * </pre>
 *
 * If the owner has no stack left to leave, a plain write sets LEFT, without a wait. Proof:
 * TimeoutTest, BlockFrameTest, InterruptRaceTest, ScopeRaceTest.
 */
public abstract class BlockFrame extends CancelFrame {

  private static final int RUNNING = 0;
  private static final int CANCELLING = 1;
  private static final int CANCELLED = 2;
  protected static final int LEFT = 3;

  private static final VarHandle PHASE = Fields.handle(MethodHandles.lookup(), "phase", int.class);

  // any thread
  protected volatile int phase;

  /** A block on the calling thread, inside {@code outer}. */
  protected BlockFrame(@Nullable CancelFrame outer, CoroutineContext context) {
    super(outer, outer != null ? outer.window : new InterruptWindow(), context);
  }

  /** A block with a window of its own, which the window of {@code outer} is lent to. */
  protected BlockFrame(CancelFrame outer, InterruptWindow window, CoroutineContext context) {
    super(outer, window, context);
  }

  /** Begins the block inside {@code outer}, which is the current frame of its thread. */
  protected final void enterInside(CancelFrame current) {
    previous = current;
    CurrentFrame.replaceInWindow(this);
  }

  /** Makes the frame before this one current again, after {@link #leaveScopesInside}. */
  protected final void restorePrevious() {
    CancelFrame before = previous;
    if (window.mirrors(this) && before != null && before == outer && !before.left) {
      CurrentFrame.replaceInWindow(before);
    } else {
      CurrentFrame.restore(before);
    }
  }

  /** Cancels the block, unless its owner has left it. Any thread; never waits. */
  public final void cancelBlock(String why) {
    Headroom.check(); // all of it, or nothing
    CancelWalk walk = new CancelWalk(why);
    if (tryCancel(why)) {
      walk.inside(this);
    }
  }

  /** Cancels the block without its content; false if it was cancelled or left before. */
  final boolean tryCancel(String why) {
    if (!PHASE.compareAndSet(this, RUNNING, CANCELLING)) {
      return false;
    }
    try {
      mark(why);
    } finally { // after an Error too: the owner waits for it
      phase = CANCELLED;
    }
    return true;
  }

  /** No cancel reaches the block after this; true if one did before. Owner only. */
  @SuppressWarnings("ThreadPriorityCheck") // correct with any scheduler, kind to a busy one
  protected final boolean leave() {
    if (PHASE.compareAndSet(this, RUNNING, LEFT)) {
      return false;
    }
    while (phase == CANCELLING) {
      Thread.yield(); // the canceller is between two steps, neither of which waits
    }
    return phase == CANCELLED;
  }

  /** The owner is gone without leaving the block: no cancel reaches it after this. Any thread. */
  public final void abandon() {
    PHASE.compareAndSet(this, RUNNING, LEFT);
    markLeft();
  }

  /**
   * The owner has left: lowers our flag, and raises it again if {@code now} is cancelled too. Code
   * that closed the window, in a signal, opens it again itself.
   */
  protected final void windowTo(@Nullable CancelFrame now) {
    boolean wasOpen = window.isOpen();
    window.close();
    CancelFrame shares = now != null && now.window == window ? now : null;
    window.forget(); // before the look: the interrupt of a later cancel stays
    boolean cancelled = shares != null && shares.isCancelled();
    if (!wasOpen && cancelled) {
      window.owe();
    }
    if (shares != null && wasOpen) {
      if (cancelled) {
        window.openInterrupted();
      } else {
        window.open();
      }
    }
  }

  @Override
  public boolean foreignInterrupt() {
    return outer == null || outer.foreignInterrupt();
  }
}
