package io.bridge.internal;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The clock of timeouts and delays: one daemon thread for the whole JVM, started at first need. It
 * only changes states and wakes threads, and runs no foreign code (T3).
 */
public final class Timers {

  /**
   * Past this, about 146 years, a deadline is "never"; the scheduler adds delays without overflow.
   */
  private static final long NEVER_NANOS = Long.MAX_VALUE >> 1;

  private static final ScheduledThreadPoolExecutor SCHEDULER = scheduler();

  private Timers() {}

  private static ScheduledThreadPoolExecutor scheduler() {
    ScheduledThreadPoolExecutor scheduler =
        new ScheduledThreadPoolExecutor(
            1,
            Thread.ofPlatform()
                .daemon()
                .name("bridge-timer")
                .inheritInheritableThreadLocals(false) // it outlives whoever comes first
                .factory());
    scheduler.setRemoveOnCancelPolicy(true); // nothing stays registered after a normal return
    return scheduler;
  }

  /**
   * Runs {@code step} once, after {@code delay}.
   *
   * @param delay from now
   * @param step must not wait
   * @return cancels it
   */
  public static Future<?> schedule(Duration delay, Runnable step) {
    return SCHEDULER.schedule(step, nanos(delay), TimeUnit.NANOSECONDS);
  }

  private static long nanos(Duration delay) {
    boolean never = delay.compareTo(Duration.ofNanos(NEVER_NANOS)) > 0;
    return never ? NEVER_NANOS : delay.toNanos();
  }
}
