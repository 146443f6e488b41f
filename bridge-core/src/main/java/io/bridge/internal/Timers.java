package io.bridge.internal;

import io.bridge.Registration;
import io.bridge.TimeSource;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The JVM's own time: one daemon thread for all timers, started at first need. It only changes
 * states and wakes threads, and runs no foreign code (T3).
 */
public final class Timers implements TimeSource {

  /** The one instance. */
  public static final TimeSource SYSTEM = new Timers();

  /**
   * Past this, about 146 years, a deadline is "never"; the scheduler adds delays without overflow.
   */
  private static final long NEVER_NANOS = Long.MAX_VALUE >> 1;

  /** A thread that has nothing to wait for ends, and keeps no class loader (A13). */
  private static final int IDLE_SECONDS = 1;

  private final ScheduledThreadPoolExecutor scheduler =
      new ScheduledThreadPoolExecutor(
          1,
          Thread.ofPlatform()
              .daemon()
              .name("bridge-timer")
              .inheritInheritableThreadLocals(false) // it outlives whoever comes first
              .factory());

  private Timers() {
    scheduler.setRemoveOnCancelPolicy(true); // nothing stays registered after a normal return
    scheduler.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    scheduler.allowCoreThreadTimeOut(true);
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public Registration schedule(Duration delay, Runnable task) {
    Future<?> timer = scheduler.schedule(task, nanos(delay), TimeUnit.NANOSECONDS);
    return () -> timer.cancel(false);
  }

  private static long nanos(Duration delay) {
    boolean never = delay.compareTo(Duration.ofNanos(NEVER_NANOS)) > 0;
    return never ? NEVER_NANOS : delay.toNanos();
  }
}
