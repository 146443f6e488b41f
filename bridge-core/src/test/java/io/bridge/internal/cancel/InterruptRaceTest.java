package io.bridge.internal.cancel;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.AwaitTimeoutException;
import io.bridge.Coroutine;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Race;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A9 B6 T1 an interrupt of ours lands inside its window or not at all: the long races")
@Timeout(180)
class InterruptRaceTest {

  private static final int ROUNDS = 100_000;

  private static boolean flag() {
    return Thread.currentThread().isInterrupted();
  }

  private static void spinUntil(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + Eventually.DEADLINE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("not in time: " + what);
      }
      Thread.onSpinWait();
    }
  }

  @Test
  @DisplayName("A9 100 000 rounds: an interrupt against close and open comes once it is open")
  void interruptAgainstOpen() throws Exception {
    Map<String, Integer> outcomes =
        Race.run(
            ROUNDS,
            () -> {
              InterruptWindow window = new InterruptWindow();
              window.begin();
              window.close();
              AtomicBoolean sent = new AtomicBoolean();
              return new Race.Round() {
                private boolean sentBefore;

                @Override
                public void left() {
                  sentBefore = sent.get();
                  window.open();
                  spinUntil("the interrupt", InterruptRaceTest::flag);
                  window.close();
                }

                @Override
                public void right() {
                  window.interrupt();
                  sent.set(true);
                }

                @Override
                public String outcome() {
                  assertThat(Thread.interrupted()).as("behind the window").isFalse();
                  return sentBefore ? "sent before" : "sent later";
                }
              };
            });
    assertThat(outcomes.keySet()).as("%s", outcomes).isSubsetOf("sent before", "sent later");
  }

  @Test
  @DisplayName("T1 A9 100 000 blocks left about their deadline: the flag is never up outside")
  void deadlineAgainstLeave() {
    Fork<int[]> fork = Fork.platform(InterruptRaceTest::blocks);
    awaitLong(fork);
    assertBothCameUp(fork.join());
  }

  @Test
  @DisplayName("T2 A9 100 000 inner blocks left about their deadline: none reaches the outer block")
  void innerDeadlineAgainstLeave() {
    Fork<int[]> fork =
        Fork.platform(() ->
            Coroutine.<int[], RuntimeException>withTimeout(
                Duration.ofMinutes(10), InterruptRaceTest::blocks));
    awaitLong(fork);
    assertBothCameUp(fork.join());
  }

  private static void assertBothCameUp(int[] counts) {
    assertThat(counts[0]).as("timed out").isPositive();
    assertThat(counts[1]).as("in time").isPositive();
  }

  /** How many timed out, and how many did not. */
  private static int[] blocks() {
    int[] counts = new int[2];
    long spinNanos = 50_000; // follows the timer's latency, so that both come up
    for (int i = 0; i < ROUNDS; i++) {
      boolean timedOut = timesOut(spinNanos / 2 + ThreadLocalRandom.current().nextLong(spinNanos));
      for (int late = 0; late < 20; late++) {
        if (flag()) {
          throw new AssertionError("the flag is up behind block " + i);
        }
        Thread.onSpinWait();
      }
      counts[timedOut ? 0 : 1]++;
      spinNanos = Math.clamp(spinNanos + (timedOut ? -500 : 500), 2_000, 500_000);
    }
    return counts;
  }

  private static void awaitLong(Fork<?> fork) {
    for (int i = 0; i < 4 && !fork.isDone(); i++) {
      try {
        Eventually.until("the blocks", fork::isDone);
      } catch (AssertionError slow) {
        if (i == 3) {
          throw slow;
        }
      }
    }
  }

  private static boolean timesOut(long spinNanos) {
    try {
      Coroutine.withTimeout(
          Duration.ofNanos(1_000),
          () -> {
            long start = System.nanoTime();
            while (System.nanoTime() - start < spinNanos) {
              Thread.onSpinWait();
            }
          });
      return false;
    } catch (AwaitTimeoutException e) {
      return true;
    }
  }

  @Test
  @DisplayName("B6 S1 20 000 coroutines cancelled at their end: no flag in their completion")
  void cancelAgainstEnd() throws Exception {
    int rounds = 20_000;
    Map<String, Integer> outcomes =
        Race.run(
            rounds,
            () ->
                new Race.Round() {
                  private final AtomicBoolean begun = new AtomicBoolean();
                  private final AtomicBoolean go = new AtomicBoolean();
                  private final AtomicBoolean inside = new AtomicBoolean();
                  private final AtomicReference<@Nullable Boolean> up = new AtomicReference<>();
                  private final Coroutine<@Nullable Void> coroutine = start();

                  private Coroutine<@Nullable Void> start() {
                    Coroutine<@Nullable Void> started =
                        Coroutine.start(() -> {
                          begun.set(true);
                          spinUntil("go", go::get);
                          inside.set(Coroutine.isCancelled());
                        });
                    started.onCompletion(ended -> {
                      long start = System.nanoTime();
                      spinUntil("a late one", () -> System.nanoTime() - start > 2_000);
                      up.set(flag());
                    });
                    spinUntil("begun", begun::get);
                    return started;
                  }

                  @Override
                  public void left() {
                    go.set(true);
                  }

                  @Override
                  public void right() {
                    coroutine.cancel();
                  }

                  @Override
                  public String outcome() {
                    spinUntil("the completion", () -> up.get() != null);
                    assertThat(up.get()).as("flag in the completion").isFalse();
                    return inside.get() ? "cancelled inside" : "ended first";
                  }
                });
    assertThat(outcomes.keySet()).as("%s", outcomes).isSubsetOf("cancelled inside", "ended first");
  }
}
