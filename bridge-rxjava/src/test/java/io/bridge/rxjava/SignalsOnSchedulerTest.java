package io.bridge.rxjava;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Body;
import io.bridge.fixtures.Eventually;
import io.reactivex.rxjava3.core.BackpressureStrategy;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.core.Scheduler;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.schedulers.Schedulers;
import io.reactivex.rxjava3.subscribers.TestSubscriber;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Subscription;

@DisplayName("B10 the builders with a scheduler for their signals")
@Timeout(60)
class SignalsOnSchedulerTest {

  /** Each builder, seen as a Flowable. */
  enum Builder {
    SINGLE,
    MAYBE,
    MAYBE_VOID,
    COMPLETABLE,
    FLOWABLE,
    OBSERVABLE;

    Flowable<?> of(Scheduler signals, Body<String, ? extends Exception> body) {
      return switch (this) {
        case SINGLE -> RxJavaBridge.<String>single(signals, body).toFlowable();
        case MAYBE -> RxJavaBridge.<String>maybe(signals, () -> body.call()).toFlowable();
        case MAYBE_VOID ->
            RxJavaBridge.maybe(
                    signals,
                    () -> {
                      body.call();
                    })
                .toFlowable();
        case COMPLETABLE ->
            RxJavaBridge.completable(
                    signals,
                    () -> {
                      body.call();
                    })
                .toFlowable();
        case FLOWABLE ->
            RxJavaBridge.<String>flowable(signals, emitter -> emitter.emit(body.call()));
        case OBSERVABLE ->
            RxJavaBridge.<String>observable(signals, emitter -> emitter.emit(body.call()))
                .toFlowable(BackpressureStrategy.BUFFER);
      };
    }

    boolean hasValue() {
      return this != MAYBE_VOID && this != COMPLETABLE;
    }
  }

  /** Notes each signal with the name of its thread. */
  private static final class Noting implements FlowableSubscriber<Object> {
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
    public void onNext(Object item) {
      note(item.toString());
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

    List<String> signals() {
      await(end);
      return signals;
    }
  }

  private final Lost lost = new Lost();
  private final ExecutorService executor =
      Executors.newSingleThreadExecutor(task -> new Thread(task, "signals"));
  private final Scheduler signals = Schedulers.from(executor);
  private final List<Thread> bodies = new CopyOnWriteArrayList<>();
  private final CountDownLatch inside = new CountDownLatch(1);

  @AfterEach
  void nothingIsLeft() {
    executor.shutdownNow();
    lost.close();
    assertThat(Thread.interrupted()).isFalse();
  }

  private void assertNothingLost() {
    assertThat(lost.rx).isEmpty();
    assertThat(lost.failures).isEmpty();
  }

  private static void await(CountDownLatch latch) {
    Eventually.until("a latch", () -> latch.getCount() == 0);
  }

  private String here(String value) {
    bodies.add(Thread.currentThread());
    inside.countDown();
    return value;
  }

  private void awaitGone() {
    await(inside);
    for (Thread body : bodies) {
      Eventually.until("the end of the body's thread", () -> !body.isAlive());
    }
  }

  private String sleep() throws InterruptedException {
    here("asleep");
    Thread.sleep(Duration.ofMinutes(5));
    return "slept";
  }

  private static <T> TestSubscriber<T> ended(TestSubscriber<T> subscriber) throws Exception {
    assertThat(subscriber.await(30, TimeUnit.SECONDS)).as("terminated").isTrue();
    return subscriber;
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B10 items and the end come on the scheduler, onSubscribe where one subscribes")
  void signals_threads(Builder builder) {
    Noting noting = new Noting();
    builder.of(signals, () -> here("a")).subscribe(noting);
    List<String> expected =
        builder.hasValue()
            ? List.of("a on signals", "completed on signals")
            : List.of("completed on signals");
    assertThat(noting.signals().get(0))
        .isEqualTo("subscribed on " + Thread.currentThread().getName());
    assertThat(noting.signals().stream().skip(1)).containsExactlyElementsOf(expected);
    assertThat(bodies).allMatch(Thread::isVirtual);
    assertNothingLost();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B10 a failure comes on the scheduler, too, the same object")
  void signals_failure(Builder builder) throws Exception {
    IOException failure = new IOException("disk");
    Flowable<?> failing =
        builder.of(
            signals,
            () -> {
              throw failure;
            });
    Noting noting = new Noting();
    failing.subscribe(noting);
    assertThat(noting.signals()).hasSize(2);
    assertThat(noting.signals().get(1)).isEqualTo("failed on signals");
    ended(failing.test()).assertError(t -> t == failure);
    assertNothingLost();
  }

  static Stream<Arguments> everywhere() {
    List<Scheduler> schedulers =
        List.of(
            Schedulers.trampoline(),
            Schedulers.computation(),
            Schedulers.io(),
            Schedulers.newThread(),
            Schedulers.single(),
            Schedulers.from(Runnable::run),
            Schedulers.from(Thread::startVirtualThread));
    return Stream.of(Builder.values())
        .flatMap(builder -> schedulers.stream().map(s -> Arguments.of(builder, s)));
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  @DisplayName("B10 every scheduler will do, trampoline too")
  void signals_everyScheduler(Builder builder, Scheduler scheduler) throws Exception {
    TestSubscriber<?> subscriber = ended(builder.of(scheduler, () -> "a").test());
    subscriber.assertNoErrors().assertComplete();
    assertThat(subscriber.values()).hasSize(builder.hasValue() ? 1 : 0);
    assertNothingLost();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B10 each signal gives its worker back, a refused one too")
  void signals_workersGivenBack(Builder builder) throws Exception {
    for (Scheduler of : List.of(Schedulers.io(), ShutDown.IO.shutDown())) {
      Counting scheduler = new Counting(of);
      var unused = ended(builder.of(scheduler, () -> "a").test());
      assertThat(scheduler.made).hasPositiveValue();
      Eventually.until("all are given back", () -> scheduler.open.get() == 0);
    }
  }

  /** Counts its workers. */
  private static final class Counting extends Scheduler {
    private final Scheduler scheduler;
    final AtomicInteger made = new AtomicInteger();
    final AtomicInteger open = new AtomicInteger();

    Counting(Scheduler scheduler) {
      this.scheduler = scheduler;
    }

    @Override
    public Worker createWorker() {
      Worker worker = scheduler.createWorker();
      made.incrementAndGet();
      open.incrementAndGet();
      Disposable count = Disposable.fromRunnable(open::decrementAndGet);
      return new Worker() {
        @Override
        public Disposable schedule(Runnable run, long delay, TimeUnit unit) {
          return worker.schedule(run, delay, unit);
        }

        @Override
        public void dispose() {
          count.dispose();
          worker.dispose();
        }

        @Override
        public boolean isDisposed() {
          return worker.isDisposed();
        }
      };
    }
  }

  @Test
  @DisplayName("B2 B10 a flowable on a trampoline follows the demand")
  void flowable_trampoline_demand() throws Exception {
    TestSubscriber<Integer> subscriber =
        RxJavaBridge.<Integer>flowable(
                Schedulers.trampoline(),
                emitter -> {
                  for (int i = 1; i <= 5; i++) {
                    emitter.emit(i);
                  }
                })
            .test(2);
    subscriber.awaitCount(2).assertValues(1, 2).assertNotComplete();
    subscriber.request(3);
    ended(subscriber).assertResult(1, 2, 3, 4, 5);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B10 B6 dispose interrupts a sleeping body, without a signal or noise")
  void signals_disposed_quiet(Builder builder) {
    TestSubscriber<?> subscriber = builder.of(signals, this::sleep).test();
    await(inside);
    subscriber.cancel();
    awaitGone();
    subscriber.assertNoValues().assertNoErrors().assertNotComplete();
    assertNothingLost();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B10 B6 dispose while the scheduler has not begun the signal: none comes, no noise")
  void signals_disposedWhileQueued_quiet(Builder builder) {
    CountDownLatch busy = new CountDownLatch(1);
    executor.execute(() -> await(busy));
    TestSubscriber<?> subscriber = builder.of(signals, () -> here("a")).test();
    await(inside);
    if (builder == Builder.FLOWABLE || builder == Builder.OBSERVABLE) {
      Thread body = bodies.get(0);
      Eventually.until("emit waits", () -> body.getState() == Thread.State.WAITING);
    } else {
      awaitGone();
    }
    subscriber.cancel();
    awaitGone(); // while the scheduler is still busy
    CountDownLatch idle = new CountDownLatch(1);
    executor.execute(idle::countDown);
    busy.countDown();
    await(idle);
    subscriber.assertNoValues().assertNoErrors().assertNotComplete();
    assertNothingLost();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B10 A12 dispose while the scheduler has not begun the failure: to RxJava's hook")
  void signals_disposedWhileEndQueued_lost(Builder builder) {
    IOException failure = new IOException("disk");
    CountDownLatch busy = new CountDownLatch(1);
    executor.execute(() -> await(busy));
    TestSubscriber<?> subscriber =
        builder
            .of(
                signals,
                () -> {
                  here("fails");
                  throw failure;
                })
            .test();
    awaitGone();
    subscriber.cancel();
    CountDownLatch idle = new CountDownLatch(1);
    executor.execute(idle::countDown);
    busy.countDown();
    await(idle);
    subscriber.assertNoErrors().assertNotComplete();
    assertThat(lost.ofRxJava).containsExactly(failure);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B10 A12 a failure after the dispose goes to RxJavaPlugins.onError")
  void signals_failsAfterDispose_lost(Builder builder) {
    IOException late = new IOException("late");
    TestSubscriber<?> subscriber =
        builder
            .of(
                signals,
                () -> {
                  try {
                    return sleep();
                  } catch (InterruptedException e) {
                    throw late;
                  }
                })
            .test();
    await(inside);
    subscriber.cancel();
    Eventually.until("the report", () -> !lost.rx.isEmpty());
    awaitGone();
    assertThat(lost.ofRxJava).containsExactly(late);
    subscriber.assertNoErrors();
  }

  /** Schedulers that take nothing any more. */
  enum ShutDown {
    EXECUTOR {
      @Override
      Scheduler scheduler() {
        ExecutorService executor = Executors.newSingleThreadExecutor();
        executor.shutdown();
        return Schedulers.from(executor);
      }
    },
    SINGLE {
      @Override
      Scheduler scheduler() {
        return RxJavaPlugins.createSingleScheduler(Thread::new);
      }
    },
    COMPUTATION {
      @Override
      Scheduler scheduler() {
        return RxJavaPlugins.createComputationScheduler(Thread::new);
      }
    },
    IO {
      @Override
      Scheduler scheduler() {
        return RxJavaPlugins.createIoScheduler(Thread::new);
      }
    };

    abstract Scheduler scheduler();

    Scheduler shutDown() {
      Scheduler scheduler = scheduler();
      scheduler.shutdown();
      return scheduler;
    }
  }

  static Stream<Arguments> rejecting() {
    return Stream.of(Builder.values())
        .flatMap(builder -> Stream.of(ShutDown.values()).map(kind -> Arguments.of(builder, kind)));
  }

  @ParameterizedTest
  @MethodSource("rejecting")
  @DisplayName("B10 a scheduler that is shut down leaves nobody waiting: the rejection comes here")
  void signals_rejected_fails(Builder builder, ShutDown kind) throws Exception {
    TestSubscriber<?> subscriber = builder.of(kind.shutDown(), () -> here("a")).test();
    ended(subscriber).assertError(RejectedExecutionException.class).assertNoValues();
    awaitGone();
  }

  @ParameterizedTest
  @MethodSource("rejecting")
  @DisplayName("B10 A12 a failure that a scheduler rejects arrives as itself")
  void signals_rejectedFailure_asItself(Builder builder, ShutDown kind) throws Exception {
    IOException failure = new IOException("disk");
    TestSubscriber<?> subscriber =
        builder
            .of(
                kind.shutDown(),
                () -> {
                  here("fails");
                  throw failure;
                })
            .test();
    ended(subscriber).assertError(t -> t == failure);
    awaitGone();
    assertThat(lost.failures).hasSize(1);
    assertThat(lost.failures.get(0)).isInstanceOf(RejectedExecutionException.class);
  }

  @ParameterizedTest
  @MethodSource("rejecting")
  @DisplayName("B10 B6 dispose of a body whose scheduler is shut down: without noise")
  void signals_rejectedAndDisposed_quiet(Builder builder, ShutDown kind) {
    TestSubscriber<?> subscriber = builder.of(kind.shutDown(), this::sleep).test();
    await(inside);
    subscriber.cancel();
    awaitGone();
    subscriber.assertNoErrors().assertNotComplete();
    assertThat(lost.failures).isEmpty();
    // RxJava's schedulers report by themselves that they cannot run the end of the body
    assertThat(lost.ofRxJava).allMatch(t -> t instanceof RejectedExecutionException);
  }

  @Test
  @DisplayName("B10 a flowable whose scheduler is shut down on the way: emit throws, the end comes")
  void flowable_shutDownOnTheWay() throws Exception {
    Scheduler single = RxJavaPlugins.createSingleScheduler(Thread::new);
    List<Throwable> thrown = new CopyOnWriteArrayList<>();
    Flowable<Integer> numbers =
        RxJavaBridge.flowable(
            single,
            emitter -> {
              emitter.emit(1);
              try {
                emitter.emit(2);
              } catch (RejectedExecutionException e) {
                thrown.add(e);
              }
            });
    TestSubscriber<Integer> subscriber =
        numbers
            .doOnNext(i -> {
              single.shutdown();
              Thread.interrupted(); // which that sends to its own thread
            })
            .test();
    ended(subscriber).assertFailure(RejectedExecutionException.class, 1);
    assertThat(thrown).hasSize(1);
  }

  @Test
  @DisplayName("B10 cancel of a flowable's queued item: emit throws CancellationException")
  void flowable_cancelledWhileQueued_takenBack() {
    CountDownLatch busy = new CountDownLatch(1);
    executor.execute(() -> await(busy));
    List<Throwable> thrown = new CopyOnWriteArrayList<>();
    TestSubscriber<String> subscriber =
        RxJavaBridge.<String>flowable(
                signals,
                emitter -> {
                  here("emits");
                  try {
                    emitter.emit("a");
                  } catch (RuntimeException e) {
                    thrown.add(e);
                  }
                })
            .test();
    await(inside);
    Thread body = bodies.get(0);
    Eventually.until("emit waits", () -> body.getState() == Thread.State.WAITING);
    subscriber.cancel();
    awaitGone();
    busy.countDown();
    assertThat(thrown).hasSize(1);
    assertThat(thrown.get(0)).isInstanceOf(CancellationException.class);
    assertNothingLost();
  }
}
