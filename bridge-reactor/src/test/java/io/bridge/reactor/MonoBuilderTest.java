package io.bridge.reactor;

import static io.bridge.reactor.ReactorBridge.await;
import static io.bridge.reactor.ReactorBridge.awaitSingle;
import static io.bridge.reactor.ReactorBridge.mono;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Coroutine;
import io.bridge.fixtures.Eventually;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

@Timeout(60)
class MonoBuilderTest {

  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private final Lost lost = new Lost();

  private final CountDownLatch asleep = new CountDownLatch(1);
  private final CompletableFuture<String> end = new CompletableFuture<>();
  private final List<Thread> bodies = new CopyOnWriteArrayList<>();

  @AfterEach
  void nothingIsLeft() {
    lost.close();
    assertThat(Thread.interrupted()).isFalse();
  }

  /** A blocking call under test. */
  private String sleep() throws InterruptedException {
    bodies.add(Thread.currentThread());
    asleep.countDown();
    try {
      Thread.sleep(Duration.ofMinutes(5));
      end.complete("slept");
    } catch (InterruptedException e) {
      end.complete("interrupted");
      throw e;
    }
    return "slept";
  }

  private void awaitAsleep() throws InterruptedException {
    assertThat(asleep.await(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();
  }

  private String end() {
    return end.orTimeout(DEADLINE.toSeconds(), TimeUnit.SECONDS).join();
  }

  @Test
  @DisplayName("B12 nothing runs at assembly, the body runs anew for each subscriber")
  void mono_subscribedTwice_runsTwice() {
    AtomicInteger runs = new AtomicInteger();
    Mono<Integer> mono = mono(() -> runs.incrementAndGet());
    assertThat(runs).hasValue(0);

    StepVerifier.create(mono).expectNext(1).expectComplete().verify(DEADLINE);
    StepVerifier.create(mono).expectNext(2).expectComplete().verify(DEADLINE);

    assertThat(await(mono)).isEqualTo(3);
  }

  @Test
  @DisplayName("B3 null is empty, in the value form and in the void form")
  void mono_null_isEmpty() {
    StepVerifier.create(MonoBuilderTest.<String>empty()).expectComplete().verify(DEADLINE);
    AtomicInteger runs = new AtomicInteger();
    Mono<Void> mono =
        mono(() -> {
          runs.incrementAndGet();
        });
    StepVerifier.create(mono).expectComplete().verify(DEADLINE);
    assertThat(runs).hasValue(1);
  }

  private static <T> Mono<T> empty() {
    return ReactorBridge.<T>mono(() -> null);
  }

  @Test
  @DisplayName("B2 the value waits for demand; the empty end and a failure do not")
  void mono_withoutDemand_valueWaits() {
    StepVerifier.create(mono(() -> "v"), 0)
        .expectSubscription()
        .thenRequest(1)
        .expectNext("v")
        .expectComplete()
        .verify(DEADLINE);
    StepVerifier.create(MonoBuilderTest.<String>empty(), 0).expectComplete().verify(DEADLINE);
    StepVerifier.create(failing(new IOException("disk")), 0)
        .expectErrorMessage("disk")
        .verify(DEADLINE);
  }

  @Test
  @DisplayName("B2 no value before the request, however long the body has been done")
  void mono_bodyDoneWithoutDemand_noValue() {
    List<String> received = new CopyOnWriteArrayList<>();
    CompletableFuture<Thread> body = new CompletableFuture<>();
    BaseSubscriber<String> subscriber =
        new BaseSubscriber<>() {
          @Override
          protected void hookOnSubscribe(Subscription subscription) {}

          @Override
          protected void hookOnNext(String value) {
            received.add(value);
          }
        };
    mono(
            () -> {
              body.complete(Thread.currentThread());
              return "v";
            })
        .subscribe(subscriber);
    Thread thread = body.orTimeout(DEADLINE.toSeconds(), TimeUnit.SECONDS).join();
    Eventually.until(
        "the body waits for demand",
        () -> thread.getState() == Thread.State.WAITING || !thread.isAlive());
    assertThat(received).isEmpty();

    subscriber.request(1);

    Eventually.until("the value", () -> !received.isEmpty());
    assertThat(received).containsExactly("v");
  }

  private static Mono<String> failing(Exception failure) {
    return mono(() -> fail(failure));
  }

  private static String fail(Exception failure) throws Exception {
    throw failure;
  }

  @Test
  @DisplayName("B table: what the body throws is the failure, by identity")
  void mono_failingBody_sameObject() {
    IOException io = new IOException("disk");
    StepVerifier.create(failing(io)).expectErrorMatches(io::equals).verify(DEADLINE);
    assertThat(lost.droppedErrors).isEmpty();
  }

  private static Stream<Error> fatalErrors() {
    return Stream.of(
        new NoClassDefFoundError("a fatal one for the test"),
        new OutOfMemoryError("a fatal one for the test"),
        new StackOverflowError("a fatal one for the test"));
  }

  @ParameterizedTest
  @MethodSource("fatalErrors")
  @DisplayName("B11 a fatal error ends the Mono with that error")
  void mono_fatalError_ends(Error fatal) {
    Mono<Void> mono =
        mono(() -> {
          throw fatal;
        });
    StepVerifier.create(mono).expectErrorMatches(fatal::equals).verify(DEADLINE);
  }

  @Test
  @DisplayName("B6 dispose interrupts a sleeping body, and nothing reaches onErrorDropped")
  void mono_disposed_interruptsQuietly() throws Exception {
    Disposable subscription = mono(this::sleep).subscribe();
    awaitAsleep();

    subscription.dispose();

    assertThat(end()).isEqualTo("interrupted");
    assertQuiet();
  }

  /** The threads of the bodies have ended, and none has reported anything. */
  private void assertQuiet() {
    for (Thread body : bodies) {
      Eventually.until("the end of the body's thread", () -> !body.isAlive());
    }
    assertThat(lost.droppedErrors).isEmpty();
    assertThat(lost.failures).isEmpty();
  }

  @Test
  @DisplayName("B6 timeout(...) of Reactor interrupts a sleeping body, without noise")
  void mono_reactorTimeout_interruptsQuietly() {
    Mono<String> mono = mono(this::sleep).timeout(Duration.ofMillis(50));
    StepVerifier.create(mono).expectError(TimeoutException.class).verify(DEADLINE);
    assertThat(end.isDone() || asleep.getCount() == 1 || "interrupted".equals(end())).isTrue();
    assertQuiet();
  }

  @Test
  @DisplayName("B table, A12: a failure after the cancel goes to onErrorDropped")
  void mono_failsAfterCancel_onErrorDropped() throws Exception {
    IllegalStateException late = new IllegalStateException("cleanup failed");
    Disposable subscription =
        mono(
                () -> {
                  try {
                    return sleep();
                  } catch (InterruptedException e) {
                    throw late;
                  }
                })
            .subscribe();
    awaitAsleep();

    subscription.dispose();

    Eventually.until("the report", () -> lost.droppedErrors.contains(late));
    assertThat(lost.droppedErrors).containsExactly(late);
    assertThat(lost.failures).isEmpty();
  }

  @Test
  @DisplayName("A12 a value after the cancel goes to onDiscard of both sides")
  void mono_valueAfterCancel_discarded() throws Exception {
    List<Object> natively = new CopyOnWriteArrayList<>();
    Disposable subscription =
        mono(
                () -> {
                  try {
                    return sleep();
                  } catch (InterruptedException e) {
                    return "a connection";
                  }
                })
            .doOnDiscard(String.class, natively::add)
            .subscribe();
    awaitAsleep();

    subscription.dispose();

    Eventually.until("the native discard", () -> !natively.isEmpty());
    Eventually.until("our discard", () -> !lost.values.isEmpty());
    assertThat(natively).containsExactly("a connection");
    assertThat(lost.values).containsExactly("a connection");
  }

  @Test
  @DisplayName("A12 a value that waits for demand when the cancel comes is discarded")
  void mono_valueWaitsForDemandThenCancel_discarded() {
    List<Object> natively = new CopyOnWriteArrayList<>();
    CountDownLatch returning = new CountDownLatch(1);
    StepVerifier.create(
            mono(
                    () -> {
                      returning.countDown();
                      return "a connection";
                    })
                .doOnDiscard(String.class, natively::add),
            0)
        .expectSubscription()
        .then(() -> Eventually.until("the body returns", () -> returning.getCount() == 0))
        .thenCancel()
        .verify(DEADLINE);

    Eventually.until("our discard", () -> !lost.values.isEmpty());
    assertThat(natively).containsExactly("a connection");
    assertThat(lost.values).containsExactly("a connection");
  }

  @Test
  @DisplayName("B2, RS 3.9: request(0) signals IllegalArgumentException and cancels the body")
  void mono_requestZero_failsAndCancels() {
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    Mono<String> mono = mono(this::sleep);
    mono.subscribe(
        new Subscriber<String>() {
          @Override
          public void onSubscribe(Subscription subscription) {
            Thread.startVirtualThread(() -> {
              Eventually.until("asleep", () -> asleep.getCount() == 0);
              subscription.request(0);
            });
          }

          @Override
          public void onNext(String item) {}

          @Override
          public void onError(Throwable thrown) {
            failure.complete(thrown);
          }

          @Override
          public void onComplete() {}
        });

    assertThat(failure.orTimeout(DEADLINE.toSeconds(), TimeUnit.SECONDS).join())
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(end()).isEqualTo("interrupted");
  }

  @Test
  @DisplayName("A5 the cancel of a Mono reaches what its body awaits")
  void mono_cancelled_reachesTheAwait() {
    AtomicInteger cancels = new AtomicInteger();
    CountDownLatch subscribed = new CountDownLatch(1);
    Mono<String> never =
        Mono.<String>never()
            .doOnSubscribe(s -> subscribed.countDown())
            .doOnCancel(cancels::incrementAndGet);
    Disposable subscription =
        mono(
                () -> {
                  bodies.add(Thread.currentThread());
                  return awaitSingle(never);
                })
            .subscribe();
    Eventually.until("the subscription", () -> subscribed.getCount() == 0);

    subscription.dispose();

    Eventually.until("the cancel", () -> cancels.get() > 0);
    assertQuiet();
    assertThat(cancels).hasValue(1);
  }

  @Test
  @DisplayName("B table: a body that cancels itself fails the Mono")
  void mono_cancelsItself_fails() {
    Mono<String> mono =
        mono(() -> {
          Coroutine<?> self = Coroutine.current();
          requireNonNull(self).cancel("enough");
          return awaitSingle(Mono.just("v"));
        });
    StepVerifier.create(mono).expectError(CancellationException.class).verify(DEADLINE);
  }

  @Test
  @DisplayName(
      "B7 a builder in a builder, block() in a body, a single-threaded source: no deadlock")
  void mono_nested_noDeadlock() {
    Mono<String> inner = Mono.delay(Duration.ofMillis(1)).map(tick -> "inner");
    Mono<String> outer =
        mono(() -> awaitSingle(mono(() -> awaitSingle(inner) + inner.block()).map(s -> s + "!")));
    StepVerifier.create(outer).expectNext("innerinner!").expectComplete().verify(DEADLINE);
  }

  @Test
  @DisplayName("B1 the body runs on a virtual thread of its own; S10 its name")
  void mono_body_onVirtualThread() {
    Thread thread = awaitSingle(mono(Thread::currentThread));
    assertThat(thread.isVirtual()).isTrue();
    assertThat(thread.getName()).isEqualTo("bridge-mono");
  }

  @Test
  @DisplayName("B6 no interrupt of ours lands in the subscriber's onNext that a cancel meets")
  void mono_cancelDuringOnNext_notInterrupted() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    BaseSubscriber<String> subscriber =
        new BaseSubscriber<>() { // unlike subscribe(Consumer), it is not done before its onNext
          @Override
          protected void hookOnNext(String value) {
            inside.countDown();
            Eventually.until("the cancel", () -> cancelled.getCount() == 0);
            interrupted.complete(Thread.currentThread().isInterrupted());
          }
        };
    Mono<String> mono =
        mono(() -> {
          bodies.add(Thread.currentThread());
          return "v";
        });
    mono.subscribe(subscriber);
    assertThat(inside.await(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();

    subscriber.cancel();
    cancelled.countDown();

    assertThat(interrupted.orTimeout(DEADLINE.toSeconds(), TimeUnit.SECONDS).join()).isFalse();
    assertQuiet();
  }
}
