package io.bridge.testkit;

import java.lang.management.ManagementFactory;
import java.time.Duration;

/** The CPU time of a platform thread; a virtual thread has none of its own. */
public final class ThreadCpu {

  private ThreadCpu() {}

  /** What {@code thread} has used so far. */
  public static Duration of(Thread thread) {
    return Duration.ofNanos(
        ManagementFactory.getThreadMXBean().getThreadCpuTime(thread.threadId()));
  }
}
