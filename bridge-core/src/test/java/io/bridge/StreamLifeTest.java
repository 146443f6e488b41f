package io.bridge;

import static io.bridge.Streams.publisher;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Flows;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Publisher;

@DisplayName("B11, B12, A9, A12: the life of one stream of publisher or flowPublisher")
@Timeout(60)
class StreamLifeTest {

  @Test
  @DisplayName("B12 nothing runs at assembly; each subscriber gets its own run on its own thread")
  void cold() {
    List<Thread> runs = new CopyOnWriteArrayList<>();
    Publisher<String> publisher =
        publisher(emitter -> {
          runs.add(Thread.currentThread());
          emitter.emit("a");
          emitter.emit("b");
        });
    assertThat(runs).isEmpty();
    for (int i = 1; i <= 3; i++) {
      Drain drain = new Drain(Long.MAX_VALUE);
      publisher.subscribe(drain);
      assertThat(drain.awaitEnd().items()).containsExactly("a", "b");
      assertThat(drain.failure()).isNull();
      assertThat(drain.wasLawful()).isTrue();
      assertThat(runs).hasSize(i).doesNotHaveDuplicates().allMatch(Thread::isVirtual);
    }
  }

  @Test
  @DisplayName("B12 flowPublisher is the same as a JDK publisher")
  void flow() {
    Drain drain = new Drain(Long.MAX_VALUE);
    Flows.through(Publishers.<String>flowPublisher(emitter -> emitter.emit("a"))).subscribe(drain);
    assertThat(drain.awaitEnd().items()).containsExactly("a");
  }

  @Test
  @DisplayName("B11 an Error ends the stream")
  void error() {
    for (Error error :
        List.of(
            new OutOfMemoryError("thrown"),
            new StackOverflowError("thrown"),
            new NoClassDefFoundError("thrown"))) {
      Drain drain = new Drain(1);
      publisher(
              emitter -> {
                emitter.emit("a");
                throw error;
              })
          .subscribe(drain);
      assertThat(drain.awaitEnd().failure()).isSameAs(error);
      assertThat(drain.items()).containsExactly("a");
    }
  }

  @Test
  @DisplayName("A9 B11 a foreign interrupt of the body's thread fails the stream")
  void foreignInterrupt() {
    Drain drain = new Drain(1);
    publisher(
            emitter -> {
              Thread.currentThread().interrupt();
              emitter.emit("a");
            })
        .subscribe(drain);
    assertThat(drain.awaitEnd().failure()).isInstanceOf(CancellationException.class);
    assertThat(drain.items()).isEmpty();
    assertThat(drain.wasLawful()).isTrue();
  }

  @Test
  @DisplayName("B6 a cancel inside onSubscribe: the body never runs, no signal follows")
  void cancelInOnSubscribe() {
    AtomicInteger runs = new AtomicInteger();
    Drain drain = new Drain(0);
    publisher(emitter -> runs.incrementAndGet())
        .subscribe(
            new org.reactivestreams.Subscriber<>() {
              @Override
              public void onSubscribe(org.reactivestreams.Subscription subscription) {
                subscription.cancel();
                drain.onSubscribe(subscription);
              }

              @Override
              public void onNext(String item) {
                drain.onNext(item);
              }

              @Override
              public void onError(Throwable failure) {
                drain.onError(failure);
              }

              @Override
              public void onComplete() {
                drain.onComplete();
              }
            });
    assertThat(runs).hasValue(0);
    assertThat(drain.ends()).isZero();
  }

  @Test
  @DisplayName("A12 an onComplete that throws is reported")
  void throwingOnComplete() {
    IllegalStateException failure = new IllegalStateException("onComplete");
    try (Undelivered lost = new Undelivered()) {
      publisher(emitter -> {})
          .subscribe(
              new org.reactivestreams.Subscriber<>() {
                @Override
                public void onSubscribe(org.reactivestreams.Subscription subscription) {}

                @Override
                public void onNext(String item) {}

                @Override
                public void onError(Throwable t) {}

                @Override
                public void onComplete() {
                  throw failure;
                }
              });
      Eventually.until("reported", () -> !lost.failures().isEmpty());
      assertThat(lost.failures()).containsExactly(failure);
    }
  }

  @Test
  @DisplayName("B12 two subscribers at once: own demand each, the cancel of one is not the other's")
  void independentSubscribers() {
    AtomicInteger runs = new AtomicInteger();
    Publisher<String> publisher =
        publisher(emitter -> {
          int run = runs.incrementAndGet();
          for (int i = 0; i < 3; i++) {
            emitter.emit(run + "." + i);
          }
        });
    Drain first = new Drain(1);
    publisher.subscribe(first);
    first.awaitItems(1);
    Drain second = new Drain(2);
    publisher.subscribe(second);
    second.awaitItems(2);
    first.cancel();
    assertThat(second.request(1).awaitEnd().items()).containsExactly("2.0", "2.1", "2.2");
    assertThat(second.failure()).isNull();
    assertThat(first.items()).containsExactly("1.0");
    assertThat(first.ends()).isZero();
    assertThat(runs).hasValue(2);
  }

  private static int endless(int depth) {
    return depth < 0 ? 0 : endless(depth + 1) + 1;
  }

  @Test
  @DisplayName("B11 a body that really overflows its stack ends the stream with that error")
  void realStackOverflow() {
    Drain drain = new Drain(1);
    publisher(emitter -> emitter.emit("depth " + endless(0))).subscribe(drain);
    assertThat(drain.awaitEnd().failure()).isInstanceOf(StackOverflowError.class);
    assertThat(drain.ends()).isEqualTo(1);
    assertThat(drain.items()).isEmpty();
  }

  @Test
  @DisplayName("B11 an Error needs no demand either, and ends those who await the stream")
  void errorWithoutDemand() {
    NoClassDefFoundError error = new NoClassDefFoundError("thrown");
    Publisher<String> failing =
        publisher(emitter -> {
          throw error;
        });
    Drain drain = new Drain(0);
    failing.subscribe(drain);
    assertThat(drain.awaitEnd().failure()).isSameAs(error);
    assertThat(catchThrowable(() -> Await.awaitSingle(failing))).isSameAs(error);
  }
}
