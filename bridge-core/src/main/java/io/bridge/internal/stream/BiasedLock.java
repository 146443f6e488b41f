package io.bridge.internal.stream;

import io.bridge.internal.base.Fields;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.cancel.CurrentFrame;
import io.bridge.internal.cancel.ParkLoop;
import io.bridge.internal.coroutine.RunningCoroutine;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is to call a subscriber: a lock that is biased towards the body's own thread, the
 * owner, which does without until another thread has the lock. See docs/design/emitter.md.
 *
 * <pre>
 * bias       who has the turn                          left by
 * OWN        the owner, saying so by ownerInside;      the first turn of another thread, which
 *            or the holder of the lock                 has the lock -&gt; REVOKING
 * REVOKING   the holder of the lock, which first       a holder that has seen the owner outside
 *            waits until the owner is out              -&gt; SHARED
 * SHARED     the holder of the lock, final             -
 * </pre>
 *
 * The holder of the lock is the only one to wait for anything else, and has no other lock then;
 * {@link #wake} takes none. A superclass and no field, so that a subscription is one object. Proof:
 * EmitterTurnsTest, EmitterBiasTest, EmitterBiasRaceTest, EmitterStress.
 */
abstract class BiasedLock implements ParkLoop.Condition {

  private static final int OWN = 0;
  private static final int REVOKING = 1;
  private static final int SHARED = 2;

  private static final VarHandle WAITING =
      Fields.handle(MethodHandles.lookup(), "waiting", Thread.class);
  private static final VarHandle OWNER_INSIDE =
      Fields.handle(MethodHandles.lookup(), "ownerInside", boolean.class);

  private final ReentrantLock lock = new ReentrantLock();

  // by the owner: set before its window closes, taken back before it opens; read after a look at
  // the window
  boolean ownerInside;

  // by the holder of the lock; read by the owner after its window has closed or opened
  private volatile int bias;

  // any thread
  private volatile @Nullable Thread waiting;
  private volatile @Nullable RunningCoroutine<?> owner;

  BiasedLock(boolean biased) {
    bias = biased ? OWN : SHARED;
  }

  /** Whether turns are still taken; volatile read. Who changes the answer to no wakes. */
  abstract boolean isActive();

  /** Throws what says why, if turns are taken no more. */
  abstract void requireActive();

  /** The body begins, on the calling coroutine: that is the owner. */
  final void begin() {
    owner = RunningCoroutine.running(CurrentFrame.get());
  }

  /** The same as seen by who started it. */
  final void ownedBy(RunningCoroutine<?> coroutine) {
    owner = coroutine;
  }

  /** The body's coroutine; null before it has one. */
  final @Nullable RunningCoroutine<?> owner() {
    return owner;
  }

  /**
   * The current frame of the owner, without a thread-local.
   *
   * @return null for other threads, and where the owner's code has another window
   */
  final @Nullable CancelFrame frameOfOwner() {
    RunningCoroutine<?> body = owner;
    return body == null ? null : body.window.currentOfWorker();
  }

  /** Whether {@link #tryBeginOwn} is worth a try. */
  final boolean isBiased() {
    return bias == OWN;
  }

  /**
   * The owner takes its turn without the lock, closing its window; false if it must take the lock.
   *
   * @param frame what {@link #frameOfOwner} returned
   */
  final boolean tryBeginOwn(CancelFrame frame) {
    ownerInside = true; // published by what closes the window
    frame.beginSignal();
    if (bias == OWN) {
      return true;
    }
    endOwn(frame); // who revokes may not have seen us inside
    return false;
  }

  /** The end of such a turn. */
  final void endOwn(CancelFrame frame) {
    OWNER_INSIDE.setRelease(this, false);
    frame.endSignal();
    if (bias != OWN) {
      wake(); // who revokes may have seen us inside
    }
  }

  /** Whether the calling thread has the turn already. */
  final boolean isInside() {
    return lock.isHeldByCurrentThread() || (ownerInside && isOwner());
  }

  /** Takes the turn with the lock, which a cancel of {@code frame} gives up; for {@link #leave}. */
  final void enter(@Nullable CancelFrame frame) {
    lock(frame);
    try {
      if (bias != SHARED && !isOwner()) {
        revoke(frame);
      }
    } catch (Throwable cancelled) {
      lock.unlock();
      throw cancelled;
    }
  }

  /** The same at the end of the body, where the owner is outside for good; nothing gives it up. */
  final void enterAtEnd() {
    lock.lock();
  }

  final void leave() {
    lock.unlock();
  }

  private void lock(@Nullable CancelFrame frame) {
    while (!lock.tryLock()) {
      try {
        lock.lockInterruptibly();
        return;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        Cancellation.throwIfCancelled(frame, Thread.currentThread()); // a shield goes on
      }
    }
  }

  /** Whether the calling thread is the owner. */
  private boolean isOwner() {
    RunningCoroutine<?> body = owner;
    return body != null && body.window.worker() == Thread.currentThread();
  }

  /** Ends the owner's turns without the lock for good: returns when it is out. */
  private void revoke(@Nullable CancelFrame frame) {
    bias = REVOKING;
    while (isOwnerInside()) {
      announceWait();
      waitIf(isOwnerInside(), frame);
    }
    bias = SHARED;
  }

  /**
   * Whether the owner has a turn without the lock, or is about to find out that it may not. An open
   * window says that it has none; one that it has closed since the bias was changed, that it looks
   * at the bias again.
   */
  private boolean isOwnerInside() {
    RunningCoroutine<?> body = owner;
    return body != null && !body.window.isOpen() && (boolean) OWNER_INSIDE.getAcquire(this);
  }

  /**
   * The holder of the lock says that it is about to wait. What it waits for it must look at once
   * more, for {@link #waitIf}: who changes that after the look sees the announcement, and wakes.
   */
  final void announceWait() {
    waiting = Thread.currentThread();
  }

  /**
   * Waits until woken if the second look said so; throws if turns are taken no more, or cancelled.
   */
  final void waitIf(boolean notYet, @Nullable CancelFrame frame) {
    if (notYet && isActive()) {
      ParkLoop.await(this, frame);
    }
    waiting = null;
    requireActive();
    Cancellation.throwIfCancelled(frame, Thread.currentThread());
  }

  /** After a change of what the holder of the lock may wait for. Any thread. */
  final void wake() {
    if (waiting != null) { // announced before the second look
      Thread waiter = (Thread) WAITING.getAndSet(this, (Thread) null);
      try {
        LockSupport.unpark(waiter);
      } catch (Throwable tooDeep) { // who wakes next does it again (A11)
        waiting = waiter;
        throw tooDeep;
      }
    }
  }

  @Override
  public final boolean mustWait() {
    return waiting == Thread.currentThread();
  }

  @Override
  public final void abandon() {
    waiting = null;
  }
}
