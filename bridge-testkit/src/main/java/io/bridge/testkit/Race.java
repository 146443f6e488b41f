package io.bridge.testkit;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * Repeats two actions at the same moment and counts how each round ended. The moment is shifted at
 * random by some nanoseconds, so that every order comes up.
 */
public final class Race {

  /** One round: fresh objects, two sides, one outcome. */
  public interface Round {

    /** Runs on the first thread. */
    void left() throws Exception;

    /** Runs on the second thread. */
    void right() throws Exception;

    /** How the round ended, after both; an outcome that must not be throws. */
    String outcome() throws Exception;
  }

  /** Makes a round. */
  @FunctionalInterface
  public interface Rounds {
    /** A fresh round. */
    Round next();
  }

  /** Shifts are up to two to this power: on a loaded machine one side may come that much later. */
  private static final int SHIFT_POWERS = 14;

  private static final int SPINS = 2_000;

  private Race() {}

  /** Runs {@code count} rounds and returns how often each outcome came up. */
  public static Map<String, Integer> run(int count, Rounds rounds) throws Exception {
    Map<String, Integer> histogram = new TreeMap<>();
    Round[] current = new Round[1];
    AtomicLong arrivals = new AtomicLong();
    AtomicBoolean leftFailed = new AtomicBoolean();
    Fork<String> right =
        Fork.platform(() -> {
          for (int i = 0; i < count; i++) {
            meet(arrivals, leftFailed::get);
            shift();
            current[0].right();
            meet(arrivals, leftFailed::get);
          }
        });
    try {
      for (int i = 0; i < count; i++) {
        current[0] = rounds.next();
        meet(arrivals, () -> hasFailed(right));
        shift();
        current[0].left();
        meet(arrivals, () -> hasFailed(right));
        histogram.merge(current[0].outcome(), 1, Integer::sum);
      }
    } catch (Throwable t) {
      leftFailed.set(true);
      throw t;
    }
    right.join();
    return histogram;
  }

  /** Rethrows the failure of the other side. */
  private static boolean hasFailed(Fork<String> right) {
    return right.isDone() && right.join().isEmpty();
  }

  /**
   * Returns when both have arrived. It spins, because a parked thread would wake some microseconds
   * after the other one is gone, and the race would always have the same winner.
   */
  @SuppressWarnings("ThreadPriorityCheck") // right with any scheduler, kind to a busy one
  private static void meet(AtomicLong arrivals, BooleanSupplier otherIsGone) {
    long both = (arrivals.getAndIncrement() / 2 + 1) * 2;
    long end = System.nanoTime() + Eventually.DEADLINE.toNanos();
    for (int i = 1; arrivals.get() < both; i++) {
      Thread.onSpinWait();
      if (i % SPINS == 0) {
        Thread.yield();
        if (arrivals.get() < both && otherIsGone.getAsBoolean()) {
          throw new AssertionError("the other side of the race has failed");
        }
        if (System.nanoTime() - end > 0) {
          throw new AssertionError("the other side of the race hangs");
        }
      }
    }
  }

  private static void shift() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    for (int i = random.nextInt(1 << random.nextInt(SHIFT_POWERS)); i > 0; i--) {
      Thread.onSpinWait();
    }
  }
}
