package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Coroutine.State;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import io.bridge.fixtures.Race;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A5 A6 A12 races of one await, 100 000 rounds each: only legal outcomes, both orders")
@Timeout(300)
class AwaitRaceTest {

  private static final int ROUNDS = 100_000;

  /** The cancel has ended the await, and the source's signal came too late. */
  private static final String CANCELLED = "cancelled";

  /** The source has ended the await, and the cancel came too late. */
  private static final String ENDED = "ended";

  /** The source had ended before the cancel did, but the cancel has ended the await. */
  private static final String BETWEEN = "cancelled after the source's end";

  /** About what a cancelled coroutine takes to wake. */
  private static final long WAKE_NANOS = 5_000;

  /** A coroutine that awaits a probe: cancelled on the left, signalled on the right. */
  private abstract static class CancelRound implements Race.Round {

    final Probe<String> probe = new Probe<>();
    final Coroutine<@Nullable String> coroutine;

    CancelRound() {
      coroutine = Coroutine.<@Nullable String>start(() -> Await.await(probe));
      Races.spinUntil("a request", () -> !probe.requests().isEmpty());
    }

    @Override
    public final void left() {
      coroutine.cancel();
    }

    /** Checks A5 and RS 2.7. */
    @Override
    public String outcome() {
      Races.spinUntil("the end", coroutine::isDone);
      assertThat(probe.overlapped()).as("RS 2.7").isFalse();
      if (coroutine.state() != State.CANCELLED) {
        assertThat(probe.cancels()).as("cancels after the source's own end").isZero();
        return ENDED;
      }
      assertThat(probe.cancels()).as("cancels").isLessThanOrEqualTo(1);
      return probe.cancels() == 1 ? CANCELLED : BETWEEN;
    }
  }

  @Test
  @DisplayName("A5 A12 cancel against value and end: the value is returned or discarded, once")
  void cancelAgainstValue() throws Exception {
    String betweenSignals = "cancelled between value and end";
    try (Races.Lost lost = new Races.Lost()) {
      Map<String, Integer> outcomes =
          Race.balanced(
              ROUNDS,
              CANCELLED,
              ENDED,
              () ->
                  new CancelRound() {
                    private int refused;

                    @Override
                    public void right() {
                      probe.next("v");
                      refused = lost.values();
                      Races.spinNanos(ThreadLocalRandom.current().nextLong(WAKE_NANOS));
                      probe.complete();
                    }

                    @Override
                    public String outcome() {
                      String outcome = super.outcome();
                      boolean returned = outcome.equals(ENDED);
                      assertThat(refused + lost.values()).as(outcome).isEqualTo(returned ? 0 : 1);
                      assertThat(lost.failures()).as(outcome).isZero();
                      if (returned) {
                        assertThat(coroutine.get()).isEqualTo("v");
                      }
                      return outcome.equals(CANCELLED) && refused == 0 ? betweenSignals : outcome;
                    }
                  });
      Races.assertAll(outcomes, List.of(CANCELLED, ENDED), betweenSignals, BETWEEN);
    }
  }

  @Test
  @DisplayName("A5 A12 cancel against error: the failure is thrown or reported, once")
  void cancelAgainstError() throws Exception {
    IllegalStateException failure = new IllegalStateException("source");
    try (Races.Lost lost = new Races.Lost()) {
      Map<String, Integer> outcomes =
          Race.balanced(
              ROUNDS,
              CANCELLED,
              ENDED,
              () ->
                  new CancelRound() {
                    @Override
                    public void right() {
                      probe.fail(failure);
                    }

                    @Override
                    public String outcome() {
                      String outcome = super.outcome();
                      boolean thrown = outcome.equals(ENDED);
                      assertThat(lost.failures()).as(outcome).isEqualTo(thrown ? 0 : 1);
                      if (thrown) {
                        assertThat(coroutine.failure()).isSameAs(failure);
                      }
                      return outcome;
                    }
                  });
      Races.assertAll(outcomes, List.of(CANCELLED, ENDED), BETWEEN);
    }
  }

  @Test
  @DisplayName("A5 A18 cancel against an empty end: null or cancelled")
  void cancelAgainstComplete() throws Exception {
    try (Races.Lost lost = new Races.Lost()) {
      Map<String, Integer> outcomes =
          Race.balanced(
              ROUNDS,
              CANCELLED,
              ENDED,
              () ->
                  new CancelRound() {
                    @Override
                    public void right() {
                      probe.complete();
                    }

                    @Override
                    public String outcome() {
                      String outcome = super.outcome();
                      if (outcome.equals(ENDED)) {
                        assertThat(coroutine.get()).isNull();
                      }
                      assertThat(lost.failures()).as(outcome).isZero();
                      return outcome;
                    }
                  });
      Races.assertAll(outcomes, List.of(CANCELLED, ENDED), BETWEEN);
    }
  }

  @Test
  @DisplayName("A5 cancel against a late onSubscribe: cancelled exactly once, whoever comes first")
  void cancelAgainstLateOnSubscribe() throws Exception {
    Map<String, Integer> outcomes =
        Race.balanced(
            ROUNDS,
            "cancel first",
            "onSubscribe first",
            () ->
                new Race.Round() {
                  private final Probe<String> probe = new Probe<String>().onSubscribe(p -> {});
                  private final Coroutine<@Nullable String> coroutine = start();

                  private Coroutine<@Nullable String> start() {
                    Coroutine<@Nullable String> started =
                        Coroutine.<@Nullable String>start(() -> Await.await(probe));
                    Races.spinUntil("a subscriber", () -> probe.subscriptions() > 0);
                    return started;
                  }

                  @Override
                  public void left() {
                    coroutine.cancel();
                  }

                  @Override
                  public void right() {
                    probe.subscriber().onSubscribe(probe);
                  }

                  @Override
                  public String outcome() {
                    Races.spinUntil("the end", coroutine::isDone);
                    assertThat(coroutine.state()).isEqualTo(State.CANCELLED);
                    assertThat(probe.cancels()).as("cancels").isEqualTo(1);
                    assertThat(probe.overlapped()).as("RS 2.7").isFalse();
                    assertThat(probe.requests()).as("requests").hasSizeLessThanOrEqualTo(1);
                    return probe.requests().isEmpty() ? "cancel first" : "onSubscribe first";
                  }
                });
    Races.assertAll(outcomes, List.of("cancel first", "onSubscribe first"));
  }

  @Test
  @DisplayName(
      "A3 A9 A5 cancel between two awaits: the one that is reached ends, the next never is")
  void cancelAgainstSecondAwait() throws Exception {
    String inFirst = "cancelled in the first";
    String beforeSecond = "cancelled before the second subscribed";
    String inSecond = "cancelled in the second";
    try (Races.Lost lost = new Races.Lost()) {
      Map<String, Integer> outcomes =
          Race.balanced(
              ROUNDS,
              inFirst,
              inSecond,
              () ->
                  new Race.Round() {
                    private final Probe<String> first = new Probe<>();
                    private final Probe<String> second = new Probe<>();
                    private final AtomicReference<@Nullable String> delivered =
                        new AtomicReference<>();
                    private final AtomicBoolean knew = new AtomicBoolean();
                    private final Coroutine<@Nullable String> coroutine = start();

                    private Coroutine<@Nullable String> start() {
                      Coroutine<@Nullable String> started =
                          Coroutine.<@Nullable String>start(() -> {
                            delivered.set(Await.await(first));
                            knew.set(Coroutine.isCancelled());
                            return Await.await(second);
                          });
                      Races.spinUntil("a request", () -> !first.requests().isEmpty());
                      return started;
                    }

                    @Override
                    public void left() {
                      coroutine.cancel();
                    }

                    @Override
                    public void right() {
                      first.next("v").complete();
                    }

                    @Override
                    public String outcome() {
                      Races.spinUntil("the end", coroutine::isDone);
                      assertThat(coroutine.state()).isEqualTo(State.CANCELLED);
                      assertThat(first.overlapped() || second.overlapped()).as("RS 2.7").isFalse();
                      assertThat(lost.failures()).isZero();
                      assertThat(second.cancels()).isEqualTo(second.subscriptions());
                      if (delivered.get() == null) {
                        assertThat(lost.values()).as("discarded").isEqualTo(1);
                        assertThat(first.cancels()).isLessThanOrEqualTo(1);
                        assertThat(second.subscriptions()).isZero();
                        return inFirst;
                      }
                      assertThat(lost.values()).as("discarded").isZero();
                      assertThat(first.cancels()).isZero();
                      assertThat(second.subscriptions()).isLessThanOrEqualTo(knew.get() ? 0 : 1);
                      return second.subscriptions() == 0 ? beforeSecond : inSecond;
                    }
                  });
      Races.assertAll(outcomes, List.of(inFirst, beforeSecond, inSecond));
    }
  }

  @Test
  @DisplayName("A5 T2 cancel against a deadline: one of them is thrown, upstream cancelled once")
  void cancelAgainstTimeout() throws Exception {
    String timedOut = "timed out";
    TestTime time = new TestTime();
    Map<String, Integer> outcomes =
        Race.balanced(
            ROUNDS,
            CANCELLED,
            timedOut,
            () ->
                new Race.Round() {
                  private final Probe<String> probe = new Probe<>();
                  private final Coroutine<@Nullable String> coroutine = start();

                  private Coroutine<@Nullable String> start() {
                    Coroutine<@Nullable String> started =
                        Coroutine.<@Nullable String>start(() ->
                            time.run(() ->
                                Coroutine.<@Nullable String, RuntimeException>withTimeout(
                                    Duration.ofSeconds(1), () -> Await.await(probe))));
                    Races.spinUntil("a request", () -> !probe.requests().isEmpty());
                    return started;
                  }

                  @Override
                  public void left() {
                    coroutine.cancel();
                  }

                  @Override
                  public void right() {
                    time.advance(Duration.ofSeconds(1));
                  }

                  @Override
                  public String outcome() {
                    Races.spinUntil("the end", coroutine::isDone);
                    assertThat(probe.overlapped()).as("RS 2.7").isFalse();
                    assertThat(probe.cancels()).as("cancels").isEqualTo(1);
                    if (coroutine.state() == State.CANCELLED) {
                      return CANCELLED;
                    }
                    assertThat(coroutine.failure()).isInstanceOf(AwaitTimeoutException.class);
                    return timedOut;
                  }
                });
    Races.assertAll(outcomes, List.of(CANCELLED, timedOut));
  }

  @Test
  @DisplayName("A9 A5 A12 interrupt outside a coroutine against value and end: the flag stays up")
  void interruptAgainstValue() throws Exception {
    try (Races.Lost lost = new Races.Lost()) {
      Map<String, Integer> outcomes =
          Race.balanced(
              ROUNDS,
              CANCELLED,
              ENDED,
              () ->
                  new Race.Round() {
                    private final Probe<String> probe = new Probe<>();
                    private final AtomicBoolean over = new AtomicBoolean();
                    private final AtomicBoolean flag = new AtomicBoolean();
                    private final Fork<@Nullable String> owner = start();

                    private Fork<@Nullable String> start() {
                      Fork<@Nullable String> started =
                          Fork.<@Nullable String>virtual(() -> {
                            try {
                              return Await.await(probe);
                            } catch (CancellationException e) {
                              return CANCELLED;
                            } finally {
                              Races.spinUntil("the interrupt", over::get);
                              flag.set(Thread.interrupted());
                            }
                          });
                      Races.spinUntil("a request", () -> !probe.requests().isEmpty());
                      return started;
                    }

                    @Override
                    public void left() {
                      owner.interrupt();
                      over.set(true);
                    }

                    @Override
                    public void right() {
                      probe.next("v");
                      Races.spinNanos(ThreadLocalRandom.current().nextLong(WAKE_NANOS));
                      probe.complete();
                    }

                    @Override
                    public String outcome() {
                      Races.spinUntil("the end", owner::isDone);
                      assertThat(flag).as("the interrupt").isTrue();
                      assertThat(lost.failures()).isZero();
                      assertThat(probe.overlapped()).as("RS 2.7").isFalse();
                      if (!CANCELLED.equals(owner.join())) {
                        assertThat(owner.join()).isEqualTo("v");
                        assertThat(lost.values()).as(ENDED).isZero();
                        assertThat(probe.cancels()).as(ENDED).isZero();
                        return ENDED;
                      }
                      assertThat(lost.values()).as(CANCELLED).isEqualTo(1);
                      assertThat(probe.cancels()).as("cancels").isLessThanOrEqualTo(1);
                      return probe.cancels() == 1 ? CANCELLED : BETWEEN;
                    }
                  });
      Races.assertAll(outcomes, List.of(CANCELLED, ENDED), BETWEEN);
    }
  }
}
