package io.bridge;

import static io.bridge.Streams.isParked;
import static io.bridge.Streams.publisher;
import static io.bridge.Streams.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Eventually;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("B2 RS 3.9 a request of less than one item")
@Timeout(60)
class EmitterIllegalRequestTest {

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  @DisplayName("B2 RS 3.9 an illegal request while the emitter waits for demand")
  void illegalRequestWhileWaiting(long n) {
    AtomicReference<@Nullable Throwable> inBody = new AtomicReference<>();
    AtomicReference<@Nullable Thread> body = new AtomicReference<>();
    Drain drain = new Drain(0);
    try (Undelivered lost = new Undelivered()) {
      publisher(
              emitter -> {
                body.set(Thread.currentThread());
                try {
                  emitter.emit("a");
                } catch (RuntimeException e) {
                  inBody.set(e);
                  throw e;
                }
              })
          .subscribe(drain);
      Eventually.until("parked", () -> isParked(body.get()));
      drain.request(n);
      assertThat(drain.awaitEnd().failure())
          .isExactlyInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("3.9");
      assertThat(inBody.get()).isExactlyInstanceOf(CancellationException.class);
      assertThat(drain.items()).isEmpty();
      assertThat(drain.ends()).isEqualTo(1);
      assertThat(lost.failures()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1})
  @DisplayName("B2 RS 3.9 an illegal request inside onSubscribe: the body never runs")
  void illegalRequestInOnSubscribe(long n) {
    AtomicInteger runs = new AtomicInteger();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    publisher(emitter -> runs.incrementAndGet())
        .subscribe(
            new org.reactivestreams.Subscriber<>() {
              @Override
              public void onSubscribe(org.reactivestreams.Subscription subscription) {
                subscription.request(n);
              }

              @Override
              public void onNext(String item) {}

              @Override
              public void onError(Throwable t) {
                failure.set(t);
              }

              @Override
              public void onComplete() {}
            });
    Eventually.until("onError", () -> failure.get() != null);
    assertThat(failure.get()).isInstanceOf(IllegalArgumentException.class);
    assertThat(runs).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1})
  @DisplayName("B2 RS 3.9 an illegal request from onNext: one onError after that onNext")
  void illegalRequestInOnNext(long n) {
    AtomicReference<@Nullable Throwable> inBody = new AtomicReference<>();
    Drain drain = new Drain(5).onNext((self, item) -> self.request(n));
    publisher(
            emitter -> {
              try {
                emitter.emit("a");
              } catch (RuntimeException e) {
                inBody.set(e);
              }
              assertThat(catchThrowable(() -> emitter.emit("b")))
                  .isInstanceOf(CancellationException.class);
            })
        .subscribe(drain);
    assertThat(drain.awaitEnd().failure()).isExactlyInstanceOf(IllegalArgumentException.class);
    assertThat(inBody.get()).isInstanceOf(CancellationException.class);
    assertThat(drain.items()).containsExactly("a");
    assertThat(drain.wasLawful()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1})
  @DisplayName("B2 B6 RS 3.9 an illegal request while the body blocks interrupts it")
  void illegalRequestWhileBlocking(long n) {
    CountDownLatch inside = new CountDownLatch(1);
    Drain drain = new Drain(1);
    publisher(
            emitter -> {
              inside.countDown();
              sleep();
            })
        .subscribe(drain);
    Eventually.until("inside", () -> inside.getCount() == 0);
    drain.request(n);
    assertThat(drain.awaitEnd().failure()).isExactlyInstanceOf(IllegalArgumentException.class);
  }
}
