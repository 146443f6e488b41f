package io.bridge.internal.cancel;

import org.jspecify.annotations.Nullable;

/**
 * The block of a scope on the thread that opened it: from the opening until that thread joins or
 * closes the scope. A scope that fails cancels the block, so that its code does not wait for
 * results that will not be used.
 *
 * <p>The scopes of one thread form a chain from the innermost outwards; the cancel of a frame
 * around them follows it. See docs/design/scope.md; proof: ScopeCancelTest, ScopeRaceTest.
 */
public final class ScopeFrame extends BlockFrame {

  /** The part of a scope that its block needs. */
  public interface Scope extends CancelWalk.Scope {

    boolean isClosed();

    /** Cancels the running coroutines and waits for them. */
    void close();

    /** The exception that an await in the cancelled block throws. */
    RuntimeException ending();

    /** The last exception from {@link #ending} was not delivered. */
    void giveBack();

    /** The resources that end with the scope. */
    OwnedResources owned();
  }

  public final Scope scope;

  private final Thread owner = Thread.currentThread();

  /** Of a scope that may be left open on a plain thread; null if it is closed for certain. */
  private final LostHandles.@Nullable Opened opened;

  // by the owner
  private boolean blockLeft;

  // by the owner; read by a cancel of a frame around it
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
    } catch (Throwable tooDeep) { // a plain write, which always has enough stack
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

  /** The next scope of the chain outwards. Any thread. */
  public @Nullable ScopeFrame enclosingScope() {
    return enclosing;
  }

  /**
   * Ends the block, once: afterwards no failure of the scope cancels its thread. A frame inside it
   * may go on, and stays linked to it while it does. Owner only.
   */
  public void leaveBlock() {
    if (blockLeft) {
      return;
    }
    blockLeft = true;
    try {
      leaveNow();
    } catch (Throwable tooDeep) { // plain writes, which always have enough stack
      phase = LEFT;
      left = true;
      throw tooDeep;
    }
  }

  private void leaveNow() {
    boolean cancelled = leave();
    markLeft();
    if (cancelled) {
      tellBodyOfCutOff();
    }
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

  /**
   * The scope has ended for a reason that cancels its block, unless the block was left open; a
   * {@code walk} also cancels what is inside the block.
   */
  public void cancelUnlessLeft(String why, @Nullable CancelWalk walk) {
    if (!isLeftOpenBy(owner) && tryCancel(why) && walk != null) {
      walk.withBlock(this);
    }
  }

  /** Stops the owner's look for cancelled frames at a block that an earlier task left open. */
  @Override
  boolean isLeftOpen() {
    return isOwner() && isLeftOpenBy(owner);
  }

  /**
   * A pool's thread that goes on with another task was not told, and must not be interrupted: the
   * block is abandoned (S3). A block inside another frame is left with that frame, and a virtual
   * thread has only one task.
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
  protected RuntimeException ending() {
    return scope.ending();
  }
}
