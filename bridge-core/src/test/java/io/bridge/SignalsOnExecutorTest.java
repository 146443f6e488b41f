package io.bridge;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Nulls;
import io.bridge.fixtures.Steps;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

@DisplayName("B10 publisher and flowPublisher with an executor for their signals")
@Timeout(120)
class SignalsOnExecutorTest extends SignalsOnExecutor {

  // where signals run

  @ParameterizedTest
  @EnumSource
  @DisplayName("B10 items and the end come on the executor, onSubscribe where one subscribes")
  void threads(Form form) throws Exception {
    Noting completing = new Noting();
    Noting failing = new Noting();
    Publisher<String> completes =
        form.of(
            single,
            emitter -> {
              emitter.emit("a");
              emitter.emit("b");
            });
    Publisher<String> fails =
        form.of(
            single,
            emitter -> {
              emitter.emit("a");
              throw new IOException("disk");
            });
    Thread subscriber =
        Thread.ofPlatform()
            .name("subscriber")
            .start(() -> {
              completes.subscribe(completing);
              fails.subscribe(failing);
            });
    subscriber.join();
    await(completing.end);
    await(failing.end);
    assertThat(completing.signals)
        .containsExactly(
            "subscribed on subscriber", "a on signals", "b on signals", "completed on signals");
    assertThat(failing.signals)
        .containsExactly("subscribed on subscriber", "a on signals", "failed on signals");
    assertThat(lost.failures()).isEmpty();
  }

  @Test
  @DisplayName("B10 B12 nothing runs at assembly, the body anew for each subscriber")
  void cold() {
    AtomicInteger runs = new AtomicInteger();
    Publisher<String> publisher =
        Publishers.publisher(single, emitter -> emitter.emit("run " + runs.incrementAndGet()));
    assertThat(runs).hasValue(0);
    for (int i = 1; i <= 3; i++) {
      Drain drain = new Drain(1);
      publisher.subscribe(drain);
      assertThat(drain.awaitEnd().items()).containsExactly("run " + i);
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B10 section 8: a null executor or body is refused by name, at assembly")
  void nullArguments(Form form) {
    assertThatThrownBy(() -> form.of(Nulls.<Executor>smuggled(), emitter -> {}))
        .isExactlyInstanceOf(NullPointerException.class)
        .hasMessage("signals");
    assertThatThrownBy(() -> form.of(single, Nulls.<Emitter.Body<String>>smuggled()))
        .isExactlyInstanceOf(NullPointerException.class)
        .hasMessage("body");
  }

  @Test
  @DisplayName("B10 emit returns when onNext has returned, not before")
  void emitWaitsForOnNext() {
    Steps steps = new Steps();
    Drain drain =
        new Drain(Long.MAX_VALUE)
            .onNext((self, item) -> {
              steps.reach(item.equals("a") ? 2 : 5);
              Eventually.until(
                  "emit waits, or has gone on",
                  () -> isParked(body.thread.get()) || steps.last() > (item.equals("a") ? 2 : 5));
              steps.reach(item.equals("a") ? 3 : 6);
            });
    Publishers.publisher(
            single,
            body.of(emitter -> {
              steps.reach(1);
              emitter.emit("a");
              steps.reach(4);
              emitter.emit("b");
              steps.reach(7);
            }))
        .subscribe(drain);
    assertThat(drain.awaitEnd().items()).containsExactly("a", "b");
    assertThat(drain.failure()).isNull();
    assertThat(steps.last()).isEqualTo(7);
  }

  @Test
  @DisplayName("B2 B10 emit waits for demand first: the executor gets no task without it")
  void demand() {
    Held held = new Held();
    AtomicInteger emitted = new AtomicInteger();
    Drain drain = new Drain(0);
    Publishers.publisher(
            held,
            body.of(emitter -> {
              for (int i = 0; i < 6; i++) {
                emitter.emit("item");
                emitted.incrementAndGet();
              }
            }))
        .subscribe(drain);
    for (int demanded : List.of(0, 1, 3, 6)) {
      if (demanded > 0) {
        drain.request(demanded - drain.items().size());
      }
      held.runUntil(() -> drain.items().size() == demanded);
      if (demanded < 6) {
        Eventually.until(
            "waits for demand", () -> emitted.get() == demanded && isParked(body.thread.get()));
        assertThat(held.isEmpty()).isTrue();
        assertThat(drain.ends()).isZero();
      }
    }
    held.runUntil(() -> drain.ends() > 0);
    assertThat(drain.failure()).isNull();
    assertThat(drain.items()).hasSize(6);
    assertThat(drain.wasLawful()).isTrue();
  }

  @Test
  @DisplayName("B2 B10 RS 1.4 1.5 the end needs no demand")
  void endWithoutDemand() {
    Drain completed = new Drain(0);
    Publishers.<String>publisher(single, emitter -> {}).subscribe(completed);
    assertThat(completed.awaitEnd().failure()).isNull();
    IOException failure = new IOException("body");
    Drain failed = new Drain(0);
    Publishers.<String>publisher(
            single,
            emitter -> {
              throw failure;
            })
        .subscribe(failed);
    assertThat(failed.awaitEnd().failure()).isSameAs(failure);
  }

  @Test
  @DisplayName("B11 B10 an Error in the body ends the stream with it")
  void error() {
    NoClassDefFoundError error = new NoClassDefFoundError("thrown");
    Drain drain = new Drain(1);
    Publishers.<String>publisher(
            single,
            emitter -> {
              throw error;
            })
        .subscribe(drain);
    assertThat(drain.awaitEnd().failure()).isSameAs(error);
  }

  @Test
  @DisplayName("B3 B10 emit(null) throws at once and leaves the stream usable")
  void emitNull() {
    Drain drain = new Drain(1);
    Publishers.publisher(
            single,
            body.of(emitter -> {
              body.emit(Nulls.<String>smuggled());
              emitter.emit("a");
            }))
        .subscribe(drain);
    assertThat(drain.awaitEnd().items()).containsExactly("a");
    assertThat(body.thrown).hasSize(1);
    assertThat(body.thrown.get(0)).isInstanceOf(NullPointerException.class).hasMessage("item");
  }

  // an executor that runs what it gets at once

  @Test
  @DisplayName("B6 B10 an executor that runs it here: no interrupt in onNext, no coroutine there")
  void sameThread() {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    List<String> inOnNext = new CopyOnWriteArrayList<>();
    AtomicReference<@Nullable Boolean> flagInBody = new AtomicReference<>();
    Drain drain =
        new Drain(Long.MAX_VALUE)
            .onNext((self, item) -> {
              inside.countDown();
              SignalsOnExecutor.await(cancelled);
              inOnNext.add("interrupted " + Thread.currentThread().isInterrupted());
              inOnNext.add("coroutine " + Coroutine.current());
              inOnNext.add("the emitting thread " + (Thread.currentThread() == body.thread.get()));
            });
    Publishers.publisher(
            Runnable::run,
            body.of(emitter -> {
              body.emit("a");
              flagInBody.set(Thread.currentThread().isInterrupted());
            }))
        .subscribe(drain);
    await(inside);
    drain.cancel();
    cancelled.countDown();
    body.awaitGone();
    assertThat(inOnNext)
        .containsExactly("interrupted false", "coroutine null", "the emitting thread true");
    assertThat(body.thrown).hasSize(1);
    assertThat(body.thrown.get(0)).isExactlyInstanceOf(CancellationException.class);
    assertThat(flagInBody.get()).as("it is due behind onNext").isTrue();
    assertThat(drain.wasLawful()).isTrue();
  }

  @Test
  @DisplayName("B10 RS 3.3 100 000 items on the emitting thread keep the stack flat")
  void sameThreadManyItems() {
    AtomicInteger deepest = new AtomicInteger();
    AtomicInteger count = new AtomicInteger();
    Drain drain =
        new Drain(1)
            .onNext((self, item) -> {
              if (count.incrementAndGet() % 2_000 == 0) {
                int depth = Thread.currentThread().getStackTrace().length;
                deepest.accumulateAndGet(depth, Math::max);
              }
              self.items().clear();
              self.request(1);
            });
    Publishers.<String>publisher(
            Runnable::run,
            emitter -> {
              for (int i = 0; i < 100_000; i++) {
                emitter.emit("item");
              }
            })
        .subscribe(drain);
    drain.awaitEnd();
    assertThat(drain.failure()).isNull();
    assertThat(count).hasValue(100_000);
    assertThat(deepest.get()).isBetween(1, 60);
  }

  // RS 3.9

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  @DisplayName("B2 B10 RS 3.9 an illegal request fails the stream, on the executor")
  void illegalRequest(long n) {
    Noting noting = new Noting();
    AtomicReference<@Nullable Subscription> subscription = new AtomicReference<>();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Publishers.publisher(single, body.of(emitter -> body.emit("a")))
        .subscribe(
            new Subscriber<>() {
              @Override
              public void onSubscribe(Subscription newSubscription) {
                subscription.set(newSubscription);
              }

              @Override
              public void onNext(String item) {
                noting.onNext(item);
              }

              @Override
              public void onError(Throwable t) {
                failure.set(t);
                noting.onError(t);
              }

              @Override
              public void onComplete() {
                noting.onComplete();
              }
            });
    body.awaitParked();
    requireNonNull(subscription.get()).request(n);
    await(noting.end);
    assertThat(noting.signals).containsExactly("failed on signals");
    assertThat(failure.get())
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3.9");
    assertThat(body.thrown).hasSize(1);
    assertThat(body.thrown.get(0)).isExactlyInstanceOf(CancellationException.class);
    assertThat(lost.failures()).isEmpty();
  }

  @Test
  @DisplayName("B2 B10 RS 3.9 an illegal request takes a queued item back; the failure is queued")
  void illegalRequestWhileQueued() {
    Held held = new Held();
    Drain drain = new Drain(1);
    Publishers.publisher(held, body.of(emitter -> emitter.emit("a"))).subscribe(drain);
    Runnable item = held.next();
    drain.request(0);
    Runnable end = held.next();
    item.run();
    assertThat(drain.ends()).isZero();
    end.run();
    assertThat(drain.items()).isEmpty();
    assertThat(drain.failure()).isExactlyInstanceOf(IllegalArgumentException.class);
    assertThat(drain.ends()).isEqualTo(1);
  }

  @ParameterizedTest
  @MethodSource("working")
  @DisplayName("B2 B10 RS 3.9 an illegal request from onNext: one onError after that onNext")
  void illegalRequestInOnNext(Executor executor) {
    Drain drain = new Drain(5).onNext((self, item) -> self.request(0));
    Publishers.publisher(executor, body.of(emitter -> body.emit("a"))).subscribe(drain);
    assertThat(drain.awaitEnd().failure()).isExactlyInstanceOf(IllegalArgumentException.class);
    assertThat(drain.items()).containsExactly("a");
    assertThat(drain.wasLawful()).isTrue();
    assertThat(body.thrown).hasSize(1);
    assertThat(body.thrown.get(0)).isExactlyInstanceOf(CancellationException.class);
  }
}
