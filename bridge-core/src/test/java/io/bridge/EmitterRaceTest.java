package io.bridge;

import static io.bridge.Streams.isParked;
import static io.bridge.Streams.untilUnlessStuck;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Probe;
import io.bridge.fixtures.Race;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

@DisplayName("races of the demand gate")
@Timeout(300)
class EmitterRaceTest {

  private static final int ROUNDS = 20_000;

  /** Counts; never asks for more than the test says. */
  private static final class Counting implements Subscriber<Integer> {
    final AtomicReference<@Nullable Subscription> subscription = new AtomicReference<>();
    final AtomicInteger items = new AtomicInteger();
    final AtomicInteger ends = new AtomicInteger();

    Subscription upstream() {
      Subscription now = subscription.get();
      if (now == null) {
        throw new AssertionError("not subscribed");
      }
      return now;
    }

    @Override
    public void onSubscribe(Subscription newSubscription) {
      subscription.set(newSubscription);
    }

    @Override
    public void onNext(Integer item) {
      items.incrementAndGet();
    }

    @Override
    public void onError(Throwable failure) {
      ends.incrementAndGet();
    }

    @Override
    public void onComplete() {
      ends.incrementAndGet();
    }
  }

  @Test
  @DisplayName("B2 a request while emit goes to wait is never lost, and never served twice")
  void requestAgainstEmit() {
    Counting counting = new Counting();
    AtomicReference<@Nullable Thread> body = new AtomicReference<>();
    Publishers.<Integer>publisher(
            emitter -> {
              body.set(Thread.currentThread());
              for (int i = 0; i < ROUNDS; i++) {
                emitter.emit(i);
              }
            })
        .subscribe(counting);
    for (int i = 0; i < ROUNDS; i++) {
      assertThat(counting.items).hasValueLessThanOrEqualTo(i);
      int requested = i + 1;
      counting.upstream().request(1);
      untilUnlessStuck("item " + requested, body::get, () -> counting.items.get() == requested);
    }
    Eventually.until("the end", () -> counting.ends.get() == 1);
  }

  @Test
  @DisplayName("A6 B4 cancel against emit: the body ends, nothing comes after it")
  void cancelAgainstEmit() throws Exception {
    Map<String, Integer> histogram =
        Race.run(
            ROUNDS,
            () -> {
              Counting counting = new Counting();
              AtomicInteger ended = new AtomicInteger();
              Publishers.<Integer>publisher(
                      emitter -> {
                        try {
                          emitter.emit(1);
                          emitter.emit(2);
                        } finally {
                          ended.incrementAndGet();
                        }
                      })
                  .subscribe(counting);
              return new Race.Round() {
                @Override
                public void left() {
                  counting.upstream().cancel();
                }

                @Override
                public void right() {
                  counting.upstream().request(1);
                }

                @Override
                public String outcome() {
                  assertThat(counting.ends).hasValue(0);
                  return counting.items.get() + " items";
                }
              };
            });
    assertThat(histogram.keySet()).isSubsetOf("0 items", "1 items");
  }

  @Test
  @DisplayName("B4 B2 the cancel of a waiting emitter against a request: delivered, or demand left")
  void cancelOfEmitterAgainstRequest() throws Exception {
    Probe<String> end = new Probe<>();
    AtomicReference<@Nullable Emitter<Integer>> handed = new AtomicReference<>();
    Counting counting = new Counting();
    Publishers.<Integer>publisher(
            e -> {
              handed.set(e);
              Await.await(end);
            })
        .subscribe(counting);
    end.awaitRequest();
    Emitter<Integer> emitter = requireNonNull(handed.get());
    Map<String, Integer> histogram =
        Race.balanced(
            ROUNDS / 10,
            "cancelled",
            "delivered",
            () -> {
              int before = counting.items.get();
              AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
              Coroutine<@Nullable Void> first =
                  Coroutine.start(() -> {
                    thread.set(Thread.currentThread());
                    emitter.emit(1);
                  });
              Races.spinUntil("it waits for demand", () -> isParked(thread.get()));
              return new Race.Round() {
                @Override
                public void left() {
                  first.cancel();
                }

                @Override
                public void right() {
                  counting.upstream().request(1);
                }

                @Override
                public String outcome() {
                  Races.spinUntil("its end", first::isDone);
                  boolean delivered = counting.items.get() > before;
                  if (!delivered) {
                    Coroutine<@Nullable Void> second = Coroutine.start(() -> emitter.emit(2));
                    Races.spinUntil("the demand is left for the next one", second::isDone);
                  }
                  assertThat(counting.items).hasValue(before + 1);
                  return delivered ? "delivered" : "cancelled";
                }
              };
            });
    Races.assertAll(histogram, List.of("cancelled", "delivered"));
    end.complete();
  }
}
