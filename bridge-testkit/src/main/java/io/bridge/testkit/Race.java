package io.bridge.testkit;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

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

  private static final int MAX_SHIFT = 200;

  private Race() {}

  /** Runs {@code count} rounds and returns how often each outcome came up. */
  public static Map<String, Integer> run(int count, Rounds rounds) throws Exception {
    Map<String, Integer> histogram = new TreeMap<>();
    Round[] current = new Round[1];
    CyclicBarrier barrier = new CyclicBarrier(2);
    Fork<String> right =
        Fork.platform(() -> {
          for (int i = 0; i < count; i++) {
            meet(barrier);
            shift();
            current[0].right();
            meet(barrier);
          }
        });
    for (int i = 0; i < count; i++) {
      current[0] = rounds.next();
      meet(barrier);
      shift();
      current[0].left();
      meet(barrier);
      histogram.merge(current[0].outcome(), 1, Integer::sum);
    }
    right.join();
    return histogram;
  }

  private static void meet(CyclicBarrier barrier) throws Exception {
    barrier.await(Eventually.DEADLINE.toSeconds(), TimeUnit.SECONDS);
  }

  private static void shift() {
    for (int i = ThreadLocalRandom.current().nextInt(MAX_SHIFT); i > 0; i--) {
      Thread.onSpinWait();
    }
  }
}
