package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** What the race tests share. */
final class Races {

  static final int ROUNDS = 20_000;

  private static final int QUICK_LOOKS = 200;
  private static final int FEWEST = 20;
  private static final Duration BUDGET = Duration.ofSeconds(5);

  private Races() {}

  /**
   * Waits without parking: a race has thousands of rounds. It parks only after many looks, because
   * two virtual threads that do nothing but yield keep the carriers of a small machine to
   * themselves.
   */
  @SuppressWarnings("ThreadPriorityCheck") // right with any scheduler, kind to a busy one
  static void spinUntil(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + Eventually.DEADLINE.toNanos();
    for (int looks = 1; !condition.getAsBoolean(); looks++) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("not within " + Eventually.DEADLINE + ": " + what);
      }
      if (looks % QUICK_LOOKS == 0) {
        LockSupport.parkNanos(1);
      } else {
        Thread.yield();
      }
    }
  }

  /** One round of a race. */
  interface Round {
    void run() throws Exception;
  }

  /**
   * So many rounds, or as many as five seconds have room for: where several processes share the
   * processors, a lock that is taken again and again by one thread lets another one in after a time
   * slice only.
   */
  static void rounds(int rounds, Round round) throws Exception {
    long end = System.nanoTime() + BUDGET.toNanos();
    for (int i = 0; i < rounds && (i < FEWEST || System.nanoTime() - end < 0); i++) {
      round.run();
    }
  }

  /** Lets {@code nanos} pass without leaving the processor. */
  static void spinNanos(long nanos) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < nanos) {
      Thread.onSpinWait();
    }
  }

  /** These outcomes and no other; how often each wins is up to the machine's load. */
  static void assertOnly(Map<String, Integer> outcomes, String... legal) {
    assertThat(outcomes.keySet()).as(outcomes.toString()).isSubsetOf(legal);
  }

  /** Each of {@code orders}, or the race proves nothing; besides them no outcome but these. */
  static void assertAll(Map<String, Integer> outcomes, List<String> orders, String... rare) {
    List<String> legal = new ArrayList<>(orders);
    Collections.addAll(legal, rare);
    assertThat(outcomes.keySet()).as("%s", outcomes).isSubsetOf(legal).containsAll(orders);
  }

  /** Counts what goes to {@link Undeliverable}, and forgets it. */
  static final class Lost implements AutoCloseable {
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicInteger values = new AtomicInteger();
    private final Registration onFailure = Undeliverable.onFailure(t -> failures.getAndIncrement());
    private final Registration onDiscard = Undeliverable.onDiscard(v -> values.getAndIncrement());

    /** The number of failures since the last call. */
    int failures() {
      return failures.getAndSet(0);
    }

    /** The number of values since the last call. */
    int values() {
      return values.getAndSet(0);
    }

    @Override
    public void close() {
      onFailure.close();
      onDiscard.close();
    }
  }
}
