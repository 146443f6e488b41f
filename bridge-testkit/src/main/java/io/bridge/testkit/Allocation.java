package io.bridge.testkit;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.LongSupplier;

/**
 * What code allocates, counted by the JVM. A bound that is asserted of it must hold in the
 * interpreter: whether a compiled method needs no object where the source makes one is not asked.
 */
public final class Allocation {

  /** Others may allocate at the same time, and classes are loaded at first: the least counts. */
  private static final int ROUNDS = 20;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Allocation() {}

  /**
   * The bytes that one run of {@code operation} allocates on the calling thread, which must be a
   * platform thread: the JVM has no counter for a virtual one.
   */
  public static double bytesOf(Runnable operation) {
    int runs = 1_000;
    return least(
            THREADS::getCurrentThreadAllocatedBytes,
            () -> {
              for (int i = 0; i < runs; i++) {
                operation.run();
              }
            })
        / (double) runs;
  }

  /** The bytes that the calling thread, which must be a platform thread, has allocated so far. */
  public static long ofCurrentThread() {
    return THREADS.getCurrentThreadAllocatedBytes();
  }

  /** The bytes that all threads together allocate while {@code operation} runs. */
  public static long bytesOfAllThreads(Runnable operation) {
    return least(THREADS::getTotalThreadAllocatedBytes, operation);
  }

  private static long least(LongSupplier allocated, Runnable operation) {
    long least = Long.MAX_VALUE;
    for (int round = 0; round < ROUNDS; round++) {
      long before = allocated.getAsLong();
      operation.run();
      least = Math.min(least, allocated.getAsLong() - before);
    }
    return least;
  }
}
