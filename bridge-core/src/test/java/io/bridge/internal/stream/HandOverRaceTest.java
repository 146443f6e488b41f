package io.bridge.internal.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Race;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("B10 one hand-over: what its await returns is what became of the item")
@Timeout(120)
class HandOverRaceTest {

  private static final int ROUNDS = 20_000;

  /** An emitter that waits for its hand-over, and the two that race for it. */
  private static final class Waiting {
    final AtomicInteger received = new AtomicInteger();
    final AtomicReference<@Nullable HandOver> handOver = new AtomicReference<>();
    final AtomicReference<@Nullable Runnable> task = new AtomicReference<>();
    final AtomicBoolean flag = new AtomicBoolean();
    final Fork<Boolean> emitter;

    Waiting() {
      emitter =
          Fork.virtual(() -> {
            HandOver own = new HandOver(received::incrementAndGet);
            handOver.set(own);
            boolean delivered = own.await(task::set, null);
            flag.set(Thread.interrupted());
            return delivered;
          });
      Eventually.until("handed over", () -> task.get() != null);
    }

    void run() {
      Runnable now = task.get();
      if (now != null) {
        now.run();
      }
    }

    boolean drop() {
      HandOver now = handOver.get();
      return now != null && now.drop();
    }

    String outcome() {
      boolean delivered = emitter.join();
      assertThat(received).as("received, told " + delivered).hasValue(delivered ? 1 : 0);
      return delivered ? "delivered" : "dropped";
    }
  }

  @Test
  @DisplayName("B10 20 000 rounds, drop against run: a delivered item is never told as dropped")
  void dropAgainstRun() throws Exception {
    Map<String, Integer> outcomes =
        Race.balanced(
            ROUNDS,
            "dropped",
            "delivered",
            () -> {
              Waiting waiting = new Waiting();
              return new Race.Round() {
                private boolean dropped;

                @Override
                public void left() {
                  dropped = waiting.drop();
                }

                @Override
                public void right() {
                  waiting.run();
                }

                @Override
                public String outcome() {
                  String outcome = waiting.outcome();
                  assertThat(dropped).isEqualTo(outcome.equals("dropped"));
                  return outcome;
                }
              };
            });
    assertBoth(outcomes);
  }

  @Test
  @DisplayName("B10 A9 10 000 rounds, an interrupt of the emitter against run: the same")
  void interruptAgainstRun() throws Exception {
    Map<String, Integer> outcomes =
        Race.balanced(
            ROUNDS / 2,
            "dropped",
            "delivered",
            () -> {
              Waiting waiting = new Waiting();
              return new Race.Round() {
                @Override
                public void left() {
                  waiting.emitter.interrupt();
                  Eventually.until("dropped, or too late", waiting.emitter::isDone);
                }

                @Override
                public void right() {
                  waiting.run();
                }

                @Override
                public String outcome() {
                  String outcome = waiting.outcome();
                  if (outcome.equals("dropped")) {
                    assertThat(waiting.flag).as("the flag is up again").isTrue();
                  }
                  return outcome;
                }
              };
            });
    assertBoth(outcomes);
  }

  private static void assertBoth(Map<String, Integer> outcomes) {
    assertThat(outcomes.keySet()).as("%s", outcomes).containsOnly("dropped", "delivered");
  }
}
