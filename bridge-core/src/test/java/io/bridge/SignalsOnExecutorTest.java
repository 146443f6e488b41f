package io.bridge;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.testkit.Eventually;
import io.bridge.testkit.Fork;
import io.bridge.testkit.Nulls;
import io.bridge.testkit.Probe;
import io.bridge.testkit.Race;
import io.bridge.testkit.Steps;
import io.bridge.testkit.ThreadCpu;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

@DisplayName("B10 publisher and flowPublisher with an executor for their signals")
@Timeout(120)
class SignalsOnExecutorTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** Both ways to say it. */
  enum Form {
    PUBLISHER {
      @Override
      Publisher<String> of(Executor signals, Emitter.Body<String> body) {
        return Publishers.publisher(signals, body);
      }
    },
    FLOW {
      @Override
      Publisher<String> of(Executor signals, Emitter.Body<String> body) {
        return FlowAdapters.toPublisher(Publishers.flowPublisher(signals, body));
      }
    };

    abstract Publisher<String> of(Executor signals, Emitter.Body<String> body);
  }

  /** An executor in the hands of a test, which runs what it was given when it says so. */
  private static final class Held implements Executor {
    private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();

    @Override
    public void execute(Runnable task) {
      tasks.add(task);
    }

    Runnable next() {
      Eventually.until("a task", () -> !tasks.isEmpty());
      return requireNonNull(tasks.poll());
    }

    /** Returns when a task waits. */
    Held awaitTask() {
      Eventually.until("a task", () -> !tasks.isEmpty());
      return this;
    }

    boolean isEmpty() {
      return tasks.isEmpty();
    }

    /** Runs what comes until {@code enough}. */
    void runUntil(BooleanSupplier enough) {
      Eventually.until(
          "enough tasks",
          () -> {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
              task.run();
            }
            return enough.getAsBoolean();
          });
    }
  }

  /** Rejects the tasks that the test says, by their number from 1 on; runs the others at once. */
  private static final class Rejecting implements Executor {
    final List<RejectedExecutionException> rejections = new CopyOnWriteArrayList<>();
    private final List<Integer> rejected;
    private final AtomicInteger count = new AtomicInteger();

    Rejecting(Integer... rejected) {
      this.rejected = List.of(rejected);
    }

    @Override
    public void execute(Runnable task) {
      int number = count.incrementAndGet();
      if (rejected.contains(number)) {
        RejectedExecutionException rejection = new RejectedExecutionException("task " + number);
        rejections.add(rejection);
        throw rejection;
      }
      task.run();
    }
  }

  /** What a body saw, for the test's thread. */
  private static final class Body {
    final AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
    final AtomicReference<@Nullable Emitter<String>> emitter = new AtomicReference<>();
    final List<Throwable> thrown = new CopyOnWriteArrayList<>();
    final CountDownLatch end = new CountDownLatch(1);

    /** The code, run in a way that lets the test wait for its end. */
    Emitter.Body<String> of(Emitter.Body<String> code) {
      return newEmitter -> {
        thread.set(Thread.currentThread());
        emitter.set(newEmitter);
        try {
          code.run(newEmitter);
        } finally {
          end.countDown();
        }
      };
    }

    /** Emits, and keeps what that throws. */
    void emit(String item) {
      Throwable failure = catchThrowable(() -> emitter().emit(item));
      if (failure != null) {
        thrown.add(failure);
      }
    }

    Emitter<String> emitter() {
      return requireNonNull(emitter.get());
    }

    void awaitParked() {
      Eventually.until("the body waits", () -> isParked(thread.get()));
    }

    void awaitEnd() {
      Eventually.until("the end of the body", () -> end.getCount() == 0);
    }

    /** Returns when the thread is gone, and with it all that the body may still signal. */
    void awaitGone() {
      Eventually.until("the end of the body", () -> isGone(thread.get()));
    }
  }

  private final Body body = new Body();
  private final ExecutorService single =
      Executors.newSingleThreadExecutor(task -> new Thread(task, "signals"));
  private final Undelivered lost = new Undelivered();

  @AfterEach
  void nothingIsLeft() {
    lost.close();
    single.shutdownNow();
    assertThat(Thread.interrupted()).isFalse();
  }

  private static boolean isParked(@Nullable Thread thread) {
    return thread != null && thread.getState() == Thread.State.WAITING && !thread.isInterrupted();
  }

  private static boolean isGone(@Nullable Thread thread) {
    return thread != null && !thread.isAlive();
  }

  private static void await(CountDownLatch latch) {
    Eventually.until("a latch", () -> latch.getCount() == 0);
  }

  /** Notes for each signal the name of the thread that brings it. */
  private static final class Noting implements Subscriber<String> {
    final List<String> signals = new CopyOnWriteArrayList<>();
    final CountDownLatch end = new CountDownLatch(1);

    private void note(String signal) {
      signals.add(signal + " on " + Thread.currentThread().getName());
    }

    @Override
    public void onSubscribe(Subscription subscription) {
      note("subscribed");
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(String item) {
      note(item);
    }

    @Override
    public void onError(Throwable failure) {
      note("failed");
      end.countDown();
    }

    @Override
    public void onComplete() {
      note("completed");
      end.countDown();
    }
  }

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

  // what the subscriber throws

  static Stream<Named<Executor>> working() {
    Executor direct = Runnable::run;
    return Stream.of(
        Named.of("the emitting thread", direct),
        Named.of("a virtual thread for each", Thread::startVirtualThread));
  }

  @ParameterizedTest
  @MethodSource("working")
  @DisplayName("B5 B10 a throwing onNext is rethrown from emit, cancels, and nothing more is sent")
  void throwingOnNext(Executor executor) {
    for (Throwable failure :
        List.of(new IllegalStateException("onNext"), new AssertionError("onNext"))) {
      Body own = new Body();
      Drain drain =
          new Drain(Long.MAX_VALUE)
              .onNext((self, item) -> SignalsOnExecutorTest.<RuntimeException>sneak(failure));
      Publishers.publisher(
              executor,
              own.of(emitter -> {
                own.emit("a");
                own.emit("b");
                Eventually.until("the body is cancelled", Coroutine::isCancelled);
              }))
          .subscribe(drain);
      own.awaitGone();
      assertThat(own.thrown).hasSize(2);
      assertThat(own.thrown.get(0)).isSameAs(failure);
      assertThat(own.thrown.get(1)).isExactlyInstanceOf(CancellationException.class);
      assertThat(drain.items()).containsExactly("a");
      assertThat(drain.ends()).isZero();
      assertThat(lost.failures()).isEmpty();
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // an Error or unchecked
  private static <X extends Throwable> void sneak(Throwable failure) throws X {
    throw (X) failure;
  }

  @Test
  @DisplayName("B5 B10 a throwing onNext whose failure leaves the body is reported once")
  void throwingOnNextUnseen() {
    IllegalStateException failure = new IllegalStateException("onNext");
    Drain drain =
        new Drain(Long.MAX_VALUE)
            .onNext((self, item) -> {
              throw failure;
            });
    Publishers.publisher(single, body.of(emitter -> emitter.emit("a"))).subscribe(drain);
    body.awaitGone();
    assertThat(lost.failures()).containsExactly(failure);
    assertThat(drain.ends()).isZero();
  }

  @Test
  @DisplayName("A12 B10 an end that throws is reported, and no rejection of the executor")
  void throwingOnComplete() {
    IllegalStateException failure = new IllegalStateException("onComplete");
    AtomicInteger errors = new AtomicInteger();
    Publishers.publisher(Runnable::run, body.of(emitter -> {}))
        .subscribe(
            new Subscriber<>() {
              @Override
              public void onSubscribe(Subscription subscription) {}

              @Override
              public void onNext(String item) {}

              @Override
              public void onError(Throwable t) {
                errors.incrementAndGet();
              }

              @Override
              public void onComplete() {
                throw failure;
              }
            });
    body.awaitGone();
    assertThat(lost.failures()).containsExactly(failure);
    assertThat(errors).hasValue(0);
  }

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

  // emit inside onNext

  @ParameterizedTest
  @MethodSource("working")
  @DisplayName("B10 section 8 emit inside onNext is an IllegalStateException, not a deadlock")
  void emitInsideOnNext(Executor executor) {
    AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    Drain drain =
        new Drain(Long.MAX_VALUE)
            .onNext((self, item) ->
                thrown.compareAndSet(null, catchThrowable(() -> body.emitter().emit("nested"))));
    Publishers.publisher(
            executor,
            body.of(emitter -> {
              emitter.emit("a");
              emitter.emit("b");
            }))
        .subscribe(drain);
    assertThat(drain.awaitEnd().items()).containsExactly("a", "b");
    assertThat(thrown.get())
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessageContaining("onNext");
    assertThat(drain.failure()).isNull();
  }

  @Test
  @DisplayName("B10 the executor's thread may emit once onNext is over: it is nobody's inside")
  void emitOnTheExecutorsThread() {
    Held held = new Held();
    CountDownLatch open = new CountDownLatch(1);
    Drain drain = new Drain(Long.MAX_VALUE);
    Publishers.publisher(
            held,
            body.of(emitter -> {
              emitter.emit("a");
              open.await();
            }))
        .subscribe(drain);
    held.next().run();
    Fork<String> here = Fork.virtual(() -> body.emitter().emit("b"));
    held.next().run();
    assertThat(here.join()).isEqualTo("done");
    open.countDown();
    held.runUntil(() -> drain.ends() > 0);
    assertThat(drain.items()).containsExactly("a", "b");
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
              SignalsOnExecutorTest.await(cancelled);
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

  // an executor that rejects

  @Test
  @DisplayName("B10 a rejected item: emit throws the rejection, and the body may go on")
  void rejectedItem() {
    Rejecting executor = new Rejecting(2);
    Drain drain = new Drain(2);
    Publishers.publisher(
            executor,
            body.of(emitter -> {
              emitter.emit("a");
              body.emit("rejected");
              emitter.emit("b"); // the demand was not used up
            }))
        .subscribe(drain);
    assertThat(drain.awaitEnd().items()).containsExactly("a", "b");
    assertThat(drain.failure()).isNull();
    assertThat(body.thrown).containsExactlyElementsOf(executor.rejections).hasSize(1);
    assertThat(lost.failures()).isEmpty();
  }

  @Test
  @DisplayName("B10 a rejected item whose rejection leaves the body fails the stream with it")
  void rejectedItemUnseen() {
    Rejecting executor = new Rejecting(1);
    Drain drain = new Drain(1);
    Publishers.publisher(executor, body.of(emitter -> emitter.emit("a"))).subscribe(drain);
    assertThat(drain.awaitEnd().failure()).isSameAs(executor.rejections.get(0));
    assertThat(drain.items()).isEmpty();
    assertThat(lost.failures()).isEmpty();
  }

  @Test
  @DisplayName("B10 a rejected completion: onError with the rejection, on the coroutine's thread")
  void rejectedCompletion() {
    Rejecting executor = new Rejecting(1);
    AtomicReference<@Nullable Thread> onError = new AtomicReference<>();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Publishers.publisher(executor, body.of(emitter -> {}))
        .subscribe(
            new Subscriber<>() {
              @Override
              public void onSubscribe(Subscription subscription) {}

              @Override
              public void onNext(String item) {}

              @Override
              public void onError(Throwable t) {
                onError.set(Thread.currentThread());
                failure.set(t);
              }

              @Override
              public void onComplete() {
                failure.set(new AssertionError("completed"));
              }
            });
    body.awaitGone();
    assertThat(failure.get()).isSameAs(executor.rejections.get(0));
    assertThat(onError.get()).isSameAs(body.thread.get());
    assertThat(lost.failures()).isEmpty();
  }

  @Test
  @DisplayName("A12 B10 a rejected failure arrives as itself, the rejection is reported")
  void rejectedFailure() {
    IOException failure = new IOException("body");
    Rejecting executor = new Rejecting(1);
    Drain drain = new Drain(0);
    Publishers.publisher(
            executor,
            body.of(emitter -> {
              throw failure;
            }))
        .subscribe(drain);
    assertThat(drain.awaitEnd().failure()).isSameAs(failure);
    body.awaitGone();
    assertThat(lost.failures()).hasSize(1);
    assertThat(lost.failures().get(0)).isSameAs(executor.rejections.get(0));
    assertThat(drain.ends()).isEqualTo(1);
  }

  @Test
  @DisplayName("B10 an executor that is shut down leaves nobody waiting")
  void shutDown() {
    single.shutdown();
    Drain drain = new Drain(1);
    Publishers.publisher(
            single,
            body.of(emitter -> {
              body.emit("a");
              body.emit("b");
            }))
        .subscribe(drain);
    assertThat(drain.awaitEnd().failure()).isInstanceOf(RejectedExecutionException.class);
    assertThat(body.thrown).hasSize(2).allMatch(t -> t instanceof RejectedExecutionException);
    assertThat(drain.items()).isEmpty();
  }

  @Test
  @DisplayName("B10 an executor that forgets its tasks: cancel and timeout end the waiting")
  void forgetting() {
    Executor forgetting = task -> {};
    Drain drain = new Drain(Long.MAX_VALUE);
    Publishers.publisher(
            forgetting,
            body.of(emitter -> {
              assertThat(
                      catchThrowable(() ->
                          Coroutine.withTimeout(Duration.ofMillis(5), () -> emitter.emit("a"))))
                  .isExactlyInstanceOf(AwaitTimeoutException.class);
              body.emit("b");
            }))
        .subscribe(drain);
    Eventually.until("a subscriber", () -> body.thread.get() != null);
    drain.cancel();
    body.awaitGone();
    assertThat(drain.items()).isEmpty();
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

  // many threads

  @Test
  @DisplayName("B4 B10 RS 1.3 emits of several threads on an executor of four: serial, none lost")
  void concurrentEmit() {
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      Drain drain = new Drain(1).onNext((self, item) -> self.request(1));
      Publishers.<String>publisher(
              pool,
              emitter -> {
                List<Coroutine<@Nullable Void>> children = new ArrayList<>();
                for (int c = 0; c < 8; c++) {
                  children.add(
                      Coroutine.start(() -> {
                        for (int i = 0; i < 200; i++) {
                          emitter.emit("item");
                        }
                      }));
                }
                children.forEach(Coroutine::await);
              })
          .subscribe(drain);
      assertThat(drain.awaitEnd().items()).hasSize(1_600);
      assertThat(drain.failure()).isNull();
      assertThat(drain.wasLawful()).isTrue();
    }
  }

  /** Counts in a plain field, which each signal reads on whatever thread it comes. */
  private static final class PlainCounter implements Subscriber<Integer> {
    final CountDownLatch end = new CountDownLatch(1);
    final List<Long> threads = new CopyOnWriteArrayList<>();
    private int plain;
    private int atTheEnd;

    @Override
    public void onSubscribe(Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(Integer item) {
      if (item == plain) {
        plain++;
      }
      long id = Thread.currentThread().threadId();
      if (!threads.contains(id)) {
        threads.add(id);
      }
    }

    @Override
    public void onError(Throwable failure) {
      end.countDown();
    }

    @Override
    public void onComplete() {
      atTheEnd = plain;
      end.countDown();
    }

    int seen() {
      SignalsOnExecutorTest.await(end);
      return atTheEnd;
    }
  }

  @Test
  @DisplayName("B10 RS 1.3 on an executor of four threads each signal sees what the last one wrote")
  void happensBefore() {
    int items = 20_000;
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      PlainCounter counter = new PlainCounter();
      Publishers.<Integer>publisher(
              pool,
              emitter -> {
                for (int i = 0; i < items; i++) {
                  emitter.emit(i);
                }
              })
          .subscribe(counter);
      assertThat(counter.seen()).isEqualTo(items);
      assertThat(counter.threads).hasSizeGreaterThan(1);
    }
  }

  // A10

  static Stream<Named<Consumer<Thread>>> disturbances() {
    return Stream.of(
        Named.of("a stray unpark", java.util.concurrent.locks.LockSupport::unpark),
        Named.of("an interrupt", Thread::interrupt));
  }

  @ParameterizedTest
  @MethodSource("disturbances")
  @DisplayName("A10 B10 1 s in emit while onNext runs, after a stray wake-up: under 20 ms CPU")
  void noSpin(Consumer<Thread> disturbance) {
    Probe<String> hold = new Probe<>();
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Drain drain =
        new Drain(1)
            .onNext((self, item) -> {
              inside.countDown();
              SignalsOnExecutorTest.await(release);
            });
    Publishers.publisher(single, body.of(emitter -> Await.await(hold))).subscribe(drain);
    hold.awaitRequest();
    Fork<String> fork =
        Fork.platform(() -> {
          body.emitter().emit("a");
          Thread.interrupted();
        });
    await(inside);
    fork.awaitParked();
    Duration before = ThreadCpu.of(fork.thread());
    disturbance.accept(fork.thread());
    long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
    Eventually.until("a second is over", () -> System.nanoTime() - end > 0);
    assertThat(ThreadCpu.of(fork.thread()).minus(before)).isLessThan(Duration.ofMillis(20));
    assertThat(fork.isDone()).isFalse();
    release.countDown();
    assertThat(fork.join()).isEqualTo("done");
    hold.complete();
    assertThat(drain.awaitEnd().items()).containsExactly("a");
  }

  // races

  @Test
  @DisplayName("B10 20 000 rounds: cancel against the executor; an item is delivered or taken back")
  void cancelAgainstRun() throws Exception {
    try (Races.Lost none = new Races.Lost()) {
      Map<String, Integer> outcomes =
          Race.balanced(
              Races.ROUNDS,
              "taken back",
              "delivered",
              () -> {
                Held held = new Held();
                Body own = new Body();
                AtomicBoolean flagSeen = new AtomicBoolean();
                Drain drain =
                    new Drain(1)
                        .onNext(
                            (self, item) -> flagSeen.set(Thread.currentThread().isInterrupted()));
                Publishers.publisher(held, own.of(emitter -> own.emit("a"))).subscribe(drain);
                Races.spinUntil("an item", () -> !held.isEmpty());
                Runnable item = held.next();
                return new Race.Round() {
                  @Override
                  public void left() {
                    drain.cancel();
                  }

                  @Override
                  public void right() {
                    item.run();
                  }

                  @Override
                  public String outcome() {
                    Races.spinUntil("the body ends", () -> isGone(own.thread.get()));
                    assertThat(drain.wasLawful()).isTrue();
                    assertThat(drain.ends()).isZero();
                    assertThat(flagSeen).isFalse();
                    assertThat(none.failures()).isZero();
                    if (own.thrown.isEmpty()) { // the item, and the end of the body before cancel
                      assertThat(drain.items()).containsExactly("a");
                      return "delivered";
                    }
                    assertThat(own.thrown.get(0)).isExactlyInstanceOf(CancellationException.class);
                    if (drain.items().isEmpty()) {
                      assertThat(own.thrown).hasSize(1);
                      return "taken back";
                    }
                    return "delivered";
                  }
                };
              });
      Races.assertAll(outcomes, List.of("taken back", "delivered"));
    }
  }
}
