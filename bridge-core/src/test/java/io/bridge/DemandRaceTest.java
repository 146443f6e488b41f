package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Probe;
import io.bridge.fixtures.Race;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

@DisplayName("B2 B4 B6 races of emit itself, from the test's own threads")
@Timeout(120)
class DemandRaceTest {

  private static final int ROUNDS = Races.ROUNDS / 2;

  /** Counts, and checks RS 1.1, 1.3 and 1.7 in each signal. */
  private static final class Counter implements Subscriber<String> {
    private final AtomicReference<@Nullable Subscription> subscription = new AtomicReference<>();
    private final AtomicReference<@Nullable String> breach = new AtomicReference<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final AtomicLong requested = new AtomicLong();
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger items = new AtomicInteger();
    private final AtomicInteger ends = new AtomicInteger();

    void request(long n) {
      requested.addAndGet(n);
      subscription().request(n);
    }

    Subscription subscription() {
      Subscription now = subscription.get();
      if (now == null) {
        throw new AssertionError("no onSubscribe");
      }
      return now;
    }

    @Override
    public void onSubscribe(Subscription newSubscription) {
      subscription.set(newSubscription);
    }

    @Override
    public void onNext(String item) {
      enter();
      if (items.incrementAndGet() > requested.get()) {
        breach.set("RS 1.1: an item without a request");
      }
      inside.decrementAndGet();
    }

    @Override
    public void onError(Throwable newFailure) {
      failure.set(newFailure);
      onComplete();
    }

    @Override
    public void onComplete() {
      enter();
      ends.incrementAndGet();
      inside.decrementAndGet();
    }

    private void enter() {
      if (inside.incrementAndGet() > 1) {
        breach.set("RS 1.3: two signals at once");
      }
      if (ends.get() > 0) {
        breach.set("RS 1.7: a signal after the end");
      }
    }

    void assertLawful() {
      assertThat(breach.get()).isNull();
    }
  }

  /** A stream whose emitter is in the hands of the test until {@code hold} completes. */
  private static final class Held {
    final Probe<String> hold = new Probe<>();
    final Counter counter = new Counter();
    final Emitter<String> emitter;
    private final AtomicReference<@Nullable Coroutine<?>> body = new AtomicReference<>();

    Held() {
      AtomicReference<@Nullable Emitter<String>> handed = new AtomicReference<>();
      Publishers.<String>publisher(
              e -> {
                body.set(Coroutine.current());
                handed.set(e);
                Await.await(hold);
              })
          .subscribe(counter);
      Races.spinUntil("the body holds", () -> !hold.requests().isEmpty());
      Emitter<String> now = handed.get();
      if (now == null) {
        throw new AssertionError("no emitter");
      }
      emitter = now;
    }

    void awaitBodyEnd() {
      Races.spinUntil(
          "the body ends",
          () -> {
            Coroutine<?> coroutine = body.get();
            return coroutine != null && coroutine.isDone();
          });
    }
  }

  @Test
  @DisplayName("B2 request against emit: the wake-up is never lost")
  void requestAgainstEmit() throws Exception {
    Held held = new Held();
    AtomicInteger requests = new AtomicInteger();
    Map<String, Integer> outcomes =
        Race.run(
            Races.ROUNDS,
            () ->
                new Race.Round() {
                  private final int before = requests.get();
                  private boolean requestFirst;

                  @Override
                  public void left() {
                    requestFirst = requests.get() > before;
                    held.emitter.emit("a"); // hangs if the wake-up is lost
                  }

                  @Override
                  public void right() {
                    held.counter.request(1);
                    requests.incrementAndGet();
                  }

                  @Override
                  public String outcome() {
                    held.counter.assertLawful();
                    assertThat(held.counter.items).hasValue(before + 1);
                    return requestFirst ? "request first" : "emit first";
                  }
                });
    Races.assertOnly(outcomes, "request first", "emit first");
    held.hold.complete();
  }

  @Test
  @DisplayName("B2 request against request: the demands add up, no item too many or too few")
  void requestAgainstRequest() throws Exception {
    Counter counter = new Counter();
    Publishers.<String>publisher(
            emitter -> {
              while (true) {
                emitter.emit("a");
              }
            })
        .subscribe(counter);
    Map<String, Integer> outcomes =
        Race.run(
            Races.ROUNDS,
            () ->
                new Race.Round() {
                  private final int before = counter.items.get();

                  @Override
                  public void left() {
                    counter.request(1);
                  }

                  @Override
                  public void right() {
                    counter.request(2);
                  }

                  @Override
                  public String outcome() {
                    Races.spinUntil("three items", () -> counter.items.get() >= before + 3);
                    counter.assertLawful();
                    assertThat(counter.items).hasValue(before + 3);
                    return "three";
                  }
                });
    counter.subscription().cancel();
    assertThat(outcomes).containsOnlyKeys("three");
  }

  @Test
  @DisplayName("B4 B6 cancel against emit: delivered, or given up and thrown, and no end follows")
  void cancelAgainstEmit() throws Exception {
    try (Races.Lost lost = new Races.Lost()) {
      Map<String, Integer> outcomes =
          Race.run(
              ROUNDS,
              () -> {
                Held held = new Held();
                held.counter.request(1);
                return new Race.Round() {
                  private boolean thrown;

                  @Override
                  public void left() {
                    try {
                      held.emitter.emit("a");
                    } catch (CancellationException e) {
                      thrown = true;
                    }
                  }

                  @Override
                  public void right() {
                    held.counter.subscription().cancel();
                  }

                  @Override
                  public String outcome() {
                    held.awaitBodyEnd();
                    held.counter.assertLawful();
                    assertThat(held.counter.ends).hasValue(0);
                    assertThat(held.hold.cancels()).as("the body's await").isEqualTo(1);
                    assertThat(lost.failures()).isZero();
                    if (!thrown) {
                      assertThat(held.counter.items).hasValue(1);
                    }
                    assertThat(lost.values() + held.counter.items.get()).as("one owner").isOne();
                    return held.counter.items.get() == 1 ? "delivered" : "cancelled";
                  }
                };
              });
      Races.assertOnly(outcomes, "delivered", "cancelled");
    }
  }

  @Test
  @DisplayName("B4 cancel against an emit without demand: it always ends, its item is given up")
  void cancelAgainstWaitingEmit() throws Exception {
    Races.Lost lost = new Races.Lost();
    Map<String, Integer> outcomes =
        Race.run(
            ROUNDS,
            () -> {
              Held held = new Held();
              return new Race.Round() {
                private boolean thrown;

                @Override
                public void left() {
                  try {
                    held.emitter.emit("a"); // hangs if the wake-up is lost
                  } catch (CancellationException e) {
                    thrown = true;
                  }
                }

                @Override
                public void right() {
                  held.counter.subscription().cancel();
                }

                @Override
                public String outcome() {
                  held.counter.assertLawful();
                  assertThat(thrown).isTrue();
                  assertThat(held.counter.items).hasValue(0);
                  assertThat(lost.values()).isOne();
                  return "cancelled";
                }
              };
            });
    lost.close();
    assertThat(outcomes).containsOnlyKeys("cancelled");
  }

  @Test
  @DisplayName("B4 RS 1.3 1.7 the body's end against a stray emit: delivered before it, or refused")
  void endAgainstStrayEmit() throws Exception {
    Map<String, Integer> outcomes =
        Race.run(
            ROUNDS,
            () -> {
              Held held = new Held();
              held.counter.request(1);
              return new Race.Round() {
                private boolean refused;

                @Override
                public void left() {
                  // the body wakes some microseconds after its await is answered
                  for (int i = 0; i < 100 && held.counter.ends.get() == 0; i++) {
                    Thread.onSpinWait();
                  }
                  try {
                    held.emitter.emit("a");
                  } catch (IllegalStateException e) {
                    refused = true;
                  }
                }

                @Override
                public void right() {
                  held.hold.complete();
                }

                @Override
                public String outcome() {
                  Races.spinUntil("the end", () -> held.counter.ends.get() > 0);
                  held.counter.assertLawful();
                  assertThat(held.counter.ends).hasValue(1);
                  assertThat(held.counter.items)
                      .as("delivered items, emit was refused: " + refused)
                      .hasValue(refused ? 0 : 1);
                  return refused ? "refused" : "delivered";
                }
              };
            });
    assertThat(outcomes.keySet()).isSubsetOf("refused", "delivered");
  }

  @Test
  @DisplayName("B2 RS 3.9 an illegal request against the end of the body: exactly one end")
  void illegalRequestAgainstEnd() throws Exception {
    Map<String, Integer> outcomes =
        Race.balanced(
            ROUNDS,
            "completed",
            "rejected",
            () -> {
              Held held = new Held();
              return new Race.Round() {
                @Override
                public void left() {
                  held.hold.complete();
                }

                @Override
                public void right() {
                  held.counter.subscription().request(-1);
                }

                @Override
                public String outcome() {
                  Races.spinUntil("the end", () -> held.counter.ends.get() > 0);
                  held.awaitBodyEnd();
                  assertThat(held.counter.ends).hasValue(1);
                  held.counter.assertLawful();
                  Throwable failure = held.counter.failure.get();
                  if (failure == null) {
                    return "completed";
                  }
                  assertThat(failure).isExactlyInstanceOf(IllegalArgumentException.class);
                  return "rejected";
                }
              };
            });
    assertThat(outcomes.keySet()).contains("rejected").isSubsetOf("completed", "rejected");
  }
}
