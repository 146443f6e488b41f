package io.bridge.testkit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a condition, with a deadline that is far beyond what a loaded machine needs. */
public final class Eventually {

  /** How long anything in a test may take before it counts as hanging. */
  public static final Duration DEADLINE = Duration.ofSeconds(30);

  private static final long LOOK_EVERY_NANOS = 200_000;

  private Eventually() {}

  /** Returns when {@code condition} holds; fails with {@code what} when it does not in time. */
  public static void until(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + DEADLINE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("not within " + DEADLINE + ": " + what);
      }
      LockSupport.parkNanos(LOOK_EVERY_NANOS);
    }
  }
}
