package io.bridge.completablefuture;

import static io.bridge.completablefuture.CompletableFutureBridge.await;
import static io.bridge.completablefuture.CompletableFutureBridge.awaitOrCancel;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.Await;
import io.bridge.AwaitTimeoutException;
import io.bridge.Coroutine;
import io.bridge.CoroutineScope;
import io.bridge.Registration;
import io.bridge.completablefuture.Stages.StageAndFuture;
import io.bridge.fixtures.BodyRun;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class StageAwaitTest {

  /** How one future is seen: as itself, or through a type that hides what it is. */
  private interface View extends Function<CompletableFuture<String>, CompletionStage<String>> {}

  private static Stream<Named<View>> views() {
    return Stream.of(
        Named.of("CompletableFuture", future -> future),
        Named.of("minimalCompletionStage", CompletableFuture::minimalCompletionStage),
        Named.of("hand-written stage", Stages::foreign),
        Named.of("stage and future", Stages::both));
  }

  private static Stream<Named<View>> ownableViews() {
    return views().filter(view -> !view.getName().equals("minimalCompletionStage"));
  }

  private final Lost lost = new Lost();

  @AfterEach
  void nothingIsLeft() {
    lost.close();
    assertThat(Thread.interrupted()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("views")
  @DisplayName("A4 a completed stage: its value")
  void await_completed_value(View view) {
    assertThat(await(view.apply(CompletableFuture.completedFuture("v")))).isEqualTo("v");
    assertThat(awaitOrCancel(view.apply(CompletableFuture.completedFuture("v")))).isEqualTo("v");
  }

  @ParameterizedTest
  @MethodSource("views")
  @DisplayName("section 2: a stage that completes later, with a value, and with null")
  void await_later_value(View view) {
    for (String value : new String[] {"later", null}) {
      CompletableFuture<@Nullable String> future = new CompletableFuture<>();
      CompletionStage<@Nullable String> stage = nullableView(view, future);
      Fork<@Nullable String> fork =
          Fork.<@Nullable String>virtual(() -> await(stage)).awaitParked();
      future.complete(value);
      assertThat(fork.join()).isEqualTo(value);
    }
  }

  @SuppressWarnings("unchecked") // a view does not look at values
  private static CompletionStage<@Nullable String> nullableView(
      View view, CompletableFuture<@Nullable String> future) {
    return (CompletionStage<@Nullable String>)
        (CompletionStage<?>) view.apply((CompletableFuture<String>) (CompletableFuture<?>) future);
  }

  @Test
  @DisplayName("section 1: the overloads take every type of future")
  void await_overloads_compile() {
    CompletableFuture<String> future = CompletableFuture.completedFuture("v");
    StageAndFuture<String> both = Stages.both(future);
    CompletionStage<String> stage = future;
    java.util.concurrent.Future<String> plain = future;
    Object asObject = await(both);

    assertThat(await(future) + await(both) + await(stage) + await(plain) + asObject)
        .isEqualTo("vvvvv");
    assertThat(
            awaitOrCancel(future)
                + awaitOrCancel(both)
                + awaitOrCancel(stage)
                + awaitOrCancel(plain))
        .isEqualTo("vvvv");
  }

  @ParameterizedTest
  @MethodSource("views")
  @DisplayName("A7 all layers around a checked failure are removed")
  void await_layers_unwrapped(View view) {
    IOException io = new IOException("disk");
    Throwable layers = new CompletionException(new ExecutionException(new CompletionException(io)));

    assertThat(catchThrowable(() -> await(failed(view, layers))))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isSameAs(io);
  }

  @ParameterizedTest
  @MethodSource("views")
  @DisplayName("A7 all layers around an unchecked failure are removed, now or later")
  void await_unchecked_sameObject(View view) throws Exception {
    IllegalStateException unchecked = new IllegalStateException("mine");
    AssertionError error = new AssertionError("mine");

    assertThat(catchThrowable(() -> await(failed(view, unchecked)))).isSameAs(unchecked);
    assertThat(catchThrowable(() -> await(failed(view, error)))).isSameAs(error);
    assertThat(catchThrowable(() -> await(failed(view, new CompletionException(unchecked)))))
        .isSameAs(unchecked);

    CompletableFuture<String> future = new CompletableFuture<>();
    CompletionStage<String> stage = view.apply(future);
    Fork<String> fork = Fork.virtual(() -> await(stage)).awaitParked();
    future.completeExceptionally(new ExecutionException(unchecked));
    assertThat(fork.joinFailure()).isSameAs(unchecked);
  }

  @ParameterizedTest
  @MethodSource("views")
  @DisplayName("A7 a checked failure is the cause of a CompletionException")
  void await_checked_cause(View view) {
    IOException io = new IOException("disk");

    assertThat(catchThrowable(() -> await(failed(view, io))))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isSameAs(io);
  }

  private static CompletionStage<String> failed(View view, Throwable failure) {
    CompletableFuture<String> future = new CompletableFuture<>();
    future.completeExceptionally(failure);
    return view.apply(future);
  }

  @ParameterizedTest
  @MethodSource("views")
  @DisplayName("A7 a foreign cancellation is a failure: the original object as the cause")
  void await_foreignCancellation_isAFailure(View view) throws Exception {
    CompletableFuture<String> future = new CompletableFuture<>();
    CompletionStage<String> stage = view.apply(future);
    BodyRun<String> awaiting = new BodyRun<>();
    Coroutine<String> coroutine = Coroutine.start(() -> awaiting.call(() -> await(stage)));
    awaiting.awaitParked();

    future.cancel(true);

    Throwable original = future.handle((value, failure) -> failure).join();
    assertThat(original).isInstanceOf(CancellationException.class);
    assertThat(awaiting.failure())
        .isInstanceOf(CompletionException.class)
        .cause()
        .isSameAs(original);
    Eventually.until("the end", coroutine::isDone);
    assertThat(coroutine.state())
        .as("a coroutine never dies silently")
        .isEqualTo(Coroutine.State.FAILED);
    assertThat(catchThrowable(() -> await(stage)))
        .as("awaited again, already cancelled")
        .cause()
        .isSameAs(original);
  }

  @ParameterizedTest
  @MethodSource("views")
  @DisplayName("A7 a foreign cancellation keeps its identity when a cancellation caused it")
  void await_foreignCancellationWithCause_sameObject(View view) {
    CancellationException original = new CancellationException("outer");
    original.initCause(new CancellationException("inner"));

    assertThat(catchThrowable(() -> await(failed(view, original)))).cause().isSameAs(original);
  }

  @ParameterizedTest
  @MethodSource("views")
  @DisplayName("A3 in a cancelled coroutine a completed stage is not looked at")
  void await_completedInCancelledCoroutine_throws(View view) {
    CompletionStage<String> stage = view.apply(CompletableFuture.completedFuture("v"));
    BodyRun<String> awaiting = new BodyRun<>();
    Coroutine.start(() ->
        awaiting.call(() -> {
          Coroutine<?> self = Coroutine.current();
          requireNonNull(self).cancel("enough");
          return await(stage);
        }));

    assertThat(awaiting.failure()).isInstanceOf(CancellationException.class).hasMessage("enough");
  }

  @ParameterizedTest
  @MethodSource("views")
  @DisplayName("A3 with the interrupt flag up a completed stage is not looked at; the flag stays")
  void await_completedWithInterrupt_throws(View view) {
    CompletionStage<String> stage = view.apply(CompletableFuture.completedFuture("v"));

    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> await(stage)).isInstanceOf(CancellationException.class);
    assertThat(Thread.interrupted()).isTrue();

    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> awaitOrCancel(stage)).isInstanceOf(CancellationException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("views")
  @DisplayName("A9 an interrupt of a plain thread ends the await with the flag up; A14 it observes")
  void await_interrupted_flagStaysUp(View view) {
    CompletableFuture<String> future = new CompletableFuture<>();
    CompletionStage<String> stage = view.apply(future);
    Fork<Boolean> fork =
        Fork.platform(
                () -> {
                  assertThatThrownBy(() -> await(stage)).isInstanceOf(CancellationException.class);
                  return Thread.currentThread().isInterrupted();
                })
            .awaitParked();

    fork.interrupt();

    assertThat(fork.join()).isTrue();
    assertThat(future.isDone()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("views")
  @DisplayName("A2 refused where nobody may wait, before the stage is looked at or cancelled")
  @SuppressWarnings("try") // closed, not used
  void await_refusedThread_stageUntouched(View view) {
    CompletableFuture<String> future = new CompletableFuture<>();
    CompletionStage<String> stage = view.apply(future);
    int ofView = future.getNumberOfDependents();
    Thread here = Thread.currentThread();

    try (Registration refused = Await.rejectOn(thread -> thread == here)) {
      assertThatThrownBy(() -> await(stage)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> awaitOrCancel(stage)).isInstanceOf(IllegalStateException.class);
    }

    assertThat(future.isDone()).isFalse();
    assertThat(future.getNumberOfDependents()).isEqualTo(ofView);
  }

  @ParameterizedTest
  @MethodSource("views")
  @DisplayName("A14 a cancelled or timed-out await leaves the stage alone, and other waiters too")
  void await_cancelled_observes(View view) throws Exception {
    CompletableFuture<String> future = new CompletableFuture<>();
    CompletionStage<String> stage = view.apply(future);
    Fork<String> other = Fork.virtual(() -> await(stage)).awaitParked();
    BodyRun<String> awaiting = new BodyRun<>();
    Coroutine<String> coroutine = Coroutine.start(() -> awaiting.call(() -> await(stage)));
    awaiting.awaitParked();

    coroutine.cancel("enough");
    assertThat(awaiting.failure()).isInstanceOf(CancellationException.class).hasMessage("enough");
    assertThatThrownBy(() -> Coroutine.withTimeout(Duration.ofMillis(1), () -> await(stage)))
        .isInstanceOf(AwaitTimeoutException.class);

    assertThat(future.isDone()).isFalse();
    future.complete("for the others");
    assertThat(other.join()).isEqualTo("for the others");
  }

  @ParameterizedTest
  @MethodSource("views")
  @DisplayName("A14 the value of a stage that is not ours is not discarded after a cancelled await")
  void await_cancelledThenValue_notDiscarded(View view) throws Exception {
    CompletableFuture<String> future = new CompletableFuture<>();
    CompletionStage<String> stage = view.apply(future);
    BodyRun<String> awaiting = new BodyRun<>();
    Coroutine<String> coroutine = Coroutine.start(() -> awaiting.call(() -> await(stage)));
    awaiting.awaitParked();
    coroutine.cancel();
    assertThat(awaiting.failure()).isInstanceOf(CancellationException.class);

    future.complete("somebody else's connection");

    assertThat(lost.values).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("views")
  @DisplayName(
      "A14 the failure of a stage that is not ours is not reported after a cancelled await")
  void await_cancelledThenFailure_notReported(View view) throws Exception {
    CompletableFuture<String> future = new CompletableFuture<>();
    CompletionStage<String> stage = view.apply(future);
    BodyRun<String> awaiting = new BodyRun<>();
    Coroutine<String> coroutine = Coroutine.start(() -> awaiting.call(() -> await(stage)));
    awaiting.awaitParked();
    coroutine.cancel();
    assertThat(awaiting.failure()).isInstanceOf(CancellationException.class);

    future.completeExceptionally(new IllegalStateException("others still see it"));

    assertThat(lost.failures).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("ownableViews")
  @DisplayName("A14 awaitOrCancel cancels the stage when the waiting is cancelled")
  void awaitOrCancel_cancelled_cancelsTheStage(View view) throws Exception {
    CompletableFuture<String> future = new CompletableFuture<>();
    CompletionStage<String> stage = view.apply(future);
    BodyRun<String> awaiting = new BodyRun<>();
    Coroutine<String> coroutine = Coroutine.start(() -> awaiting.call(() -> awaitOrCancel(stage)));
    awaiting.awaitParked();

    coroutine.cancel();
    assertThat(awaiting.failure()).isInstanceOf(CancellationException.class);

    assertThat(future.isCancelled()).isTrue();
    assertThat(lost.failures).as("the echo of our own cancel").isEmpty();
  }

  @ParameterizedTest
  @MethodSource("ownableViews")
  @DisplayName("A14 awaitOrCancel cancels the stage when the waiting times out or is interrupted")
  void awaitOrCancel_timedOutOrInterrupted_cancelsTheStage(View view) {
    CompletableFuture<String> slow = new CompletableFuture<>();
    assertThatThrownBy(() ->
            Coroutine.withTimeout(Duration.ofMillis(1), () -> awaitOrCancel(view.apply(slow))))
        .isInstanceOf(AwaitTimeoutException.class);
    // a deadline before the await began leaves the stage alone
    CompletableFuture<String> future = new CompletableFuture<>();
    Fork<String> fork = Fork.platform(() -> awaitOrCancel(view.apply(future))).awaitParked();

    fork.interrupt();

    assertThat(fork.joinFailure()).isInstanceOf(CancellationException.class);
    assertThat(future.isCancelled()).isTrue();
    assertThat(lost.failures).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("ownableViews")
  @DisplayName("A14, S4 in the block of a failed scope awaitOrCancel cancels the stage, too")
  void awaitOrCancel_scopeHasFailed_cancelsTheStage(View view) {
    CompletableFuture<String> running = new CompletableFuture<>();
    CompletableFuture<String> complete = CompletableFuture.completedFuture("nobody's");

    assertThatThrownBy(
            () -> {
              try (CoroutineScope<Object, @Nullable Void> scope = CoroutineScope.open()) {
                scope.fork(() -> {
                  throw new IllegalArgumentException("of the scope");
                });
                Eventually.until("the scope has failed", scope::isCancelled);
                assertThatThrownBy(() -> awaitOrCancel(view.apply(running)))
                    .hasMessage("of the scope");
                awaitOrCancel(view.apply(complete));
              }
            })
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("of the scope");

    assertThat(running.isCancelled()).isTrue();
    assertThat(lost.values).as("A12").containsExactly("nobody's");
  }

  @Test
  @DisplayName("A14 awaitOrCancel of the JDK's minimal stage, which refuses to be cancelled")
  void awaitOrCancel_minimalStage_reportsTheRefusal() throws Exception {
    CompletableFuture<String> future = new CompletableFuture<>();
    CompletionStage<String> stage = future.minimalCompletionStage();
    BodyRun<String> awaiting = new BodyRun<>();
    Coroutine<String> coroutine = Coroutine.start(() -> awaiting.call(() -> awaitOrCancel(stage)));
    awaiting.awaitParked();

    coroutine.cancel();
    assertThat(awaiting.failure()).isInstanceOf(CancellationException.class);

    assertThat(future.isDone()).isFalse();
    assertThat(lost.failures).hasSize(1);
    assertThat(lost.failures.get(0)).isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  @DisplayName("A12 a value that loses against the cancel of an owned stage is discarded")
  void awaitOrCancel_valueDuringCancel_discarded() throws Exception {
    CompletableFuture<String> future = completedByCancel();
    CompletionStage<String> stage = Stages.both(future);
    BodyRun<String> awaiting = new BodyRun<>();
    Coroutine<String> coroutine = Coroutine.start(() -> awaiting.call(() -> awaitOrCancel(stage)));
    awaiting.awaitParked();

    coroutine.cancel();
    assertThat(awaiting.failure()).isInstanceOf(CancellationException.class);

    assertThat(lost.values).containsExactly("too late");
  }

  @Test
  @DisplayName("A12 the same for a CompletableFuture")
  void awaitOrCancel_futureValueDuringCancel_discarded() throws Exception {
    CompletableFuture<String> future = completedByCancel();
    BodyRun<String> awaiting = new BodyRun<>();
    Coroutine<String> coroutine = Coroutine.start(() -> awaiting.call(() -> awaitOrCancel(future)));
    awaiting.awaitParked();

    coroutine.cancel();
    assertThat(awaiting.failure()).isInstanceOf(CancellationException.class);

    assertThat(lost.values).containsExactly("too late");
  }

  @Test
  @DisplayName("A12 a failure that loses against the cancel of an owned stage is reported")
  void awaitOrCancel_failureDuringCancel_reported() throws Exception {
    IllegalStateException failure = new IllegalStateException("too late");
    cancelBoth(f -> Fork.platform(() -> f.completeExceptionally(failure)).join());
    assertThat(lost.failures).containsExactly(failure, failure);
  }

  @Test
  @DisplayName("A12 a failure from inside our own cancel of an owned stage is its echo")
  void awaitOrCancel_failureOfCancel_silent() throws Exception {
    cancelBoth(f -> f.completeExceptionally(new IllegalStateException("closed")));
    assertThat(lost.failures).isEmpty();
  }

  /** Awaits a stage and a future that end in that way when they are cancelled. */
  private static void cancelBoth(Consumer<CompletableFuture<String>> end) throws Exception {
    for (boolean isFuture : new boolean[] {false, true}) {
      CompletableFuture<String> future = endedByCancel(end);
      CompletionStage<String> stage = isFuture ? future : Stages.both(future);
      BodyRun<String> awaiting = new BodyRun<>();
      Coroutine<String> coroutine =
          Coroutine.start(() -> awaiting.call(() -> awaitOrCancel(stage)));
      awaiting.awaitParked();
      coroutine.cancel();
      assertThat(awaiting.failure()).isInstanceOf(CancellationException.class);
    }
  }

  /** The value comes at the very moment of the cancel. */
  private static CompletableFuture<String> completedByCancel() {
    return endedByCancel(future -> future.complete("too late"));
  }

  private static CompletableFuture<String> endedByCancel(Consumer<CompletableFuture<String>> end) {
    return new CompletableFuture<>() {
      @Override
      public boolean cancel(boolean mayInterruptIfRunning) {
        end.accept(this);
        return super.cancel(mayInterruptIfRunning);
      }
    };
  }

  @Test
  @DisplayName("A11 a stage that throws out of whenComplete fails the await")
  void await_whenCompleteThrows_thatFailure() {
    IllegalStateException refusal = new IllegalStateException("refused");
    CompletableFuture<String> hostile =
        new CompletableFuture<>() {
          @Override
          public CompletableFuture<String> whenComplete(
              java.util.function.BiConsumer<? super String, ? super Throwable> action) {
            throw refusal;
          }
        };

    assertThat(catchThrowable(() -> await(Stages.foreign(hostile)))).isSameAs(refusal);
  }

  @Test
  @DisplayName("A11 a stage that calls back twice: the first outcome wins, nothing is thrown")
  void await_twoOutcomes_firstWins() {
    CompletableFuture<String> hostile =
        new CompletableFuture<>() {
          @Override
          public CompletableFuture<String> whenComplete(
              java.util.function.BiConsumer<? super String, ? super Throwable> action) {
            var unused = completedFuture("first").whenComplete(action);
            unused = completedFuture("second").whenComplete(action);
            return unused;
          }
        };

    assertThat(await(Stages.foreign(hostile))).isEqualTo("first");
    assertThat(lost.failures).isEmpty();
  }
}
