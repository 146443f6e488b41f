package io.bridge.completablefuture;

import static io.bridge.completablefuture.CompletableFutureBridge.await;
import static io.bridge.completablefuture.CompletableFutureBridge.awaitAll;
import static io.bridge.completablefuture.CompletableFutureBridge.awaitAny;
import static io.bridge.completablefuture.CompletableFutureBridge.awaitable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.AwaitTimeoutException;
import io.bridge.Awaitable;
import io.bridge.Coroutine;
import io.bridge.Suspension;
import io.bridge.fixtures.BodyRun;
import io.bridge.fixtures.Eventually;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
class ConversionMemoryTest {

  private static final int AWAITS = 100_000;
  private static final int TIMED_OUT_AWAITS = 20_000;
  private static final int MAX_LEFT = 10;

  /** The ways to await a conversion. */
  enum How {
    ALL,
    ANY,
    ALONE;

    String of(Awaitable<String> source) {
      return switch (this) {
        case ALL -> awaitAll(source).get(0);
        case ANY -> awaitAny(source);
        case ALONE -> await(source);
      };
    }
  }

  @Test
  @DisplayName("A13 100 000 failed awaitAll of one future leave fewer than 10 dependents")
  void awaitAll_failedOften_registrationsGo() {
    CompletableFuture<String> future = new CompletableFuture<>();
    IllegalStateException failure = new IllegalStateException();
    Awaitable<String> failing = suspension -> suspension.fail(failure);
    for (int i = 0; i < AWAITS; i++) {
      assertThat(catchThrowable(() -> awaitAll(awaitable(future), failing))).isSameAs(failure);
    }

    assertThat(future.getNumberOfDependents()).isLessThan(MAX_LEFT);
    assertThat(future.complete("still usable")).isTrue();
  }

  @Test
  @DisplayName("A13 100 000 won awaitAny of one future leave fewer than 10 dependents")
  void awaitAny_wonOften_registrationsGo() {
    CompletableFuture<String> future = new CompletableFuture<>();
    Awaitable<String> first = suspension -> suspension.resume("first");
    for (int i = 0; i < AWAITS; i++) {
      assertThat(awaitAny(awaitable(future), first)).isEqualTo("first");
    }

    assertThat(future.getNumberOfDependents()).isLessThan(MAX_LEFT);
  }

  @Test
  @DisplayName("A13 cancelled awaitAll of one future leave fewer than 10 dependents")
  void awaitAll_cancelledOften_registrationsGo() {
    CompletableFuture<String> future = new CompletableFuture<>();
    int atOnce = 1000;
    for (int round = 0; round < 10; round++) {
      List<Coroutine<List<String>>> waiting = new ArrayList<>();
      for (int i = 0; i < atOnce; i++) {
        waiting.add(Coroutine.start(() -> awaitAll(awaitable(future))));
      }
      Eventually.until("all wait", () -> future.getNumberOfDependents() == atOnce);
      waiting.forEach(Coroutine::cancel);
      for (Coroutine<?> each : waiting) {
        Eventually.until("the end", each::isDone);
      }
      assertThat(future.getNumberOfDependents()).isLessThan(MAX_LEFT);
    }
  }

  @Test
  @DisplayName("A13 timed-out awaits on a worker of a ForkJoinPool leave fewer than 10 dependents")
  void await_timedOutOnPoolWorker_registrationsGo() throws Exception {
    CompletableFuture<String> future = new CompletableFuture<>();
    try (ForkJoinPool pool = new ForkJoinPool(1)) {
      int timedOut =
          pool.submit(() -> timedOutAwaits(future))
              .get(2 * Eventually.DEADLINE.toSeconds(), TimeUnit.SECONDS);
      assertThat(timedOut).isEqualTo(TIMED_OUT_AWAITS);
    }

    assertThat(future.getNumberOfDependents()).isLessThan(MAX_LEFT);
  }

  private static int timedOutAwaits(CompletableFuture<String> future) {
    int timedOut = 0;
    for (int i = 0; i < TIMED_OUT_AWAITS; i++) {
      Duration timeout = Duration.ofNanos(ThreadLocalRandom.current().nextInt(1, 20_000));
      Throwable thrown = catchThrowable(() -> Coroutine.withTimeout(timeout, () -> await(future)));
      timedOut += thrown instanceof AwaitTimeoutException ? 1 : 0;
    }
    return timedOut;
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A13 a stage that stays keeps an empty callback of a cancelled await")
  void await_cancelled_stageKeepsNothing(How how) throws Exception {
    CompletableFuture<String> future = new CompletableFuture<>();
    List<WeakReference<?>> gone = cancelledAwait(how, awaitable(Stages.foreign(future)));

    assertCollected(gone);
    assertThat(future.getNumberOfDependents()).as("the empty callback").isEqualTo(1);
    assertThat(future.complete("still usable")).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A13 a source that keeps its suspension keeps nothing of a cancelled await")
  void await_cancelled_suspensionKeepsNothing(How how) throws Exception {
    List<Suspension<? super String>> kept = new CopyOnWriteArrayList<>();
    List<WeakReference<?>> gone = cancelledAwait(how, kept::add);

    assertCollected(gone);
    assertThat(kept).hasSize(1);
  }

  private static void assertCollected(List<WeakReference<?>> gone) {
    for (WeakReference<?> each : gone) {
      Eventually.until(
          "collected",
          () -> {
            System.gc();
            return each.get() == null;
          });
    }
  }

  private static List<WeakReference<?>> cancelledAwait(How how, Awaitable<String> source)
      throws Exception {
    List<WeakReference<?>> gone = new ArrayList<>();
    BodyRun<String> awaiting = new BodyRun<>();
    Coroutine<String> coroutine =
        Coroutine.start(() ->
            awaiting.call(() -> {
              Object local = new Object();
              gone.add(new WeakReference<>(local));
              String value = how.of(source);
              return value + local;
            }));
    awaiting.awaitParked();
    coroutine.cancel();
    assertThat(awaiting.failure()).isInstanceOf(CancellationException.class);
    Thread thread = awaiting.thread();
    Eventually.until("the end", () -> !thread.isAlive());
    gone.add(new WeakReference<>(thread));
    gone.add(new WeakReference<>(coroutine));
    return gone;
  }
}
