package io.bridge;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Steps;
import io.bridge.internal.stream.ValueSubscription;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;

@DisplayName("B10 B4 B6 signals on an executor: cancels and timeouts while an item is on its way")
@Timeout(120)
class SignalsOnExecutorCancelTest extends SignalsOnExecutor {

  // cancelled by the subscriber

  @Test
  @DisplayName("B10 B6 cancel of an item that the executor has not begun: taken back, emit throws")
  void cancelWhileQueued() {
    Held held = new Held();
    Drain drain = new Drain(Long.MAX_VALUE);
    Publishers.publisher(held, body.of(emitter -> body.emit("a"))).subscribe(drain);
    Runnable task = held.next();
    body.awaitParked();
    drain.cancel();
    body.awaitGone(); // though the executor has not run it
    task.run();
    assertThat(body.thrown).hasSize(1);
    assertThat(body.thrown.get(0)).isExactlyInstanceOf(CancellationException.class);
    assertThat(drain.items()).isEmpty();
    assertThat(drain.ends()).isZero();
    assertThat(held.isEmpty()).isTrue();
    assertThat(lost.failures()).isEmpty();
  }

  @Test
  @DisplayName(
      "B10 B4 cancel of a queued item that a child emits: it ends, and so does its sibling")
  void cancelWhileQueuedInChild() {
    Held held = new Held();
    Body own = new Body();
    List<Coroutine<@Nullable Void>> children = new CopyOnWriteArrayList<>();
    Drain drain = new Drain(Long.MAX_VALUE);
    Publishers.publisher(
            held,
            own.of(emitter -> {
              for (int i = 0; i < 2; i++) { // one is handed over, one waits for its turn
                children.add(Coroutine.start(() -> emitter.emit("a")));
              }
              children.forEach(Coroutine::await);
            }))
        .subscribe(drain);
    Runnable task = held.next();
    own.awaitParked();
    drain.cancel();
    own.awaitGone();
    for (Coroutine<@Nullable Void> child : children) { // which nobody has cancelled
      Eventually.until("the end of a child", child::isDone);
      assertThat(child.failure()).isExactlyInstanceOf(CancellationException.class);
    }
    task.run();
    assertThat(drain.items()).isEmpty();
    assertThat(drain.ends()).isZero();
  }

  @Test
  @DisplayName("B10 A9 B4 cancel of a queued item that is emitted inside shield: emit throws")
  void cancelWhileQueuedInShield() {
    Held held = new Held();
    Drain drain = new Drain(Long.MAX_VALUE);
    Publishers.publisher(held, body.of(emitter -> Coroutine.shield(() -> body.emit("a"))))
        .subscribe(drain);
    Runnable task = held.next();
    body.awaitParked();
    drain.cancel();
    body.awaitGone();
    task.run();
    assertThat(body.thrown).hasSize(1);
    assertThat(body.thrown.get(0)).isExactlyInstanceOf(CancellationException.class);
    assertThat(drain.items()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @DisplayName("B10 RS 1.3 cancel inside onNext's time: emit waits for its end, then throws")
  void cancelWhileRunning(boolean shield) {
    Steps steps = new Steps();
    Drain drain =
        new Drain(Long.MAX_VALUE)
            .onNext((self, item) -> {
              steps.reach(2);
              steps.await(3);
              Eventually.until("emit waits", () -> isParked(body.thread.get()));
              steps.reach(4);
            });
    Publishers.publisher(
            single,
            body.of(emitter -> {
              steps.reach(1);
              if (shield) {
                Coroutine.shield(() -> body.emit("a"));
              } else {
                body.emit("a");
              }
              steps.reach(5);
              body.emit("b");
            }))
        .subscribe(drain);
    steps.await(2);
    drain.cancel(); // does not wait, either (A6)
    steps.reach(3);
    body.awaitGone();
    assertThat(steps.last()).isEqualTo(5);
    assertThat(body.thrown).hasSize(2).allMatch(t -> t.getClass() == CancellationException.class);
    assertThat(drain.items()).containsExactly("a");
    assertThat(drain.ends()).isZero();
    assertThat(lost.failures()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("working")
  @DisplayName("B10 cancel from inside onNext: that item was delivered, its emit ends the body")
  void cancelFromOnNext(Executor executor) {
    AtomicReference<@Nullable Boolean> flagInOnNext = new AtomicReference<>();
    Drain drain =
        new Drain(Long.MAX_VALUE)
            .onNext((self, item) -> {
              self.cancel();
              flagInOnNext.set(Thread.currentThread().isInterrupted());
            });
    Publishers.publisher(executor, body.of(emitter -> body.emit("a"))).subscribe(drain);
    body.awaitGone();
    assertThat(flagInOnNext.get()).isFalse();
    assertThat(body.thrown).hasSize(1);
    assertThat(body.thrown.get(0)).isExactlyInstanceOf(CancellationException.class);
    assertThat(drain.items()).containsExactly("a");
    assertThat(drain.ends()).isZero();
  }

  @Test
  @DisplayName("B10 cancel while the body sleeps: interrupted, and the executor gets no end")
  void cancelWhileSleeping() {
    Held held = new Held();
    CountDownLatch inside = new CountDownLatch(1);
    Drain drain = new Drain(1);
    Publishers.publisher(
            held,
            body.of(emitter -> {
              inside.countDown();
              Thread.sleep(Duration.ofMinutes(5));
            }))
        .subscribe(drain);
    await(inside);
    drain.cancel();
    body.awaitGone();
    assertThat(held.isEmpty()).isTrue();
    assertThat(lost.failures()).isEmpty();
  }

  @Test
  @DisplayName("B10 cancel behind the end of the body: a stray queued item is taken back, too")
  void cancelWhileTheEndWaits() {
    Held held = new Held();
    CountDownLatch open = new CountDownLatch(1);
    Drain drain = new Drain(Long.MAX_VALUE);
    Publishers.publisher(held, body.of(emitter -> open.await())).subscribe(drain);
    body.awaitParked();
    Fork<String> stray = Fork.virtual(() -> body.emitter().emit("a"));
    Runnable item = held.next();
    open.countDown();
    body.awaitEnd();
    body.awaitParked(); // the end comes after the item (RS 1.3)
    drain.cancel();
    assertThat(stray.joinFailure()).isExactlyInstanceOf(CancellationException.class);
    body.awaitGone();
    item.run();
    assertThat(drain.items()).isEmpty();
    assertThat(drain.ends()).isZero();
    assertThat(held.isEmpty()).as("no end is queued").isTrue();
  }

  /** A source with signals on an executor. */
  private interface Source {
    Publisher<String> on(Executor signals);
  }

  private static Source value(Awaitable<@Nullable String> source) {
    return signals ->
        subscriber -> new ValueSubscription<String>(subscriber, signals).begin(source);
  }

  private static <T extends @Nullable Object> void resume(Suspension<? super T> to, T value) {
    to.resume(value);
  }

  static Stream<Arguments> ends() {
    IOException failure = new IOException("disk");
    Source completing = signals -> Publishers.publisher(signals, emitter -> {});
    Source failing =
        signals ->
            Publishers.publisher(
                signals,
                emitter -> {
                  throw failure;
                });
    Source empty =
        value(suspension -> SignalsOnExecutorCancelTest.<@Nullable String>resume(suspension, null));
    Source emitting = signals -> Publishers.publisher(signals, emitter -> emitter.emit("a"));
    return Stream.of(
        Arguments.of("completion of a stream", completing, false, null),
        Arguments.of("failure of a stream", failing, false, failure),
        Arguments.of("illegal request of a stream", emitting, true, null),
        Arguments.of("no value", empty, false, null),
        Arguments.of("no value, a failure", value(s -> s.fail(failure)), false, failure),
        Arguments.of("illegal request of a value", value(suspension -> {}), true, null));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ends")
  @DisplayName("B10 A12 cancel while the executor has the end: none comes, a failure is reported")
  void cancelWhileEndQueued(
      String name, Source source, boolean illegalRequest, @Nullable Throwable reported) {
    Held held = new Held();
    Drain drain = new Drain(0);
    source.on(held).subscribe(drain);
    if (illegalRequest) {
      drain.request(0);
    }
    Runnable end = held.next();
    drain.cancel();
    end.run();
    assertThat(drain.ends()).isZero();
    assertThat(lost.failures()).isEqualTo(reported == null ? List.of() : List.of(reported));
  }

  @Test
  @DisplayName("A13 B10 an item that was taken back is not kept by what the executor has")
  void itemNotKept() {
    Held held = new Held();
    AtomicReference<@Nullable WeakReference<String>> kept = new AtomicReference<>();
    Drain drain = new Drain(Long.MAX_VALUE);
    Publishers.publisher(
            held,
            body.of(emitter -> {
              String item = String.valueOf(System.nanoTime());
              kept.set(new WeakReference<>(item));
              emitter.emit(item);
            }))
        .subscribe(drain);
    Runnable task = held.next();
    drain.cancel();
    body.awaitGone();
    assertThat(lost.values()).as("given up (B4)").hasSize(1);
    lost.values().clear();
    WeakReference<String> item = requireNonNull(kept.get());
    Eventually.until(
        "the item is collected",
        () -> {
          System.gc();
          return item.get() == null;
        });
    task.run();
    assertThat(drain.items()).isEmpty();
  }

  // cancelled by the body's own frames

  @Test
  @DisplayName("B10 T1 a timeout around a queued item takes it back; the stream stays usable")
  void timeoutWhileQueued() {
    Held held = new Held();
    TestTime time = new TestTime();
    Drain drain = new Drain(Long.MAX_VALUE);
    Publishers.publisher(
            held,
            body.of(emitter -> {
              Throwable thrown =
                  catchThrowable(() ->
                      time.<@Nullable Object>run(() -> {
                        Coroutine.withTimeout(MINUTE, () -> emitter.emit("late"));
                        return null;
                      }));
              assertThat(thrown).isExactlyInstanceOf(AwaitTimeoutException.class);
              emitter.emit("a");
            }))
        .subscribe(drain);
    Runnable late = held.next();
    body.awaitParked();
    time.advance(MINUTE);
    held.awaitTask();
    late.run();
    held.runUntil(() -> drain.ends() > 0);
    assertThat(drain.items()).containsExactly("a");
    assertThat(drain.failure()).isNull();
    assertThat(drain.wasLawful()).isTrue();
  }

  @Test
  @DisplayName("B10 T1 RS 1.3 a timeout inside onNext's time: the block ends behind it")
  void timeoutWhileRunning() {
    TestTime time = new TestTime();
    Steps steps = new Steps();
    Drain drain =
        new Drain(Long.MAX_VALUE)
            .onNext((self, item) -> {
              if (item.equals("a")) {
                steps.reach(1);
                time.advance(MINUTE);
                Eventually.until("emit waits", () -> isParked(body.thread.get()));
                steps.reach(2);
              }
            });
    Publishers.publisher(
            single,
            body.of(emitter -> {
              Throwable thrown =
                  catchThrowable(() ->
                      time.<@Nullable Object>run(() -> {
                        Coroutine.withTimeout(MINUTE, () -> emitter.emit("a"));
                        return null;
                      }));
              steps.reach(3);
              assertThat(thrown).isExactlyInstanceOf(AwaitTimeoutException.class);
              assertThat(Thread.currentThread().isInterrupted()).isFalse();
              emitter.emit("b");
            }))
        .subscribe(drain);
    assertThat(drain.awaitEnd().items()).containsExactly("a", "b");
    assertThat(drain.failure()).isNull();
    assertThat(drain.wasLawful()).isTrue();
  }

  @Test
  @DisplayName("B10 A9 an interrupt of a plain thread that emits: taken back if queued")
  void interruptWhileQueued() {
    Held held = new Held();
    CountDownLatch open = new CountDownLatch(1);
    Drain drain = new Drain(Long.MAX_VALUE);
    Publishers.publisher(held, body.of(emitter -> open.await())).subscribe(drain);
    body.awaitParked();
    AtomicBoolean flag = new AtomicBoolean();
    Fork<String> fork =
        Fork.platform(() -> {
          try {
            body.emitter().emit("a");
          } finally {
            flag.set(Thread.interrupted());
          }
        });
    Runnable task = held.next();
    assertThat(fork.awaitParked().interrupt().joinFailure())
        .isExactlyInstanceOf(CancellationException.class);
    task.run();
    assertThat(flag).isTrue();
    assertThat(drain.items()).isEmpty();
    open.countDown();
    held.runUntil(() -> drain.ends() > 0);
    assertThat(drain.failure()).isNull();
  }
}
