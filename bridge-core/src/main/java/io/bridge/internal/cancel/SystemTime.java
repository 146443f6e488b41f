package io.bridge.internal.cancel;

import io.bridge.Registration;
import io.bridge.TimeSource;
import java.time.Duration;

/** The JVM's own time: {@link System#nanoTime()}, and one daemon thread for all timers (T3). */
public final class SystemTime implements TimeSource {

  /** The one instance. */
  public static final SystemTime INSTANCE = new SystemTime();

  private SystemTime() {}

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public Registration schedule(Duration delay, Runnable task) {
    return Timers.SYSTEM.schedule(delay, task);
  }
}
