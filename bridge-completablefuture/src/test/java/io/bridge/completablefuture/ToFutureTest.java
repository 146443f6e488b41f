package io.bridge.completablefuture;

import static io.bridge.completablefuture.CompletableFutureBridge.awaitable;
import static io.bridge.completablefuture.CompletableFutureBridge.toCompletableFuture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.Awaitable;
import io.bridge.Coroutine;
import io.bridge.Suspension;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.HeldSuspensions;
import io.bridge.fixtures.Nulls;
import io.bridge.fixtures.Race;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("B9 toCompletableFuture")
@Timeout(60)
class ToFutureTest {

  @SuppressWarnings("StaticAssignmentOfThrowable") // compared by identity, its trace is of no use
  private static final IOException CHECKED = new IOException("disk");

  private final HeldSuspensions<Suspension<? super @Nullable String>> hand =
      new HeldSuspensions<>(Suspension::onCancel);
  private final CompletableFuture<@Nullable String> future = converted(hand::take);
  private final Lost lost = new Lost();

  @AfterEach
  void nothingIsLeft() {
    lost.close();
    assertThat(Thread.interrupted()).isFalse();
  }

  private void assertNothingLost() {
    assertThat(lost.values).isEmpty();
    assertThat(lost.failures).isEmpty();
  }

  private static CompletableFuture<@Nullable String> converted(Awaitable<@Nullable String> source) {
    return CompletableFutureBridge.<@Nullable String>toCompletableFuture(source);
  }

  @Test
  @DisplayName("B9 hot: subscribed to at once, and once; the value, and null as null")
  void value() {
    assertThat(hand.subscriptions()).isEqualTo(1);
    assertThat(future).isNotDone();
    hand.last().resume("a");
    assertThat(future).isCompletedWithValue("a");

    CompletableFuture<@Nullable String> empty =
        converted(suspension -> suspension.resume(Nulls.<String>smuggled()));
    assertThat(empty.isDone()).isTrue();
    assertThat(empty.join()).isNull();
    assertThat(toCompletableFuture(awaitable(CompletableFuture.completedFuture("b"))).join())
        .isEqualTo("b");
    assertThat(hand.cancels()).isEmpty();
    assertNothingLost();
  }

  private static Stream<Named<Awaitable<@Nullable String>>> failures() {
    CompletableFuture<@Nullable String> layered = new CompletableFuture<>();
    layered.completeExceptionally(new CompletionException(new ExecutionException(CHECKED)));
    CompletableFuture<@Nullable String> plain = new CompletableFuture<>();
    plain.completeExceptionally(CHECKED);
    Future<@Nullable String> done = plain;
    return Stream.of(
        Named.of("future", awaitable(plain)),
        Named.of("layers of a future", awaitable(layered)),
        Named.of("layers of a dependent", awaitable(layered.<@Nullable String>thenApply(v -> v))),
        Named.of("stage", awaitable(Stages.<@Nullable String>foreign(layered))),
        Named.of("minimal stage", awaitable(layered.minimalCompletionStage())),
        Named.of("plain future", awaitable(done)),
        Named.of("suspension", suspension -> suspension.fail(CHECKED)),
        Named.of(
            "suspension, throwing",
            suspension -> {
              throw CHECKED;
            }));
  }

  /** What a callback gets; exceptionNow would remove a CompletionException. */
  private static @Nullable Throwable rawFailure(CompletableFuture<@Nullable String> failed) {
    AtomicReference<@Nullable Throwable> raw = new AtomicReference<>();
    CompletableFuture<?> unused = failed.whenComplete((value, failure) -> raw.set(failure));
    return raw.get();
  }

  @ParameterizedTest
  @MethodSource("failures")
  @DisplayName("B9 A7 the failure, the same object, checked too; layers of a stage are removed")
  void failure(Awaitable<@Nullable String> source) {
    CompletableFuture<@Nullable String> failed = converted(source);
    assertThat(rawFailure(failed)).isSameAs(CHECKED);
    assertThatThrownBy(failed::get)
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isSameAs(CHECKED);
    assertThatThrownBy(failed::join)
        .isInstanceOf(CompletionException.class)
        .cause()
        .isSameAs(CHECKED);
    assertNothingLost();
  }

  @Test
  @DisplayName("B9 a source that somebody else cancelled makes a cancelled future")
  void foreignCancellation() {
    CompletableFuture<@Nullable String> cancelled = new CompletableFuture<>();
    CompletableFuture<@Nullable String> ours =
        CompletableFutureBridge.<@Nullable String>toCompletableFuture(awaitable(cancelled));
    assertThat(cancelled.cancel(true)).isTrue();
    assertThat(ours).isCancelled();
    assertNothingLost();
  }

  @Test
  @DisplayName(
      "B9 complete, completeExceptionally and cancel answer as the JDK's: who has ended it")
  void answers() {
    List<Predicate<CompletableFuture<@Nullable String>>> ends =
        List.of(
            f -> f.complete("outside"), f -> f.completeExceptionally(CHECKED), f -> f.cancel(true));
    for (Predicate<CompletableFuture<@Nullable String>> first : ends) {
      CompletableFuture<@Nullable String> ours = converted(suspension -> {});
      CompletableFuture<@Nullable String> peer = new CompletableFuture<>();
      assertThat(first.test(ours)).isTrue().isEqualTo(first.test(peer));
      for (Predicate<CompletableFuture<@Nullable String>> second : ends) {
        assertThat(second.test(ours)).isEqualTo(second.test(peer));
      }
    }
  }

  private static Stream<Named<Consumer<CompletableFuture<@Nullable String>>>> endingsHere() {
    return Stream.of(
        Named.of("cancel(true)", f -> f.cancel(true)),
        Named.of("cancel(false)", f -> f.cancel(false)),
        Named.of("complete", f -> f.complete("outside")),
        Named.of("complete with null", f -> f.complete(null)),
        Named.of("completeExceptionally", f -> f.completeExceptionally(CHECKED)),
        Named.of("obtrudeValue", f -> f.obtrudeValue("outside")),
        Named.of("obtrudeException", f -> f.obtrudeException(CHECKED)),
        Named.of(
            "completeAsync in place",
            f -> assertThat(f.completeAsync(() -> "outside", Runnable::run)).isSameAs(f)),
        Named.of(
            "completeAsync that throws",
            f ->
                assertThat(
                        f.completeAsync(
                            () -> {
                              throw new IllegalStateException("of the supplier");
                            },
                            Runnable::run))
                    .isSameAs(f)));
  }

  @ParameterizedTest
  @MethodSource("endingsHere")
  @DisplayName("B9 completed from outside: the source is cancelled once, on that thread")
  void endedHere(Consumer<CompletableFuture<@Nullable String>> ending) {
    Fork<String> outside = Fork.platform(() -> ending.accept(future));
    outside.join();
    assertThat(future.isDone()).isTrue();
    assertThat(hand.cancels()).containsExactly(outside.thread());

    future.cancel(true);
    future.complete("second");
    future.completeExceptionally(new IllegalStateException("second"));
    ending.accept(future);
    assertThat(hand.cancels()).as("once").containsExactly(outside.thread());
    assertNothingLost();
  }

  private static Stream<Named<Consumer<CompletableFuture<@Nullable String>>>> endingsElsewhere() {
    return Stream.of(
        Named.of("orTimeout", f -> assertThat(f.orTimeout(1, TimeUnit.MILLISECONDS)).isSameAs(f)),
        Named.of(
            "completeOnTimeout",
            f -> assertThat(f.completeOnTimeout("late", 1, TimeUnit.MILLISECONDS)).isSameAs(f)),
        Named.of("completeAsync", f -> assertThat(f.completeAsync(() -> "other")).isSameAs(f)));
  }

  @ParameterizedTest
  @MethodSource("endingsElsewhere")
  @DisplayName("B9 completed by the JDK's threads: the source is cancelled once, there")
  void endedElsewhere(Consumer<CompletableFuture<@Nullable String>> ending) {
    ending.accept(future);
    Eventually.until("the cancel", () -> !hand.cancels().isEmpty());
    assertThat(future.isDone()).isTrue();
    assertThat(hand.cancels()).hasSize(1).doesNotContain(Thread.currentThread());
    assertNothingLost();
  }

  private static Stream<Named<Function<CompletableFuture<@Nullable String>, CompletableFuture<?>>>>
      dependents() {
    return Stream.of(
        Named.of("thenApply", f -> f.thenApply(value -> "b")),
        Named.of("whenComplete", f -> f.whenComplete((value, failure) -> {})),
        Named.of("handle", f -> f.handle((value, failure) -> "b")),
        Named.of("copy", CompletableFuture::copy),
        Named.of("minimalCompletionStage", f -> f.minimalCompletionStage().toCompletableFuture()),
        Named.of("anyOf", f -> CompletableFuture.anyOf(f)));
  }

  @ParameterizedTest
  @MethodSource("dependents")
  @DisplayName("B9 a dependent's end, in any way, ends the dependent only")
  void dependentEnded(Function<CompletableFuture<@Nullable String>, CompletableFuture<?>> of) {
    assertThat(of.apply(future).cancel(true)).isTrue();
    assertThat(of.apply(future).completeExceptionally(CHECKED)).isTrue();
    CompletableFuture<?> timedOut = of.apply(future).orTimeout(1, TimeUnit.MILLISECONDS);
    Eventually.until("timed out", timedOut::isDone);

    assertThat(hand.cancels()).isEmpty();
    assertThat(future).isNotDone();
    hand.last().resume("all the same");
    assertThat(future).isCompletedWithValue("all the same");
    assertNothingLost();
  }

  @ParameterizedTest
  @MethodSource("endingsHere")
  @DisplayName("B9 after the outcome nothing is cancelled")
  void endedAfterOutcome(Consumer<CompletableFuture<@Nullable String>> ending) {
    hand.last().resume("a");
    ending.accept(future);
    assertThat(hand.cancels()).isEmpty();
    assertNothingLost();
  }

  @Test
  @DisplayName(
      "A12 after a completion from outside: value discarded, failure reported, echo silent")
  void late() {
    IllegalStateException late = new IllegalStateException("late");
    assertThat(future.complete("outside")).isTrue();
    hand.last().fail(new CancellationException("the echo"));
    assertNothingLost();
    hand.last().resume("late");
    hand.last().fail(late);
    hand.last().resume(Nulls.<String>smuggled());

    assertThat(lost.values).containsExactly("late");
    assertThat(lost.failures).containsExactly(late);
    assertThat(future).isCompletedWithValue("outside");
  }

  @Test
  @DisplayName("A11 A12 the first outcome wins, the second is given up; an obtruded one, too")
  void secondOutcome() {
    hand.last().fail(CHECKED);
    hand.last().resume("second");
    hand.last().fail(new IllegalStateException("second"));
    assertThat(rawFailure(future)).isSameAs(CHECKED);
    future.obtrudeValue("obtruded");
    assertThat(future).isCompletedWithValue("obtruded");

    assertThat(lost.values).containsExactly("second");
    assertThat(lost.failures).hasSize(1);
  }

  @Test
  @DisplayName(
      "A16 an onCancel action that throws is reported; the future is cancelled all the same")
  void throwingAction() {
    IllegalStateException failure = new IllegalStateException("of an action");
    CompletableFuture<@Nullable String> ours =
        converted(suspension ->
            suspension.onCancel(() -> {
              throw failure;
            }));
    assertThat(ours.cancel(false)).isTrue();
    assertThat(ours).isCancelled();
    assertThat(lost.failures).containsExactly(failure);
  }

  @Test
  @DisplayName("B9 a coroutine, which is only observed")
  void ofCoroutine() {
    CompletableFuture<String> gate = new CompletableFuture<>();
    Coroutine<String> coroutine = Coroutine.start(() -> CompletableFutureBridge.await(gate));
    CompletableFuture<String> observed = toCompletableFuture(coroutine);
    CompletableFuture<String> cancelled = toCompletableFuture(coroutine);
    assertThat(cancelled.cancel(true)).isTrue();
    gate.complete("a");
    Eventually.until("the value", observed::isDone);
    assertThat(observed).isCompletedWithValue("a");
    assertThat(coroutine.await()).isEqualTo("a");
    assertNothingLost();
  }

  @Test
  @DisplayName("A14 a stage, which is only observed, and forgets a cancelled conversion")
  void ofStage() {
    CompletableFuture<String> shared = new CompletableFuture<>();
    CompletableFuture<String> ours = toCompletableFuture(awaitable(shared));
    assertThat(shared.getNumberOfDependents()).isEqualTo(1);
    assertThat(ours.cancel(true)).isTrue();
    assertThat(shared).isNotDone();
    assertThat(shared.getNumberOfDependents()).isZero();
    assertNothingLost();
  }

  /** A plain future has no callback: a virtual thread waits for it (A15). */
  private static CompletableFuture<String> ofRunning(FutureTask<String> task) {
    return toCompletableFuture(awaitable(task));
  }

  @Test
  @DisplayName("A15 a plain future that runs: its value; a cancel leaves it running")
  void ofPlainFuture() {
    FutureTask<String> task = new FutureTask<>(() -> "a");
    CompletableFuture<String> ours = ofRunning(task);
    CompletableFuture<String> cancelled = ofRunning(task);
    assertThat(cancelled.cancel(true)).isTrue();
    assertThat(task.isDone()).isFalse();
    task.run();
    Eventually.until("the value", ours::isDone);
    assertThat(ours).isCompletedWithValue("a");
    assertNothingLost();
  }

  @Test
  @DisplayName(
      "A7 A15 a plain future that fails, or is cancelled, while it is awaited: the same object")
  void ofPlainFutureFailing() {
    FutureTask<@Nullable String> failing =
        new FutureTask<>(() -> {
          throw CHECKED;
        });
    FutureTask<String> cancelled = new FutureTask<>(() -> "a");
    CompletableFuture<@Nullable String> failed = converted(awaitable(failing));
    CompletableFuture<String> ended = ofRunning(cancelled);
    failing.run();
    assertThat(cancelled.cancel(true)).isTrue();
    Eventually.until("the ends", () -> failed.isDone() && ended.isDone());
    assertThat(rawFailure(failed)).isSameAs(CHECKED);
    assertThat(ended).isCancelled();
    assertNothingLost();
  }

  @Test
  @DisplayName("A12 race of cancel and value: the future has it or it is discarded")
  void cancelAgainstValue() throws Exception {
    int rounds = 20_000;
    Map<String, Integer> outcomes =
        Race.balanced(rounds, "cancelled", "value", () -> new CancelAgainstValue(lost));
    assertThat(outcomes).containsOnlyKeys("cancelled", "value");
  }

  private static final class CancelAgainstValue implements Race.Round {
    private final HeldSuspensions<Suspension<? super @Nullable String>> hand =
        new HeldSuspensions<>(Suspension::onCancel);
    private final CompletableFuture<@Nullable String> future = converted(hand::take);
    private final Lost lost;

    CancelAgainstValue(Lost lost) {
      this.lost = lost;
      lost.values.clear();
    }

    @Override
    public void left() {
      future.cancel(false);
    }

    @Override
    public void right() {
      hand.last().resume("a");
    }

    @Override
    public String outcome() {
      boolean cancelled = future.isCancelled();
      assertThat(lost.values).isEqualTo(cancelled ? List.of("a") : List.of());
      assertThat(lost.failures).isEmpty();
      assertThat(hand.cancels()).hasSizeLessThanOrEqualTo(cancelled ? 1 : 0);
      return cancelled ? "cancelled" : "value";
    }
  }
}
