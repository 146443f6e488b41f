package io.bridge.completablefuture;

import static io.bridge.completablefuture.CompletableFutureBridge.future;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Eventually;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("B10 future with an executor that completes it")
@Timeout(60)
class SignalsOnExecutorTest {

  private final Lost lost = new Lost();
  private final ExecutorService single =
      Executors.newSingleThreadExecutor(task -> new Thread(task, "signals"));
  private final CountDownLatch open = new CountDownLatch(1);
  private final CountDownLatch inside = new CountDownLatch(1);
  private final List<Thread> bodies = new CopyOnWriteArrayList<>();

  @AfterEach
  void nothingIsLeft() {
    single.shutdownNow();
    lost.close();
    assertThat(Thread.interrupted()).isFalse();
  }

  private static String here() {
    return Thread.currentThread().getName();
  }

  private static <T extends @Nullable Object> T of(CompletableFuture<T> future) {
    return future.orTimeout(30, TimeUnit.SECONDS).join();
  }

  private void enter() {
    bodies.add(Thread.currentThread());
    inside.countDown();
  }

  private void awaitInside() {
    Eventually.until("the body", () -> inside.getCount() == 0);
  }

  private void awaitGone() {
    awaitInside();
    for (Thread body : bodies) {
      Eventually.until("the end of the body's thread", () -> !body.isAlive());
    }
  }

  @Test
  @DisplayName("B10 dependents of both forms run on the executor, the body does not")
  void future_dependents_onTheExecutor() {
    CompletableFuture<String> value =
        future(
            single,
            () -> {
              enter();
              open.await(); // so that the dependent is there before the value
              return "a";
            });
    CompletableFuture<@Nullable Void> done =
        future(
            single,
            () -> {
              open.await();
            });
    CompletableFuture<String> ofValue = value.thenApply(v -> v + " on " + here());
    CompletableFuture<String> ofDone = done.thenApply(nothing -> "done on " + here());
    open.countDown();
    assertThat(of(ofValue)).isEqualTo("a on signals");
    assertThat(of(ofDone)).isEqualTo("done on signals");
    assertThat(bodies).allMatch(Thread::isVirtual);
  }

  @Test
  @DisplayName("B10 a failure comes by the executor, too, the same object")
  void future_failure_onTheExecutor() {
    IOException failure = new IOException("disk");
    CompletableFuture<String> failing =
        future(
            single,
            () -> {
              open.await();
              throw failure;
            });
    List<String> threads = new CopyOnWriteArrayList<>();
    CompletableFuture<String> told = failing.whenComplete((v, t) -> threads.add(here()));
    open.countDown();
    assertThatThrownBy(() -> of(told)).isInstanceOf(CompletionException.class).hasCause(failure);
    assertThat(threads).containsExactly("signals");
    assertThat(lost.failures).isEmpty();
  }

  @Test
  @DisplayName("B10 an executor that runs it here will do")
  void future_direct() {
    Executor direct = Runnable::run;
    assertThat(of(future(direct, () -> "a"))).isEqualTo("a");
    assertThat(of(CompletableFutureBridge.<@Nullable String>future(direct, () -> null))).isNull();
  }

  @Test
  @DisplayName("B10 B6 cancel interrupts the body, without noise")
  void future_cancelled_quiet() {
    CompletableFuture<String> sleeping =
        future(
            single,
            () -> {
              enter();
              Thread.sleep(Duration.ofMinutes(5));
              return "slept";
            });
    awaitInside();
    assertThat(sleeping.cancel(true)).isTrue();
    awaitGone();
    assertThat(lost.failures).isEmpty();
    assertThat(lost.values).isEmpty();
  }

  @Test
  @DisplayName("B10 A12 cancel while the executor has not begun: cancelled, the value is discarded")
  void future_cancelledWhileQueued() {
    LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    CompletableFuture<String> queued =
        future(
            tasks::add,
            () -> {
              enter();
              return "a";
            });
    Eventually.until("a task", () -> !tasks.isEmpty());
    assertThat(queued.isDone()).isFalse();
    assertThat(queued.cancel(true)).isTrue();
    tasks.remove().run();
    assertThat(queued).isCancelled();
    assertThat(lost.values).containsExactly("a");
    assertThat(lost.failures).isEmpty();
  }

  @Test
  @DisplayName(
      "B10 A12 an executor that rejects: the future fails with that, the value is discarded")
  void future_rejected_fails() {
    single.shutdown();
    CompletableFuture<String> rejected = future(single, () -> "a");
    Throwable failure = catchThrowable(() -> of(rejected));
    assertThat(failure)
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(RejectedExecutionException.class);
    Eventually.until("the discard", () -> !lost.values.isEmpty());
    assertThat(lost.values).containsExactly("a");
    assertThat(lost.failures).isEmpty();

    CompletableFuture<@Nullable Void> done = future(single, () -> {});
    assertThatThrownBy(() -> of(done)).hasCauseInstanceOf(RejectedExecutionException.class);
  }

  @Test
  @DisplayName(
      "B10 A12 a failure that the executor rejects arrives as itself, the rejection is told")
  void future_rejectedFailure_asItself() {
    IOException failure = new IOException("disk");
    single.shutdown();
    CompletableFuture<String> failing =
        future(
            single,
            () -> {
              throw failure;
            });
    assertThatThrownBy(() -> of(failing)).hasCause(failure);
    Eventually.until("the report", () -> !lost.failures.isEmpty());
    assertThat(lost.failures).hasSize(1);
    assertThat(lost.failures.get(0)).isInstanceOf(RejectedExecutionException.class);
  }

  @Test
  @DisplayName("B10 B6 cancel of a body whose executor is shut down: without noise")
  void future_rejectedAndCancelled_quiet() {
    single.shutdown();
    CompletableFuture<String> sleeping =
        future(
            single,
            () -> {
              enter();
              Thread.sleep(Duration.ofMinutes(5));
              return "slept";
            });
    awaitInside();
    assertThat(sleeping.cancel(true)).isTrue();
    awaitGone();
    assertThat(lost.failures).isEmpty();
  }

  @Test
  @DisplayName("B11 B10 an Error in the body completes the future")
  void future_error() {
    NoClassDefFoundError error = new NoClassDefFoundError("thrown");
    CompletableFuture<String> failing =
        future(
            single,
            () -> {
              throw error;
            });
    assertThatThrownBy(() -> of(failing)).hasCause(error);
  }
}
