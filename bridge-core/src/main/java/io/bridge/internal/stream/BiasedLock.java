package io.bridge.internal.stream;

import io.bridge.internal.base.Fields;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.cancel.CurrentFrame;
import io.bridge.internal.cancel.ParkLoop;
import io.bridge.internal.coroutine.InPlaceStream;
import io.bridge.internal.coroutine.RunningCoroutine;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Exists for P6: a lock for calls of a subscriber, biased towards the body's own thread, the owner,
 * which needs no lock until another thread takes it. See docs/design/emitter.md.
 *
 * <pre>
 * bias       which thread has the turn                 left by
 * OWN        the owner, which sets ownerInside; or     the first turn of another thread, which
 *            the holder of the lock                    has the lock -&gt; REVOKING
 * REVOKING   the holder of the lock, which first       a holder that has seen the owner outside
 *            waits until the owner is out              -&gt; SHARED
 * SHARED     the holder of the lock, final             -
 * </pre>
 *
 * Only the holder of the lock waits for anything else, and it then has no other lock; {@link #wake}
 * takes none. A superclass and no field, so that a subscription is one object. Proof:
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

  // by the owner: set before its window closes, cleared before it opens; other threads look at
  // the window first
  boolean ownerInside;

  // by the holder of the lock; read by the owner after its window has closed or opened
  private volatile int bias;

  // any thread
  private volatile @Nullable Thread waiting;
  private volatile @Nullable CancelFrame owner; // of a body

  BiasedLock(boolean biased) {
    bias = biased ? OWN : SHARED;
  }

  /** Whether turns are still taken; volatile read. Code that ends this wakes. */
  abstract boolean isActive();

  /** Throws the reason if turns are no longer taken. */
  abstract void requireActive();

  /** Makes the calling coroutine the owner. Called at the start of the body. */
  final void begin() {
    owner = RunningCoroutine.running(CurrentFrame.get());
  }

  /** Makes the frame of a body the owner, for the thread that starts it. */
  final void ownedBy(CancelFrame body) {
    owner = body;
  }

  /** Cancels the body, if it has begun. Any thread. */
  final void cancelOwner() {
    CancelFrame body = owner;
    if (body instanceof InPlaceStream inPlace) {
      inPlace.cancelBlock("cancelled");
    } else if (body != null) {
      body.cancelFrame("cancelled");
    }
  }

  /**
   * The current frame of the owner, without a thread-local.
   *
   * @return null for other threads, and while the owner's code has another window
   */
  final @Nullable CancelFrame frameOfOwner() {
    CancelFrame body = owner;
    return body == null ? null : body.window.currentOfWorker();
  }

  /** Whether {@link #tryBeginOwn} may succeed. */
  final boolean isBiased() {
    return bias == OWN;
  }

  /**
   * The owner takes its turn without the lock, closing its window; false if it must take the lock.
   *
   * @param frame the result of {@link #frameOfOwner}
   */
  final boolean tryBeginOwn(CancelFrame frame) {
    ownerInside = true; // published by the close of the window
    frame.beginSignal();
    if (bias == OWN) {
      return true;
    }
    endOwn(frame); // a revoking thread may have missed this one
    return false;
  }

  /** Ends a turn without the lock. */
  final void endOwn(CancelFrame frame) {
    OWNER_INSIDE.setRelease(this, false);
    frame.endSignal();
    if (bias != OWN) {
      wake(); // a revoking thread may be waiting for this
    }
  }

  /** Whether the calling thread already has the turn. */
  final boolean isInside() {
    return lock.isHeldByCurrentThread() || (ownerInside && isOwner());
  }

  /**
   * Takes the turn with the lock, to be ended by {@link #leave}; a cancel of {@code frame} ends the
   * wait.
   */
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

  /** Takes the turn at the end of the body, when the owner is outside for good; not cancellable. */
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
        Cancellation.throwIfCancelled(frame, Thread.currentThread()); // else try again
      }
    }
  }

  /** Whether the calling thread is the owner. */
  private boolean isOwner() {
    CancelFrame body = owner;
    return body != null && body.window.worker() == Thread.currentThread();
  }

  /** Ends turns without the lock for good; returns when the owner is out. */
  private void revoke(@Nullable CancelFrame frame) {
    bias = REVOKING;
    while (isOwnerInside()) {
      announceWait();
      waitIf(isOwnerInside(), frame);
    }
    bias = SHARED;
  }

  /**
   * Whether the owner has a turn without the lock, or is about to learn that it may not. If its
   * window is open, it has none; if it closes the window after the bias was changed, it reads the
   * bias again.
   */
  private boolean isOwnerInside() {
    CancelFrame body = owner;
    return body != null && !body.window.isOpen() && (boolean) OWNER_INSIDE.getAcquire(this);
  }

  /**
   * The holder of the lock announces that it is about to wait. It must then check its condition
   * once more, for {@link #waitIf}: a change after that check sees the announcement, and wakes.
   */
  final void announceWait() {
    waiting = Thread.currentThread();
  }

  /**
   * Waits until woken if the second check said so; throws if turns are no longer taken, or if
   * cancelled.
   */
  final void waitIf(boolean notYet, @Nullable CancelFrame frame) {
    if (notYet && isActive()) {
      ParkLoop.await(this, frame);
    }
    waiting = null;
    requireActive();
    Cancellation.throwIfCancelled(frame, Thread.currentThread());
  }

  /** Wakes the holder of the lock after a change of its condition. Any thread. */
  final void wake() {
    if (waiting != null) { // announced before the second look
      Thread waiter = (Thread) WAITING.getAndSet(this, (Thread) null);
      try {
        LockSupport.unpark(waiter);
      } catch (Throwable tooDeep) { // the next wake does it again (A11)
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
