package io.bridge.internal.stream;

import static java.util.Objects.requireNonNull;

import io.bridge.internal.base.Fields;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.ParkLoop;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One item on its way to the subscriber by an executor (B10). The emitter waits until it has been
 * received, so that nothing is buffered and {@code emit} means the same as without an executor.
 *
 * <pre>
 * state    meaning                                      left by
 * QUEUED   the executor has it                          run -> RUNNING, drop -> DROPPED
 * RUNNING  the subscriber receives it; a cancel does    its end -> DONE
 *          not cut that short
 * DONE     received, or the subscriber threw, final     -
 * DROPPED  cancelled before it was received, final      -
 * </pre>
 *
 * Proof: SignalsOnExecutor*Test, HandOverRaceTest.
 */
final class HandOver implements Runnable, ParkLoop.Condition {

  private static final int QUEUED = 0;
  private static final int RUNNING = 1;
  private static final int DONE = 2;
  private static final int DROPPED = 3;

  private static final VarHandle STATE = Fields.handle(MethodHandles.lookup(), "state", int.class);

  private final Thread emitter = Thread.currentThread();

  // by the thread that leaves QUEUED; null when dropped, so that an executor does not keep the item
  private @Nullable Runnable signal;

  // any thread
  private volatile int state;
  private volatile @Nullable Thread receiver;

  // written before DONE, read after it
  private @Nullable Throwable failure;

  // by the emitter
  private boolean cancelled;

  HandOver(Runnable signal) {
    this.signal = signal;
  }

  /** Waits until the item was received. Emitter only, once. */
  boolean await(Executor signals, @Nullable CancelFrame frame) {
    if (frame != null) {
      frame.beginSignal(); // the executor may run the subscriber's code in place (B6)
    }
    try {
      signals.execute(this);
    } catch (Throwable rejection) {
      if (!drop()) { // the executor took the item all the same: RS 1.3, as below
        ParkLoop.await(new ToTheEnd(), null);
      }
      if (failure == null) { // else the subscriber's failure comes first (B5)
        throw rejection;
      }
    } finally {
      if (frame != null) {
        frame.endSignal();
      }
    }
    try {
      ParkLoop.await(this, frame);
    } catch (Throwable tooDeep) { // cannot park: the body ends, and the item must not follow
      drop();
      throw tooDeep;
    }
    if (state == RUNNING) { // and cancelled: RS 1.3, the next signal waits for the end of this one
      ParkLoop.await(new ToTheEnd(), null);
    }
    return state == DONE;
  }

  /** The failure of the subscriber. Emitter only, after the end. */
  @Nullable Throwable failure() {
    return failure;
  }

  /** Whether the calling thread is inside the subscriber's onNext. */
  boolean isReceivedHere() {
    return receiver == Thread.currentThread();
  }

  /** Takes the item back, if the subscriber has not got it. Any thread. */
  boolean drop() {
    boolean dropped = STATE.compareAndSet(this, QUEUED, DROPPED);
    if (dropped) {
      signal = null;
      LockSupport.unpark(emitter);
    }
    return dropped;
  }

  @Override
  public void run() {
    if (!STATE.compareAndSet(this, QUEUED, RUNNING)) {
      return;
    }
    receiver = Thread.currentThread();
    try {
      requireNonNull(signal).run();
    } catch (Throwable t) { // breaks RS 2.13: the body gets it
      failure = t;
    }
    receiver = null;
    state = DONE;
    LockSupport.unpark(emitter);
  }

  @Override
  public boolean mustWait() {
    return !cancelled && isUnderWay();
  }

  @Override
  public void abandon() {
    cancelled = true;
    drop();
  }

  private boolean isUnderWay() {
    int now = state;
    return now == QUEUED || now == RUNNING;
  }

  /** A wait that no cancel ends. */
  private final class ToTheEnd implements ParkLoop.Condition {

    @Override
    public boolean mustWait() {
      return isUnderWay();
    }

    @Override
    public void abandon() {}
  }
}
