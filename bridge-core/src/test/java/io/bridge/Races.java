package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.testkit.Eventually;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** What the race tests share. */
final class Races {

  static final int ROUNDS = 20_000;

  private Races() {}

  /** Waits without parking: a race has thousands of rounds. */
  @SuppressWarnings("ThreadPriorityCheck") // right with any scheduler, kind to a busy one
  static void spinUntil(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + Eventually.DEADLINE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("not within " + Eventually.DEADLINE + ": " + what);
      }
      Thread.yield();
    }
  }

  /** These outcomes and no other; how often each wins is up to the machine's load. */
  static void assertOnly(Map<String, Integer> outcomes, String... legal) {
    assertThat(outcomes.keySet()).as(outcomes.toString()).isSubsetOf(legal);
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
