package io.bridge;

import static io.bridge.Streams.isParked;
import static io.bridge.Streams.publisher;
import static io.bridge.Streams.sleep;
import static io.bridge.Streams.untilUnlessStuck;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Eventually;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Publisher;

@DisplayName("B2 the demand that emit waits for")
@Timeout(60)
class EmitterDemandTest {

  @Test
  @DisplayName("B2 emit suspends without demand, and delivers exactly what is requested")
  void demand() {
    AtomicReference<@Nullable Thread> body = new AtomicReference<>();
    AtomicInteger emitted = new AtomicInteger();
    Drain drain = new Drain(0);
    publisher(
            emitter -> {
              body.set(Thread.currentThread());
              for (int i = 0; i < 6; i++) {
                emitter.emit("item");
                emitted.incrementAndGet();
              }
            })
        .subscribe(drain);
    for (int demanded : List.of(0, 1, 3, 6)) {
      if (demanded > 0) {
        drain.request(demanded - drain.items().size());
      }
      drain.awaitItems(demanded);
      if (demanded < 6) {
        Eventually.until("parked", () -> emitted.get() >= demanded && isParked(body.get()));
        assertThat(drain.items()).hasSize(demanded);
        assertThat(drain.ends()).isZero();
      }
    }
    drain.awaitEnd();
    assertThat(drain.failure()).isNull();
    assertThat(drain.wasLawful()).isTrue();
  }

  @Test
  @DisplayName("B2 RS 1.5 completion needs no demand")
  void completionWithoutDemand() {
    Drain empty = new Drain(0);
    publisher(emitter -> {}).subscribe(empty);
    assertThat(empty.awaitEnd().failure()).isNull();
    Drain exact = new Drain(1);
    publisher(emitter -> emitter.emit("a")).subscribe(exact);
    assertThat(exact.awaitEnd().items()).containsExactly("a");
  }

  @Test
  @DisplayName("B2 RS 1.4 failure needs no demand and is the same object, checked too")
  void failureWithoutDemand() {
    IOException failure = new IOException("body");
    Drain drain = new Drain(0);
    publisher(
            emitter -> {
              throw failure;
            })
        .subscribe(drain);
    assertThat(drain.awaitEnd().failure()).isSameAs(failure);
    assertThat(drain.ends()).isEqualTo(1);
  }

  @Test
  @DisplayName("B2 RS 3.6 requests after cancel and after the end, legal or not, do nothing")
  void requestAfterTheEnd() {
    Drain ended = new Drain(1);
    publisher(emitter -> emitter.emit("a")).subscribe(ended);
    ended.awaitEnd().request(1).request(0).request(-1);
    assertThat(ended.ends()).isEqualTo(1);
    CountDownLatch gone = new CountDownLatch(1);
    Drain cancelled = new Drain(1);
    publisher(
            emitter -> {
              try {
                sleep();
              } finally {
                gone.countDown();
              }
            })
        .subscribe(cancelled);
    cancelled.cancel().request(0).request(-1).request(1);
    Eventually.until(
        "the body ended or never began", () -> gone.getCount() == 0 || cancelled.ends() == 0);
    assertThat(cancelled.ends()).isZero();
  }

  @Test
  @DisplayName("B2 RS 3.17 demand saturates at Long.MAX_VALUE")
  void saturation() {
    Drain drain = new Drain(Long.MAX_VALUE).onNext((self, item) -> self.request(Long.MAX_VALUE));
    publisher(
            emitter -> {
              for (int i = 0; i < 100; i++) {
                emitter.emit("item");
              }
            })
        .subscribe(drain);
    drain.request(Long.MAX_VALUE).request(1);
    assertThat(drain.awaitEnd().items()).hasSize(100);
    assertThat(drain.failure()).isNull();
  }

  @Test
  @DisplayName("B2 RS 3.3 100 000 requests from inside onNext keep the stack flat")
  void recursiveRequest() {
    AtomicInteger count = new AtomicInteger();
    AtomicInteger deepest = new AtomicInteger();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    CountDownLatch end = new CountDownLatch(1);
    publisher(
            emitter -> {
              for (int i = 0; i < 100_000; i++) {
                emitter.emit("item");
              }
            })
        .subscribe(
            new org.reactivestreams.Subscriber<>() {
              private org.reactivestreams.@Nullable Subscription subscription;

              @Override
              public void onSubscribe(org.reactivestreams.Subscription newSubscription) {
                subscription = newSubscription;
                newSubscription.request(1);
              }

              @Override
              public void onNext(String item) {
                if (count.incrementAndGet() % 10_000 == 0) {
                  int depth = Thread.currentThread().getStackTrace().length;
                  deepest.accumulateAndGet(depth, Math::max);
                }
                if (subscription != null) {
                  subscription.request(1);
                }
              }

              @Override
              public void onError(Throwable t) {
                failure.set(t);
                end.countDown();
              }

              @Override
              public void onComplete() {
                end.countDown();
              }
            });
    Eventually.until("the end", () -> end.getCount() == 0);
    assertThat(failure.get()).isNull();
    assertThat(count).hasValue(100_000);
    assertThat(deepest.get()).isBetween(1, 60);
  }

  @Test
  @DisplayName("A1 B2 our publishers awaited by our awaits")
  void awaited() {
    for (Kind kind : Kind.values()) {
      Publisher<String> many =
          publisher(emitter -> {
            emitter.emit("a");
            emitter.emit("b");
            emitter.emit("c");
          });
      assertThat(Kind.outcome(() -> kind.of(many))).as(kind.name()).isEqualTo(kind.ofMany);
    }
  }

  @Test
  @DisplayName("B2 RS 3.17 three requests whose sum is a multiple of 2^64 are unlimited demand")
  void saturationOfSums() {
    AtomicReference<@Nullable Thread> body = new AtomicReference<>();
    CountDownLatch requested = new CountDownLatch(1);
    Drain drain = new Drain(Long.MAX_VALUE);
    publisher(
            emitter -> {
              requested.await();
              body.set(Thread.currentThread());
              for (int i = 0; i < 3; i++) {
                emitter.emit("item");
              }
            })
        .subscribe(drain);
    drain.request(Long.MAX_VALUE).request(2);
    requested.countDown();
    untilUnlessStuck("the end", body::get, () -> drain.ends() > 0);
    assertThat(drain.items()).hasSize(3);
    assertThat(drain.failure()).isNull();
  }

  @Test
  @DisplayName("B2 request itself wakes the emitter that waits")
  void requestWakes() {
    AtomicReference<@Nullable Thread> body = new AtomicReference<>();
    Drain drain = new Drain(0);
    publisher(
            emitter -> {
              body.set(Thread.currentThread());
              emitter.emit("a");
            })
        .subscribe(drain);
    Eventually.until("the body waits", () -> isParked(body.get()));
    drain.request(1);
    untilUnlessStuck("the item", body::get, () -> !drain.items().isEmpty());
    assertThat(drain.awaitEnd().items()).containsExactly("a");
  }

  @Test
  @DisplayName("B2 RS 1.5 the end of a body does not wait for a request that never comes")
  void endDoesNotWait() {
    AtomicReference<@Nullable Thread> body = new AtomicReference<>();
    Drain drain = new Drain(1);
    publisher(
            emitter -> {
              body.set(Thread.currentThread());
              emitter.emit("a");
            })
        .subscribe(drain);
    untilUnlessStuck("the end", body::get, () -> drain.ends() > 0);
    assertThat(drain.ends()).isEqualTo(1);
    assertThat(drain.items()).containsExactly("a");
  }
}
