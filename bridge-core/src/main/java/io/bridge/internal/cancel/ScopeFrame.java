package io.bridge.internal.cancel;

import org.jspecify.annotations.Nullable;

/**
 * The block of a scope on the thread that opened it: from the opening until that thread joins or
 * closes the scope. A scope that fails cancels the block, so that its code does not go on waiting
 * for what will not be used.
 *
 * <p>The scopes of one thread form a chain from the innermost outwards, which whoever cancels a
 * frame around them follows. See docs/design/scope.md; proof: ScopeCancelTest, ScopeRaceTest.
 */
public final class ScopeFrame extends BlockFrame {

  /** The scope, as far as its block needs to know it. */
  public interface Scope extends CancelWalk.Scope {

    boolean isClosed();

    /** Cancels what still runs and waits for it. */
    void close();

    /** What an await in the cancelled block throws. */
    RuntimeException ending();

    /** What {@link #ending} returned last got to nobody. */
    void giveBack();

    /** What ends with the scope. */
    OwnedResources owned();
  }

  public final Scope scope;

  private final Thread owner = Thread.currentThread();

  /** Of a scope that may be left open on a plain thread; null if its end is certain. */
  private final LostHandles.@Nullable Opened opened;

  // by the owner
  private boolean blockLeft;

  // by the owner; read by whoever cancels a frame around it
  private volatile @Nullable ScopeFrame enclosing;

  private ScopeFrame(
      Scope scope, @Nullable CancelFrame outer, LostHandles.@Nullable Opened opened) {
    super(outer, contextOf(outer));
    this.scope = scope;
    this.opened = opened;
  }

  /** Begins the block on the calling thread. */
  public static ScopeFrame enter(Scope scope, LostHandles.@Nullable Opened opened) {
    ScopeFrame frame = new ScopeFrame(scope, CurrentFrame.get(), opened);
    try {
      frame.begin();
    } catch (Throwable tooDeep) { // a plain write, for which there is stack
      frame.left = true;
      throw tooDeep;
    }
    return frame;
  }

  private void begin() {
    becomeCurrent();
    if (outer == null) {
      window.begin();
    }
    CancelFrame root = root();
    enclosing = open(root.innermostScope());
    root.innermostScope(this);
  }

  public boolean isOwner() {
    return owner == Thread.currentThread();
  }

  @Nullable ScopeFrame enclosingScope() {
    return enclosing;
  }

  /**
   * Ends the block, once: no failure of the scope cancels its thread after this. A frame inside it
   * may go on, and is linked to it for as long. Owner only.
   */
  public void leaveBlock() {
    if (blockLeft) {
      return;
    }
    blockLeft = true;
    try {
      leaveNow();
    } catch (Throwable tooDeep) { // plain writes, as above
      phase = LEFT;
      left = true;
      throw tooDeep;
    }
  }

  private void leaveNow() {
    boolean cancelled = leave();
    markLeft();
    CancelFrame now = CurrentFrame.ofThread();
    if (now == this) {
      now = CurrentFrame.notLeft(previous);
      CurrentFrame.replace(now);
    }
    if (cancelled || outer == null) {
      windowTo(now);
    }
  }

  /** Takes the closed scope out of the chain. Owner only. */
  public void unlink() {
    CancelFrame root = root();
    ScopeFrame inner = open(root.innermostScope());
    root.innermostScope(inner);
    while (inner != null) {
      ScopeFrame next = open(inner.enclosing);
      inner.enclosing = next;
      inner = next;
    }
  }

  /** The first scope of the chain that is not closed. */
  private static @Nullable ScopeFrame open(@Nullable ScopeFrame chain) {
    ScopeFrame frame = chain;
    while (frame != null && frame.scope.isClosed()) {
      frame = frame.enclosing;
    }
    return frame;
  }

  /** The scope has ended for a reason that cancels its block, unless that was left open. */
  public void cancelUnlessLeft(String why) {
    if (!isLeftOpenBy(owner)) {
      cancelBlock(why);
    }
  }

  /** The owner's looks at its cancelled frames end at one of a task before. */
  @Override
  boolean isLeftOpen() {
    return isOwner() && isLeftOpenBy(owner);
  }

  /**
   * A pool's thread that goes on with another task was not told, and is not to be touched: the
   * block is given up (S3). Inside another frame it is left with that one, and a virtual thread has
   * one task.
   */
  private boolean isLeftOpenBy(Thread thread) {
    LostHandles.Opened at = opened;
    if (at == null || outer != null || thread.isVirtual() || !at.isLeftBy(thread)) {
      return false;
    }
    abandon();
    LostHandles.cleanUp(() -> at.reportNotClosed(scope.toString()));
    return true;
  }

  @Override
  public @Nullable OwnedResources owned() {
    return scope.isClosed() ? null : scope.owned();
  }

  @Override
  RuntimeException ending() {
    return scope.ending();
  }
}
