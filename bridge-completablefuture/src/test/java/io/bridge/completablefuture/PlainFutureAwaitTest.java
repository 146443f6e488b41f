package io.bridge.completablefuture;

import static io.bridge.completablefuture.CompletableFutureBridge.await;
import static io.bridge.completablefuture.CompletableFutureBridge.awaitOrCancel;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.AwaitTimeoutException;
import io.bridge.Coroutine;
import io.bridge.completablefuture.Stages.PlainFuture;
import io.bridge.fixtures.BodyRun;
import io.bridge.fixtures.Fork;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PlainFutureAwaitTest {

  private final Lost lost = new Lost();

  @AfterEach
  void nothingIsLeft() {
    lost.close();
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  @DisplayName("A15 a FutureTask and a hand-written future: their value")
  void await_plain_value() {
    FutureTask<String> task = new FutureTask<>(() -> "task");
    Fork<String> fork = Fork.virtual(() -> await(task)).awaitParked();
    task.run();
    assertThat(fork.join()).isEqualTo("task");

    PlainFuture<String> plain = new PlainFuture<>();
    Fork<String> second = Fork.platform(() -> await(plain)).awaitParked();
    plain.complete("plain");
    assertThat(second.join()).isEqualTo("plain");
  }

  @Test
  @DisplayName("A7 failures of a FutureTask: unchecked as is, checked as the cause")
  void await_failedTask_unwrapped() {
    IllegalStateException unchecked = new IllegalStateException("mine");
    IOException io = new IOException("disk");

    assertThat(catchThrowable(() -> await(failing(unchecked)))).isSameAs(unchecked);
    assertThat(catchThrowable(() -> await(failing(io))))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isSameAs(io);
    assertThat(catchThrowable(() -> await(failing(new CompletionException(io)))))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isSameAs(io);
  }

  private static Future<String> failing(Exception failure) {
    FutureTask<String> task =
        new FutureTask<>(() -> {
          throw failure;
        });
    task.run();
    return task;
  }

  @Test
  @DisplayName("A7 a FutureTask that somebody else cancelled has failed")
  void await_cancelledTask_isAFailure() {
    FutureTask<String> task = new FutureTask<>(() -> "never");
    Fork<String> fork = Fork.virtual(() -> await(task)).awaitParked();
    task.cancel(false);

    assertThat(fork.joinFailure())
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(CancellationException.class);
  }

  @Test
  @DisplayName("A3 a completed future in a cancelled coroutine, or with the interrupt flag up")
  void await_completedButCancelled_throws() {
    PlainFuture<String> plain = new PlainFuture<>();
    plain.complete("v");
    BodyRun<String> awaiting = new BodyRun<>();
    Coroutine.start(() ->
        awaiting.call(() -> {
          Thread.currentThread().interrupt();
          return await(plain);
        }));
    assertThat(awaiting.failure()).isInstanceOf(CancellationException.class);

    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> await(plain)).isInstanceOf(CancellationException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  @DisplayName("A15 a cancelled, timed-out or interrupted await cancels nothing")
  void await_cancelled_observes() throws Exception {
    PlainFuture<String> plain = new PlainFuture<>();

    BodyRun<String> awaiting = new BodyRun<>();
    Coroutine<String> coroutine = Coroutine.start(() -> awaiting.call(() -> await(plain)));
    awaiting.awaitParked();
    coroutine.cancel();
    assertThat(awaiting.failure()).isInstanceOf(CancellationException.class);
    assertThatThrownBy(() -> Coroutine.withTimeout(Duration.ofMillis(1), () -> await(plain)))
        .isInstanceOf(AwaitTimeoutException.class);
    Fork<Boolean> fork =
        Fork.platform(
                () -> {
                  assertThatThrownBy(() -> await(plain)).isInstanceOf(CancellationException.class);
                  return Thread.currentThread().isInterrupted();
                })
            .awaitParked();
    assertThat(fork.interrupt().join()).as("A9 the flag stays up").isTrue();

    assertThat(plain.cancels()).isEmpty();
  }

  @Test
  @DisplayName("A15 awaitOrCancel calls cancel(true), once")
  void awaitOrCancel_cancelled_cancelTrue() throws Exception {
    PlainFuture<String> plain = new PlainFuture<>();
    BodyRun<String> awaiting = new BodyRun<>();
    Coroutine<String> coroutine = Coroutine.start(() -> awaiting.call(() -> awaitOrCancel(plain)));
    awaiting.awaitParked();
    coroutine.cancel();
    assertThat(awaiting.failure()).isInstanceOf(CancellationException.class);
    assertThat(plain.cancels()).containsExactly(true);
  }

  @Test
  @DisplayName("A15 awaitOrCancel interrupts a running FutureTask when it times out")
  void awaitOrCancel_timedOut_interruptsTheTask() {
    CompletableFuture<String> seen = new CompletableFuture<>();
    CompletableFuture<String> running = new CompletableFuture<>();
    FutureTask<String> task =
        new FutureTask<>(() -> {
          running.complete("yes");
          try {
            Thread.sleep(Duration.ofMinutes(5));
          } catch (InterruptedException e) {
            seen.complete("interrupted");
          }
          return "late";
        });
    Fork<String> worker = Fork.platform(task::run);
    await(running);

    assertThatThrownBy(
            () -> Coroutine.withTimeout(Duration.ofMillis(100), () -> awaitOrCancel(task)))
        .isInstanceOf(AwaitTimeoutException.class);

    assertThat(await(seen)).isEqualTo("interrupted");
    assertThat(task.isCancelled()).isTrue();
    worker.join();
  }

  @Test
  @DisplayName("A15 a plain Future that is a stage at run time is awaited as one: it observes")
  void await_futureThatIsAStage_asStage() throws Exception {
    CompletableFuture<String> future = new CompletableFuture<>();
    Future<String> both = Stages.both(future);
    BodyRun<String> awaiting = new BodyRun<>();
    Coroutine.start(() -> awaiting.call(() -> await(both)));
    awaiting.awaitParked();
    assertThat(future.getNumberOfDependents()).isEqualTo(1);
    future.completeExceptionally(new CompletionException(new IllegalStateException("unwrapped")));
    assertThat(awaiting.failure())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("unwrapped");
  }

  @Test
  @DisplayName("A11 a future whose cancel throws: our cancellation all the same, A12 and a report")
  void awaitOrCancel_cancelThrows_reported() throws Exception {
    IllegalStateException refusal = new IllegalStateException("cannot be cancelled");
    FutureTask<String> task =
        new FutureTask<>(() -> "never") {
          @Override
          public boolean cancel(boolean mayInterruptIfRunning) {
            throw refusal;
          }
        };
    BodyRun<String> awaiting = new BodyRun<>();
    Coroutine<String> coroutine = Coroutine.start(() -> awaiting.call(() -> awaitOrCancel(task)));
    awaiting.awaitParked();

    coroutine.cancel();
    assertThat(awaiting.failure()).isInstanceOf(CancellationException.class);

    assertThat(lost.failures).containsExactly(refusal);
  }
}
