package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Probe;
import io.bridge.fixtures.Race;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

@DisplayName("B8 A12 races of mapAwait: everything ends once, each value is delivered or given up")
@Timeout(300)
class MapAwaitRaceTest {

  private final Races.Lost lost = new Races.Lost();

  @AfterEach
  void close() {
    lost.close();
  }

  /** A stream of two runs at most, with counts of what came of it. */
  private final class Stream implements Subscriber<String> {

    final Probe<String> source = new Probe<>();
    final CompletableFuture<@Nullable String> first = new CompletableFuture<>();
    final CompletableFuture<@Nullable String> second = new CompletableFuture<>();
    final AtomicInteger begun = new AtomicInteger();
    final AtomicInteger ended = new AtomicInteger();
    final AtomicInteger settled = new AtomicInteger();
    final AtomicInteger items = new AtomicInteger();
    final AtomicInteger completions = new AtomicInteger();
    final AtomicInteger failures = new AtomicInteger();
    final AtomicReference<@Nullable Thread> signaller = new AtomicReference<>();
    private final AtomicBoolean inside = new AtomicBoolean();
    private final AtomicReference<@Nullable String> breach = new AtomicReference<>();
    private final AtomicReference<@Nullable Subscription> subscription = new AtomicReference<>();

    Stream(boolean ordered) {
      Mapping.<String, String>subscribe(2, ordered, this::run, source, this);
    }

    private @Nullable String run(String item) throws Exception {
      begun.incrementAndGet();
      Coroutine<?> self = Coroutine.current();
      if (self != null) {
        self.onCompletion(run -> settled.incrementAndGet());
      }
      try {
        return item.equals("first") ? first.join() : second.get(); // join is not interrupted
      } finally {
        ended.incrementAndGet();
      }
    }

    Stream request(long n) {
      upstream().request(n);
      return this;
    }

    Subscription upstream() {
      Subscription now = subscription.get();
      if (now == null) {
        throw new AssertionError("no onSubscribe");
      }
      return now;
    }

    /** Sends an item and waits for its body. */
    Stream begin(String item) {
      int before = begun.get();
      source.next(item);
      Races.spinUntil(item + " has begun", () -> begun.get() > before);
      return this;
    }

    void awaitSettled(int runs) {
      Races.spinUntil(runs + " runs have settled", () -> settled.get() == runs);
    }

    /** The terminal signals, after at most one. */
    int ends() {
      assertThat(breach.get()).isNull();
      assertThat(source.overlapped()).as("RS 2.7").isFalse();
      assertThat(completions.get() + failures.get()).isBetween(0, 1);
      return completions.get() + failures.get();
    }

    @Override
    public void onSubscribe(Subscription newSubscription) {
      subscription.set(newSubscription);
    }

    @Override
    public void onNext(String item) {
      signal(items);
    }

    @Override
    public void onError(Throwable failure) {
      signal(failures);
    }

    @Override
    public void onComplete() {
      signal(completions);
    }

    private void signal(AtomicInteger count) {
      if (inside.getAndSet(true)) {
        breach.set("RS 1.3: two signals at once");
      }
      if (completions.get() + failures.get() > 0) {
        breach.set("RS 1.7: a signal after the end");
      }
      signaller.set(Thread.currentThread());
      count.incrementAndGet();
      inside.set(false);
    }
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("B8 A12 a run that begins against one that fails: afterwards nothing runs")
  void beginAgainstFailure(boolean ordered) throws Exception {
    Map<String, Integer> outcomes =
        Race.balanced(
            Races.ROUNDS,
            "taken",
            "refused",
            () -> {
              Stream stream = new Stream(ordered).request(9).begin("first");
              return new Race.Round() {
                @Override
                public void left() {
                  stream.source.next("second");
                }

                @Override
                public void right() {
                  stream.first.completeExceptionally(new IllegalStateException("first"));
                }

                @Override
                public String outcome() {
                  Races.spinUntil("the failure", () -> stream.failures.get() == 1);
                  AtomicInteger givenUp = new AtomicInteger();
                  Races.spinUntil( // its item is given up, or its body begins and is cancelled
                      "all runs have ended",
                      () -> givenUp.addAndGet(lost.values()) + stream.settled.get() == 2);
                  assertThat(stream.ended.get()).isEqualTo(stream.begun.get());
                  assertThat(stream.ends()).isEqualTo(1);
                  assertThat(stream.source.cancels()).isEqualTo(1);
                  assertThat(lost.failures()).isZero();
                  return stream.begun.get() == 2 ? "taken" : "refused";
                }
              };
            });
    Races.assertAll(outcomes, List.of("taken", "refused"));
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("B8 A12 cancel against a value: delivered or given up, once; nothing runs on")
  void cancelAgainstValue(boolean ordered) throws Exception {
    Map<String, Integer> outcomes =
        Race.balanced(
            Races.ROUNDS,
            "given up",
            "delivered",
            () -> {
              Stream stream = new Stream(ordered).request(9).begin("first").begin("second");
              return new Race.Round() {
                @Override
                public void left() {
                  stream.upstream().cancel();
                }

                @Override
                public void right() {
                  stream.first.complete("value");
                }

                @Override
                public String outcome() {
                  stream.awaitSettled(2);
                  assertThat(stream.ends()).isZero();
                  assertThat(stream.source.cancels()).isEqualTo(1);
                  assertThat(lost.failures()).isZero();
                  assertThat(stream.items.get() + lost.values()).isEqualTo(1);
                  return stream.items.get() == 1 ? "delivered" : "given up";
                }
              };
            });
    Races.assertAll(outcomes, List.of("given up", "delivered"));
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("B8 a request against a value: delivered once, by whoever comes second")
  void requestAgainstValue(boolean ordered) throws Exception {
    Map<String, Integer> outcomes =
        Race.balanced(
            Races.ROUNDS,
            "by the run",
            "by the request",
            () -> {
              Stream stream = new Stream(ordered).begin("first");
              AtomicReference<@Nullable Thread> requester = new AtomicReference<>();
              return new Race.Round() {
                @Override
                public void left() {
                  requester.set(Thread.currentThread());
                  stream.request(1);
                }

                @Override
                public void right() {
                  stream.first.complete("value");
                }

                @Override
                public String outcome() {
                  stream.awaitSettled(1);
                  Races.spinUntil("the item", () -> stream.items.get() == 1);
                  Thread by = stream.signaller.get();
                  stream.source.complete();
                  assertThat(stream.ends()).isEqualTo(1);
                  assertThat(stream.completions.get()).isEqualTo(1);
                  assertThat(stream.source.requests()).containsExactly(2L, 1L);
                  assertThat(lost.failures() + lost.values()).isZero();
                  return by == requester.get() ? "by the request" : "by the run";
                }
              };
            });
    Races.assertAll(outcomes, List.of("by the run", "by the request"));
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("B8 RS 1.7 the end of the source against the last value: one onComplete, after it")
  void completionAgainstValue(boolean ordered) throws Exception {
    Map<String, Integer> outcomes =
        Race.balanced(
            Races.ROUNDS,
            "by the run",
            "by the source",
            () -> {
              Stream stream = new Stream(ordered).request(1).begin("first");
              AtomicReference<@Nullable Thread> completing = new AtomicReference<>();
              return new Race.Round() {
                @Override
                public void left() {
                  completing.set(Thread.currentThread());
                  stream.source.complete();
                }

                @Override
                public void right() {
                  stream.first.complete("value");
                }

                @Override
                public String outcome() {
                  stream.awaitSettled(1);
                  Races.spinUntil("the end", () -> stream.completions.get() > 0);
                  assertThat(stream.ends()).isEqualTo(1);
                  assertThat(stream.items.get()).isEqualTo(1);
                  assertThat(lost.failures() + lost.values()).isZero();
                  boolean bySource = stream.signaller.get() == completing.get();
                  return bySource ? "by the source" : "by the run";
                }
              };
            });
    Races.assertAll(outcomes, List.of("by the run", "by the source"));
  }
}
