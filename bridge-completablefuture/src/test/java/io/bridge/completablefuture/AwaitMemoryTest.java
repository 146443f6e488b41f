package io.bridge.completablefuture;

import static io.bridge.completablefuture.CompletableFutureBridge.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.AwaitTimeoutException;
import io.bridge.Coroutine;
import io.bridge.fixtures.BodyRun;
import io.bridge.fixtures.Eventually;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AwaitMemoryTest {

  private static final int AWAITS = 100_000;
  private static final int TIMED_OUT_AWAITS = 20_000;
  private static final int MAX_LEFT = 10;

  @Test
  @DisplayName("A13 100 000 cancelled awaits of one future leave fewer than 10 dependents")
  void await_cancelledOften_registrationsGo() throws Exception {
    CompletableFuture<String> future = new CompletableFuture<>();
    int atOnce = 1000;
    for (int round = 0; round < AWAITS / atOnce; round++) {
      List<Coroutine<String>> waiting = new ArrayList<>();
      for (int i = 0; i < atOnce; i++) {
        waiting.add(Coroutine.start(() -> await(future)));
      }
      Eventually.until("all wait", () -> future.getNumberOfDependents() == atOnce);
      waiting.forEach(Coroutine::cancel);
      for (Coroutine<String> each : waiting) {
        Eventually.until("the end", each::isDone);
        assertThat(each.state()).isEqualTo(Coroutine.State.CANCELLED);
      }
      assertThat(future.getNumberOfDependents()).isLessThan(MAX_LEFT);
    }
  }

  @Test
  @DisplayName("A13 20 000 timed-out awaits of one future leave fewer than 10 dependents")
  void await_timedOutOften_registrationsGo() {
    CompletableFuture<String> future = new CompletableFuture<>();
    int timedOut = 0;
    for (int i = 0; i < TIMED_OUT_AWAITS; i++) {
      Duration timeout = Duration.ofNanos(ThreadLocalRandom.current().nextInt(1, 20_000));
      Throwable thrown = catchThrowable(() -> Coroutine.withTimeout(timeout, () -> await(future)));
      timedOut += thrown instanceof AwaitTimeoutException ? 1 : 0;
    }

    assertThat(timedOut).isEqualTo(TIMED_OUT_AWAITS);
    assertThat(future.getNumberOfDependents()).isLessThan(MAX_LEFT);
    assertThat(Thread.currentThread().isInterrupted()).as("no late interrupt").isFalse();
  }

  @Test
  @DisplayName("A13 after a cancelled await a stage that stays keeps neither thread nor locals")
  void await_cancelled_frameIsUnreachable() throws Exception {
    CompletableFuture<String> future = new CompletableFuture<>();
    CompletionStage<String> stage = Stages.foreign(future);
    List<WeakReference<?>> gone = cancelledAwait(stage);

    for (WeakReference<?> each : gone) {
      Eventually.until(
          "collected",
          () -> {
            System.gc();
            return each.get() == null;
          });
    }
    assertThat(future.getNumberOfDependents()).as("the empty callback").isEqualTo(1);
    assertThat(future.complete("still usable")).isTrue();
  }

  private static List<WeakReference<?>> cancelledAwait(CompletionStage<String> stage)
      throws Exception {
    BodyRun<String> awaiting = new BodyRun<>();
    Coroutine<String> coroutine =
        Coroutine.start(() ->
            awaiting.call(() -> {
              byte[] local = new byte[1000];
              String value = await(stage);
              return value + local.length;
            }));
    awaiting.awaitParked();
    coroutine.cancel();
    assertThat(awaiting.failure()).isInstanceOf(CancellationException.class);
    Eventually.until("the end", () -> !isAlive(awaiting));
    return List.of(new WeakReference<>(awaiting.thread()), new WeakReference<>(coroutine));
  }

  private static boolean isAlive(BodyRun<?> awaiting) {
    try {
      return awaiting.thread().isAlive();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
