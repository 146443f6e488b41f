package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.testkit.Eventually;
import io.bridge.testkit.Probe;
import io.bridge.testkit.Race;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("races of one await: only legal outcomes")
class AwaitRaceTest {

  private static final int ROUNDS = 20_000;

  /** A coroutine that awaits a probe, cancelled on one side, signalled on the other. */
  private static final class CancelAgainst implements Race.Round {
    private final Probe<String> probe;
    private final Consumer<Probe<String>> signal;
    private final Coroutine<@Nullable String> coroutine;

    CancelAgainst(Probe<String> probe, Consumer<Probe<String>> signal) {
      this.probe = probe;
      this.signal = signal;
      coroutine = Coroutine.<@Nullable String>start(() -> Await.await(probe));
      probe.awaitSubscriber();
    }

    static CancelAgainst afterRequest(Consumer<Probe<String>> signal) {
      CancelAgainst round = new CancelAgainst(new Probe<>(), signal);
      round.probe.awaitRequest();
      return round;
    }

    @Override
    public void left() {
      coroutine.cancel();
    }

    @Override
    public void right() {
      signal.accept(probe);
    }

    @Override
    public String outcome() {
      Eventually.until("the end", coroutine::isDone);
      assertThat(probe.overlapped()).as("RS 2.7").isFalse();
      boolean cancelled = coroutine.state() == Coroutine.State.CANCELLED;
      if (cancelled) {
        assertThat(probe.cancels()).as("cancels").isLessThanOrEqualTo(1);
      } else {
        assertThat(probe.cancels()).as("cancels after the source's own end").isZero();
      }
      return coroutine.state().toString();
    }
  }

  private static void assertOnly(Map<String, Integer> histogram, String... outcomes) {
    assertThat(histogram.keySet()).as("%s", histogram).isSubsetOf(outcomes);
  }

  @Test
  @DisplayName("A5 A12 cancel against value and end: the value is returned or discarded, once")
  void cancelAgainstValue() throws Exception {
    AtomicInteger discarded = new AtomicInteger();
    Map<String, Integer> histogram;
    try (Registration hook = Undeliverable.onDiscard(value -> discarded.incrementAndGet())) {
      histogram =
          Race.run(ROUNDS, () -> CancelAgainst.afterRequest(probe -> probe.next("v").complete()));
      assertOnly(histogram, "SUCCEEDED", "CANCELLED");
      assertThat(hook).isNotNull();
    }
    assertThat(histogram.getOrDefault("SUCCEEDED", 0)).isEqualTo(ROUNDS - discarded.get());
  }

  @Test
  @DisplayName("A5 A12 cancel against error: the failure is thrown or reported, once")
  void cancelAgainstError() throws Exception {
    AtomicInteger reported = new AtomicInteger();
    try (Registration hook = Undeliverable.onFailure(failure -> reported.incrementAndGet())) {
      Map<String, Integer> histogram =
          Race.run(
              ROUNDS,
              () ->
                  CancelAgainst.afterRequest(
                      probe -> probe.fail(new IllegalStateException("source"))));
      assertOnly(histogram, "FAILED", "CANCELLED");
      assertThat(histogram.getOrDefault("FAILED", 0)).isEqualTo(ROUNDS - reported.get());
      assertThat(hook).isNotNull();
    }
  }

  @Test
  @DisplayName("A5 cancel against empty end")
  void cancelAgainstComplete() throws Exception {
    assertOnly(
        Race.run(ROUNDS, () -> CancelAgainst.afterRequest(Probe::complete)),
        "SUCCEEDED",
        "CANCELLED");
  }

  @Test
  @DisplayName("A5 cancel against a late onSubscribe: cancelled exactly once, whoever comes first")
  void cancelAgainstLateOnSubscribe() throws Exception {
    Map<String, Integer> histogram =
        Race.run(
            ROUNDS,
            () -> {
              Probe<String> probe = new Probe<String>().onSubscribe(p -> {});
              CancelAgainst round = new CancelAgainst(probe, p -> p.subscriber().onSubscribe(p));
              return new Race.Round() {
                @Override
                public void left() {
                  round.left();
                }

                @Override
                public void right() {
                  round.right();
                }

                @Override
                public String outcome() {
                  assertThat(round.outcome()).isEqualTo("CANCELLED");
                  Eventually.until("the cancel", () -> probe.cancels() > 0);
                  assertThat(probe.cancels()).isEqualTo(1);
                  return probe.requests().isEmpty() ? "cancel first" : "onSubscribe first";
                }
              };
            });
    assertOnly(histogram, "cancel first", "onSubscribe first");
  }

  @Test
  @DisplayName("T1 A9 a deadline against the end of its block: no interrupt is left behind it")
  void deadlineAgainstEnd() {
    int inTime = 0;
    for (int i = 0; i < ROUNDS; i++) {
      long spinNanos = 20_000 + (i % 64) * 2_000L;
      try {
        Coroutine.withTimeout(
            Duration.ofNanos(80_000),
            () -> {
              long end = System.nanoTime() + spinNanos;
              while (System.nanoTime() < end) {
                Thread.onSpinWait();
              }
            });
        inTime++;
      } catch (AwaitTimeoutException tooLate) {
        assertThat(tooLate.timeout()).isEqualTo(Duration.ofNanos(80_000));
      }
      assertThat(Thread.currentThread().isInterrupted()).as("round %s", i).isFalse();
    }
    assertThat(inTime).isPositive();
  }
}
