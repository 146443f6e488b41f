package io.bridge;

import static io.bridge.Streams.publisher;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Eventually;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

@DisplayName("B6 the interrupt window is closed while a subscriber runs")
@Timeout(60)
class EmitterWindowTest {

  @Test
  @DisplayName("B6 no interrupt lands in onNext; it is delivered in the body behind it")
  void noInterruptInOnNext() {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    AtomicReference<@Nullable Boolean> flagInOnNext = new AtomicReference<>();
    AtomicReference<@Nullable Throwable> inBody = new AtomicReference<>();
    AtomicReference<@Nullable Boolean> flagInBody = new AtomicReference<>();
    Drain drain =
        new Drain(Long.MAX_VALUE)
            .onNext((self, item) -> {
              inside.countDown();
              Eventually.until("cancelled", () -> cancelled.getCount() == 0);
              flagInOnNext.set(Thread.currentThread().isInterrupted());
            });
    publisher(
            emitter -> {
              inBody.set(catchThrowable(() -> emitter.emit("a")));
              flagInBody.set(Thread.currentThread().isInterrupted());
            })
        .subscribe(drain);
    Eventually.until("inside onNext", () -> inside.getCount() == 0);
    drain.cancel();
    cancelled.countDown();
    Eventually.until("the body ends", () -> flagInBody.get() != null);
    assertThat(flagInOnNext.get()).isFalse();
    assertThat(inBody.get()).isExactlyInstanceOf(CancellationException.class);
    assertThat(flagInBody.get()).isTrue();
  }

  @Test
  @DisplayName("B6 a cancel from onNext itself never interrupts; emit then ends the body")
  void cancelFromOnNext() {
    AtomicReference<@Nullable Boolean> flagInOnNext = new AtomicReference<>();
    AtomicReference<@Nullable Throwable> inBody = new AtomicReference<>();
    AtomicReference<@Nullable Boolean> flagInBody = new AtomicReference<>();
    Drain drain =
        new Drain(Long.MAX_VALUE)
            .onNext((self, item) -> {
              self.cancel();
              flagInOnNext.set(Thread.currentThread().isInterrupted());
            });
    publisher(
            emitter -> {
              inBody.set(catchThrowable(() -> emitter.emit("a")));
              flagInBody.set(Thread.currentThread().isInterrupted());
            })
        .subscribe(drain);
    Eventually.until("the body ends", () -> flagInBody.get() != null);
    assertThat(flagInOnNext.get()).isFalse();
    assertThat(inBody.get()).isExactlyInstanceOf(CancellationException.class);
    assertThat(flagInBody.get()).isFalse();
    assertThat(drain.items()).containsExactly("a");
    assertThat(drain.ends()).isZero();
  }

  @Test
  @DisplayName("B6 Coroutine.current is null in onNext: the subscriber is not the body's code")
  void currentInOnNext() {
    AtomicReference<@Nullable Object> inBody = new AtomicReference<>();
    List<String> inOnNext = new CopyOnWriteArrayList<>();
    Drain drain =
        new Drain(Long.MAX_VALUE)
            .onNext((self, item) -> inOnNext.add(String.valueOf(Coroutine.current())));
    publisher(
            emitter -> {
              emitter.emit("a");
              inBody.set(Coroutine.current());
            })
        .subscribe(drain);
    drain.awaitEnd();
    assertThat(inOnNext).containsExactly("null");
    assertThat(inBody.get()).isNotNull();
  }

  /** Holds its terminal signal until the test has cancelled the coroutine that sends it. */
  private static final class Holding implements Subscriber<String> {
    final CountDownLatch inside = new CountDownLatch(1);
    final CountDownLatch cancelled = new CountDownLatch(1);
    final AtomicReference<@Nullable Boolean> interrupted = new AtomicReference<>();

    @Override
    public void onSubscribe(Subscription subscription) {}

    @Override
    public void onNext(String item) {}

    @Override
    public void onError(Throwable failure) {
      onComplete();
    }

    @Override
    public void onComplete() {
      inside.countDown();
      Eventually.until("cancelled", () -> cancelled.getCount() == 0);
      interrupted.set(Thread.currentThread().isInterrupted());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @DisplayName("B6 no interrupt lands in onComplete or onError, whoever cancels the coroutine")
  void noInterruptInTheEnd(boolean failing) {
    AtomicReference<@Nullable Coroutine<?>> body = new AtomicReference<>();
    Holding holding = new Holding();
    try (Undelivered lost = new Undelivered()) {
      publisher(
              emitter -> {
                body.set(Coroutine.current());
                if (failing) {
                  throw new IOException("disk");
                }
              })
          .subscribe(holding);
      Eventually.until("inside the signal", () -> holding.inside.getCount() == 0);
      Coroutine<?> coroutine = body.get();
      if (coroutine != null) {
        coroutine.cancel();
      }
      holding.cancelled.countDown();
      Eventually.until("the signal is over", () -> holding.interrupted.get() != null);
      assertThat(coroutine).isNotNull();
      assertThat(holding.interrupted.get()).isFalse();
      assertThat(lost.failures()).isEmpty();
    }
  }
}
