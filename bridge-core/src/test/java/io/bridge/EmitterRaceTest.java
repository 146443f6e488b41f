package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.testkit.Eventually;
import io.bridge.testkit.Race;
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
    Publishers.<Integer>publisher(
            emitter -> {
              for (int i = 0; i < ROUNDS; i++) {
                emitter.emit(i);
              }
            })
        .subscribe(counting);
    for (int i = 0; i < ROUNDS; i++) {
      assertThat(counting.items).hasValueLessThanOrEqualTo(i);
      int requested = i + 1;
      counting.upstream().request(1);
      Eventually.until("item " + requested, () -> counting.items.get() == requested);
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
}
