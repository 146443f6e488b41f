package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Coroutine.State;
import io.bridge.fixtures.Probe;
import io.bridge.fixtures.Race;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A12 A13 A16 A17 races of callbacks, first items, waiters and delays")
@Timeout(120)
class SuspendRaceTest {

  @Test
  @DisplayName("A16 A12 cancel against resume: value or onCancel, and the value is never lost")
  void cancelAgainstResume() throws Exception {
    try (Races.Lost lost = new Races.Lost()) {
      Map<String, Integer> outcomes =
          Race.run(
              Races.ROUNDS,
              () ->
                  new Race.Round() {
                    private final AtomicReference<@Nullable Runnable> resume =
                        new AtomicReference<>();
                    private final AtomicInteger cancels = new AtomicInteger();
                    private final Coroutine<String> coroutine = start();

                    private Coroutine<String> start() {
                      Coroutine<String> started =
                          Coroutine.start(() ->
                              Await.<String>suspend(s -> {
                                s.onCancel(cancels::incrementAndGet);
                                resume.set(() -> s.resume("a"));
                              }));
                      Races.spinUntil("subscribed", () -> resume.get() != null);
                      return started;
                    }

                    @Override
                    public void left() {
                      coroutine.cancel();
                    }

                    @Override
                    public void right() {
                      Runnable action = resume.get();
                      if (action != null) {
                        action.run();
                      }
                    }

                    @Override
                    public String outcome() {
                      Races.spinUntil("the await ends", coroutine::isDone);
                      boolean returned = coroutine.state() == State.SUCCEEDED;
                      assertThat(cancels).hasValue(returned ? 0 : 1);
                      assertThat(lost.values()).isEqualTo(returned ? 0 : 1);
                      return coroutine.state().name();
                    }
                  });
      Races.assertOnly(outcomes, "SUCCEEDED", "CANCELLED");
    }
  }

  @Test
  @DisplayName("A12 A5 cancel against awaitFirst's item: returned or discarded, cancelled once")
  void cancelAgainstFirst() throws Exception {
    try (Races.Lost lost = new Races.Lost()) {
      Map<String, Integer> outcomes =
          Race.run(
              Races.ROUNDS,
              () ->
                  new Race.Round() {
                    private final Probe<String> probe = new Probe<>();
                    private final Coroutine<String> coroutine = start();

                    private Coroutine<String> start() {
                      Coroutine<String> started = Coroutine.start(() -> Await.awaitFirst(probe));
                      Races.spinUntil("a request", () -> !probe.requests().isEmpty());
                      return started;
                    }

                    @Override
                    public void left() {
                      coroutine.cancel();
                    }

                    @Override
                    public void right() {
                      probe.next("a");
                    }

                    @Override
                    public String outcome() {
                      Races.spinUntil("the await ends", coroutine::isDone);
                      boolean returned = coroutine.state() == State.SUCCEEDED;
                      assertThat(lost.values()).isEqualTo(returned ? 0 : 1);
                      assertThat(lost.failures()).isZero();
                      assertThat(probe.cancels()).isEqualTo(1);
                      assertThat(probe.overlapped()).as("RS 2.7").isFalse();
                      return coroutine.state().name();
                    }
                  });
      Races.assertOnly(outcomes, "SUCCEEDED", "CANCELLED");
    }
  }

  @Test
  @DisplayName("S1 A13 an await of a coroutine against its end: no waiter is forgotten")
  void awaitAgainstEnd() throws Exception {
    Map<String, Integer> outcomes =
        Race.run(
            Races.ROUNDS,
            () ->
                new Race.Round() {
                  private final AtomicReference<@Nullable String> go = new AtomicReference<>();
                  private final AtomicReference<@Nullable String> begun = new AtomicReference<>();
                  private final Coroutine<String> coroutine = start();
                  private final AtomicReference<@Nullable String> value = new AtomicReference<>();
                  private boolean endedBefore;

                  private Coroutine<String> start() {
                    Coroutine<String> started =
                        Coroutine.start(() -> {
                          begun.set("begun");
                          Races.spinUntil("go", () -> go.get() != null);
                          return "a";
                        });
                    Races.spinUntil("begun", () -> begun.get() != null);
                    return started;
                  }

                  @Override
                  public void left() {
                    endedBefore = coroutine.isDone();
                    value.set(coroutine.await()); // a forgotten waiter hangs here
                  }

                  @Override
                  public void right() {
                    go.set("go");
                  }

                  @Override
                  public String outcome() {
                    assertThat(value.get()).isEqualTo("a");
                    return endedBefore ? "ended first" : "awaited first";
                  }
                });
    assertThat(outcomes).containsKey("awaited first");
  }

  @Test
  @DisplayName("A17 A12 T3 a delay cancelled as it fires: the user's hooks get nothing of ours")
  void cancelAgainstDelay() {
    try (Races.Lost lost = new Races.Lost()) {
      for (int i = 0; i < Races.ROUNDS / 4; i++) {
        long nanos = 20_000 + (i % 100) * 500L;
        Coroutine<@Nullable Void> delay =
            Coroutine.start(() -> Await.delay(Duration.ofNanos(nanos)));
        long start = System.nanoTime();
        while (System.nanoTime() - start < nanos) {
          Thread.onSpinWait();
        }
        delay.cancel();
        Races.spinUntil("the delay ends", delay::isDone);
        assertThat(lost.values()).as("discarded by delay").isZero();
      }
    }
  }
}
