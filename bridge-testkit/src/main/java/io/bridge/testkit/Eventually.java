package io.bridge.testkit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a condition, with a deadline that is far beyond what a loaded machine needs. */
public final class Eventually {

  /** How long anything in a test may take before it counts as hanging. */
  public static final Duration DEADLINE = Duration.ofSeconds(30);

  private static final long LOOK_EVERY_NANOS = 200_000;

  /** Most conditions hold within microseconds, and a race has thousands of rounds. */
  private static final int QUICK_LOOKS = 500;

  private Eventually() {}

  /** Returns when {@code condition} holds; fails with {@code what} when it does not in time. */
  @SuppressWarnings("ThreadPriorityCheck") // right with any scheduler, kind to a busy one
  public static void until(String what, BooleanSupplier condition) {
    for (int looks = 0; looks < QUICK_LOOKS; looks++) {
      if (condition.getAsBoolean()) {
        return; // not asked again: it may be one that holds only once, such as Thread.interrupted
      }
      Thread.yield();
    }
    long end = System.nanoTime() + DEADLINE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("not within " + DEADLINE + ": " + what);
      }
      LockSupport.parkNanos(LOOK_EVERY_NANOS);
    }
  }
}
