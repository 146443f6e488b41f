package io.bridge.reactor;

import static io.bridge.reactor.ReactorBridge.flux;
import static io.bridge.reactor.ReactorBridge.mono;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Body;
import io.bridge.fixtures.Eventually;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

@DisplayName("B10 mono and flux with a scheduler for their signals")
@Timeout(60)
class SignalsOnSchedulerTest {

  private static final Duration DEADLINE = Duration.ofSeconds(30);

  /** Each builder, seen as a Flux. */
  enum Builder {
    MONO,
    MONO_VOID,
    FLUX;

    Flux<?> of(Scheduler signals, Body<String, ? extends Exception> body) {
      return switch (this) {
        case MONO -> mono(signals, () -> body.call()).flux();
        case MONO_VOID ->
            mono(
                    signals,
                    () -> {
                      body.call();
                    })
                .flux();
        case FLUX -> ReactorBridge.<String>flux(signals, emitter -> emitter.emit(body.call()));
      };
    }

    boolean hasValue() {
      return this != MONO_VOID;
    }
  }

  /** Notes each signal with the name of its thread. */
  private static final class Noting extends BaseSubscriber<Object> {
    final List<String> signals = new CopyOnWriteArrayList<>();
    final List<Throwable> failures = new CopyOnWriteArrayList<>();
    final CountDownLatch end = new CountDownLatch(1);

    private void note(String signal) {
      signals.add(signal + " on " + Thread.currentThread().getName());
    }

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
      note("subscribed");
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    protected void hookOnNext(Object item) {
      note(item.toString());
    }

    @Override
    protected void hookOnError(Throwable failure) {
      note("failed");
      failures.add(failure);
      end.countDown();
    }

    @Override
    protected void hookOnComplete() {
      note("completed");
      end.countDown();
    }

    Noting ended() {
      await(end);
      return this;
    }
  }

  private final Lost lost = new Lost();
  private final Scheduler signals = Schedulers.newSingle("signals", true);
  private final List<Thread> bodies = new CopyOnWriteArrayList<>();
  private final CountDownLatch inside = new CountDownLatch(1);

  @AfterEach
  void nothingIsLeft() {
    lost.close();
    signals.dispose();
    assertThat(Thread.interrupted()).isFalse();
    // the second rejection of a flux that fails with the first
    assertThat(lost.failures).allMatch(t -> t instanceof RejectedExecutionException);
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

  private void awaitParked() {
    await(inside);
    Eventually.until("the body waits", () -> bodies.get(0).getState() == Thread.State.WAITING);
  }

  private static Scheduler disposed() {
    Scheduler scheduler = Schedulers.newSingle("disposed", true);
    scheduler.dispose();
    return scheduler;
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B10 items and the end come on the scheduler, onSubscribe where one subscribes")
  void signals_threads(Builder builder) {
    String here = Thread.currentThread().getName();
    Noting noting = new Noting();
    builder.of(signals, () -> here("a")).subscribe(noting);
    List<String> got = noting.ended().signals;
    assertThat(got.get(0)).isEqualTo("subscribed on " + here);
    assertThat(got.stream().skip(1).map(s -> s.replaceFirst("-.*", "")))
        .containsExactlyElementsOf(
            builder.hasValue()
                ? List.of("a on signals", "completed on signals")
                : List.of("completed on signals"));
    assertThat(bodies).allMatch(Thread::isVirtual);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B10 a failure comes on the scheduler, too, the same object")
  void signals_failure(Builder builder) {
    IOException failure = new IOException("disk");
    Noting noting = new Noting();
    builder
        .of(
            signals,
            () -> {
              throw failure;
            })
        .subscribe(noting);
    assertThat(noting.ended().failures).containsExactly(failure);
    assertThat(noting.signals.get(1)).startsWith("failed on signals");
    assertThat(lost.droppedErrors).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B12 B10 nothing runs at assembly; each subscriber gets a run of its own")
  void signals_cold(Builder builder) {
    AtomicInteger runs = new AtomicInteger();
    Flux<?> built = builder.of(signals, () -> "run " + runs.incrementAndGet());
    assertThat(runs).hasValue(0);
    for (int i = 1; i <= 3; i++) {
      built.then().block(DEADLINE);
      assertThat(runs).hasValue(i);
    }
  }

  static Stream<Named<Scheduler>> schedulers() {
    return Stream.of(
        Named.of("immediate", Schedulers.immediate()),
        Named.of("parallel", Schedulers.parallel()),
        Named.of("boundedElastic", Schedulers.boundedElastic()),
        Named.of("single", Schedulers.single()),
        Named.of(
            "virtual threads", Schedulers.fromExecutor(task -> Thread.startVirtualThread(task))));
  }

  @ParameterizedTest
  @MethodSource("schedulers")
  @DisplayName("B10 every scheduler will do, immediate too; demand and order are kept")
  void signals_everyScheduler(Scheduler scheduler) {
    Flux<Integer> numbers =
        flux(
            scheduler,
            emitter -> {
              for (int i = 1; i <= 1_000; i++) {
                emitter.emit(i);
              }
            });
    StepVerifier.create(numbers, 0)
        .expectSubscription()
        .thenRequest(2)
        .expectNext(1, 2)
        .thenRequest(Long.MAX_VALUE)
        .expectNextCount(998)
        .expectComplete()
        .verify(DEADLINE);
    StepVerifier.create(mono(scheduler, () -> "a"))
        .expectNext("a")
        .expectComplete()
        .verify(DEADLINE);
    StepVerifier.create(
            mono(
                scheduler,
                () -> {
                  here("done");
                }))
        .expectComplete()
        .verify(DEADLINE);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B10 B6 dispose interrupts a sleeping body, without a signal or noise")
  void signals_disposed_quiet(Builder builder) {
    Noting noting = new Noting();
    builder
        .of(
            signals,
            () -> {
              here("asleep");
              Thread.sleep(Duration.ofMinutes(5));
              return "slept";
            })
        .subscribe(noting);
    await(inside);
    noting.dispose();
    awaitGone();
    assertThat(noting.signals).hasSize(1);
    assertThat(lost.droppedErrors).isEmpty();
  }

  @Test
  @DisplayName("B10 a cancel takes an item of a flux back that the scheduler has not begun")
  void flux_cancelledWhileQueued_takenBack() {
    CountDownLatch busy = new CountDownLatch(1);
    signals.schedule(() -> await(busy));
    Noting noting = new Noting();
    List<Throwable> thrown = new CopyOnWriteArrayList<>();
    ReactorBridge.<String>flux(
            signals,
            emitter -> {
              here("emitting");
              try {
                emitter.emit("a");
              } catch (Throwable t) {
                thrown.add(t);
                throw t;
              }
            })
        .subscribe(noting);
    awaitParked();
    noting.dispose();
    awaitGone(); // while the scheduler is still busy
    CountDownLatch idle = new CountDownLatch(1);
    signals.schedule(idle::countDown);
    busy.countDown();
    await(idle);
    assertThat(noting.signals).hasSize(1);
    assertThat(thrown).hasSize(1);
    assertThat(thrown.get(0)).isInstanceOf(CancellationException.class);
    assertThat(lost.droppedErrors).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B10 A12 a failure after the cancel goes to onErrorDropped")
  void signals_failsAfterCancel_dropped(Builder builder) {
    IllegalStateException late = new IllegalStateException("cleanup failed");
    Noting noting = new Noting();
    builder
        .of(
            signals,
            () -> {
              here("asleep");
              try {
                Thread.sleep(Duration.ofMinutes(5));
              } catch (InterruptedException e) {
                throw late;
              }
              return "slept";
            })
        .subscribe(noting);
    await(inside);
    noting.dispose();
    Eventually.until("the report", () -> !lost.droppedErrors.isEmpty());
    awaitGone();
    assertThat(lost.droppedErrors).containsExactly(late);
    assertThat(noting.signals).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B10 a disposed scheduler leaves nobody waiting: the rejection is the failure")
  void signals_rejected_fails(Builder builder) {
    Noting noting = new Noting();
    builder.of(disposed(), () -> here("a")).subscribe(noting);
    assertThat(noting.ended().failures).hasSize(1);
    assertThat(noting.failures.get(0)).isInstanceOf(RejectedExecutionException.class);
    assertThat(noting.signals).hasSize(2);
    awaitGone();
  }

  @Test
  @DisplayName("B10 a flux whose scheduler is disposed on the way fails with the rejection")
  void flux_disposedOnTheWay_fails() {
    List<Integer> received = new CopyOnWriteArrayList<>();
    Flux<Integer> numbers =
        flux(
            signals,
            emitter -> {
              for (int i = 1; i <= 100; i++) {
                emitter.emit(i);
              }
            });
    StepVerifier.create(
            numbers.doOnNext(i -> {
              received.add(i);
              if (i == 3) {
                signals.dispose();
                Thread.interrupted(); // which that sends to its own thread
              }
            }))
        .expectNext(1, 2, 3)
        .expectError(RejectedExecutionException.class)
        .verify(DEADLINE);
    assertThat(received).containsExactly(1, 2, 3);
  }

  @Test
  @DisplayName("B10 A12 a failure that the scheduler of a flux rejects arrives as itself")
  void flux_rejectedFailure_asItself() {
    IOException failure = new IOException("disk");
    Noting noting = new Noting();
    ReactorBridge.<String>flux(
            disposed(),
            emitter -> {
              here("fails");
              throw failure;
            })
        .subscribe(noting);
    assertThat(noting.ended().failures).containsExactly(failure);
    awaitGone();
    assertThat(lost.failures).hasSize(1);
  }

  @Test
  @DisplayName("B10 a failure of a mono that its scheduler rejects is not lost")
  void mono_rejectedFailure_notLost() {
    IOException failure = new IOException("disk");
    Noting noting = new Noting();
    mono(
            disposed(),
            () -> {
              here("fails");
              throw failure;
            })
        .subscribe(noting);
    assertThat(noting.ended().failures).hasSize(1);
    Throwable got = noting.failures.get(0);
    assertThat(got == failure || List.of(got.getSuppressed()).contains(failure))
        .as("%s with %s", got, List.of(got.getSuppressed()))
        .isTrue();
  }
}
