package io.bridge.internal.cancel;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The one park loop of bridge. The state decides, never the wake-up: a stray unpark, a left-over
 * permit or an interrupt costs one more look at the state (A10). A worker of a ForkJoinPool says so
 * to its pool, which runs its other tasks meanwhile on a spare thread, as for join (A2).
 */
public final class ParkLoop {

  private ParkLoop() {}

  /** What a thread of ours waits for. */
  public interface Condition {

    /** Whether the owner must go on waiting. Volatile read. */
    boolean mustWait();

    /** The wait is cancelled: makes {@link #mustWait} false unless the awaited came first. */
    void abandon();
  }

  /**
   * Parks the calling thread until {@code condition} no longer must wait. The condition has
   * published that its owner may park, so whoever changes it unparks.
   */
  public static void await(Condition condition, @Nullable CancelFrame frame) {
    if (awaitTakingFlag(condition, frame)) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * The same, for who goes on to wait for the next interrupt: a flag that is up afterwards is one
   * that came since.
   *
   * @return whether an interrupt ended the wait, whose flag is down
   */
  public static boolean awaitTakingFlag(Condition condition, @Nullable CancelFrame frame) {
    boolean interrupted = false;
    while (condition.mustWait()) {
      // A cancel before this look may have had its interrupt eaten by foreign code; a cancel after
      // it raises the flag, with which park returns.
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
    // what is awaited may be a task of this pool; a coroutine's carrier is a worker as well, but
    // the current thread is the coroutine's
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
    } catch (InterruptedException e) { // not of this blocker
      Thread.currentThread().interrupt();
    }
  }

  /** One park of a worker: whoever wakes it, the loop looks at the state. */
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
