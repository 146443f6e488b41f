package io.bridge.internal.cancel;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The one park loop of bridge. The state decides, never the wake-up: a stray unpark, a left-over
 * permit or an interrupt costs one more look at the state (A10). A worker of a ForkJoinPool tells
 * its pool that it blocks, so that a spare thread runs the pool's other tasks, as for join (A2).
 */
public final class ParkLoop {

  private ParkLoop() {}

  /** A state that a thread of ours waits for. */
  public interface Condition {

    /** Whether the owner must go on waiting. Volatile read. */
    boolean mustWait();

    /**
     * Cancels the wait: {@link #mustWait} returns false afterwards. An outcome that came first
     * stays.
     */
    void abandon();
  }

  /**
   * Parks the calling thread until {@code condition} no longer must wait. The condition has
   * published that its owner may park, so every change to it is followed by an unpark.
   */
  public static void await(Condition condition, @Nullable CancelFrame frame) {
    if (awaitTakingFlag(condition, frame)) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Like {@link #await}, but clears the interrupt flag instead of restoring it, so that the caller
   * can detect a later interrupt.
   *
   * @return whether an interrupt ended the wait; its flag is cleared
   */
  public static boolean awaitTakingFlag(Condition condition, @Nullable CancelFrame frame) {
    boolean interrupted = false;
    while (condition.mustWait()) {
      if (frame != null && frame.serveGuests()) {
        continue;
      }
      // Foreign code may have swallowed the interrupt of a cancel before this check. A later cancel
      // raises the flag, and park returns.
      if (frame != null && frame.isCancelled()) {
        condition.abandon();
        continue;
      }
      park(condition);
      if (Thread.interrupted() && Cancellation.interruptEndsWait(frame)) {
        interrupted = true;
        condition.abandon();
      }
    }
    return interrupted;
  }

  private static void park(Condition condition) {
    // The awaited task may belong to this pool. A coroutine's carrier is a worker too, but the
    // current thread is then the coroutine's.
    if (Thread.currentThread() instanceof ForkJoinWorkerThread) {
      parkWorker(condition);
    } else {
      parkThread(condition);
    }
  }

  private static void parkThread(Condition condition) {
    LockSupport.park(condition);
  }

  private static void parkWorker(Condition condition) {
    try {
      ForkJoinPool.managedBlock(new Blocker(condition));
    } catch (RejectedExecutionException e) { // no more spare threads
      parkThread(condition);
    } catch (InterruptedException e) { // not thrown by this blocker
      Thread.currentThread().interrupt();
    }
  }

  /** One park of a worker: after any wake-up the loop looks at the state. */
  private record Blocker(Condition condition) implements ForkJoinPool.ManagedBlocker {

    @Override
    public boolean block() {
      parkThread(condition);
      return true;
    }

    @Override
    public boolean isReleasable() {
      return !condition.mustWait() || Thread.currentThread().isInterrupted();
    }
  }
}
