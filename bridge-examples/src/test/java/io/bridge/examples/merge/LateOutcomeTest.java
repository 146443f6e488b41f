package io.bridge.examples.merge;

import static io.bridge.Await.*;
import static io.bridge.Publishers.*;
import static io.bridge.completablefuture.CompletableFutureBridge.*;
import static io.bridge.reactor.ReactorBridge.*;
import static io.bridge.rxjava.RxJavaBridge.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Awaitable;
import io.bridge.Body;
import io.bridge.Coroutine;
import io.bridge.Cursor;
import io.bridge.Registration;
import io.bridge.Suspension;
import io.bridge.Undeliverable;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Probe;
import io.reactivex.rxjava3.subjects.CompletableSubject;
import io.reactivex.rxjava3.subjects.MaybeSubject;
import io.reactivex.rxjava3.subjects.PublishSubject;
import io.reactivex.rxjava3.subjects.SingleSubject;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.FlowAdapters;
import reactor.core.publisher.Sinks;

/** One thread cancels the code that awaits, and then ends the source, of every kind. */
@DisplayName("A7 a cancel that came first wins, of every kind of source")
@Timeout(120)
@SuppressWarnings("try") // closed, not used
class LateOutcomeTest {

  private static final int ROUNDS = 200;

  @SuppressWarnings("StaticAssignmentOfThrowable") // known by identity
  private static final IllegalStateException FAILURE = new IllegalStateException("late");

  /** One await, and what ends its source. */
  private record Late(
      Body<? extends @Nullable Object, Exception> await, Runnable value, Runnable failure) {

    static Late of(Probe<String> probe, Body<? extends @Nullable Object, Exception> await) {
      return new Late(await, () -> probe.next("late").complete(), () -> probe.fail(FAILURE));
    }

    static Late of(
        CompletableFuture<String> future, Body<? extends @Nullable Object, Exception> await) {
      return new Late(
          await, () -> future.complete("late"), () -> future.completeExceptionally(FAILURE));
    }

    static Late of(Hand hand, Body<? extends @Nullable Object, Exception> await) {
      return new Late(await, () -> hand.get().resume("late"), () -> hand.get().fail(FAILURE));
    }
  }

  /** An awaitable that ends when the test says so. */
  private static final class Hand implements Awaitable<String> {

    private volatile @Nullable Suspension<? super String> suspension;

    @Override
    public void subscribe(Suspension<? super String> newSuspension) {
      suspension = newSuspension;
    }

    Suspension<? super String> get() {
      Suspension<? super String> subscribed = suspension;
      if (subscribed == null) {
        throw new AssertionError("not subscribed");
      }
      return subscribed;
    }
  }

  private static Late single() {
    SingleSubject<String> source = SingleSubject.create();
    return new Late(
        () -> await(source), () -> source.onSuccess("late"), () -> source.onError(FAILURE));
  }

  private static Late maybe() {
    MaybeSubject<String> source = MaybeSubject.create();
    return new Late(
        () -> await(source), () -> source.onSuccess("late"), () -> source.onError(FAILURE));
  }

  private static Late completable() {
    CompletableSubject source = CompletableSubject.create();
    Body<? extends @Nullable Object, Exception> await =
        () -> {
          await(source);
          return "done";
        };
    return new Late(await, source::onComplete, () -> source.onError(FAILURE));
  }

  private static Late observable() {
    PublishSubject<String> source = PublishSubject.create();
    return new Late(
        () -> awaitLast(source),
        () -> {
          source.onNext("late");
          source.onComplete();
        },
        () -> source.onError(FAILURE));
  }

  private static Late mono() {
    Sinks.One<String> source = Sinks.one();
    return new Late(
        () -> await(source.asMono()),
        () -> source.tryEmitValue("late"),
        () -> source.tryEmitError(FAILURE));
  }

  private static Late flux() {
    Sinks.Many<String> source = Sinks.many().multicast().onBackpressureBuffer();
    return new Late(
        () -> awaitList(source.asFlux()),
        source::tryEmitComplete,
        () -> source.tryEmitError(FAILURE));
  }

  private static Late plainFuture() {
    FutureTask<String> value = new FutureTask<>(() -> "late");
    return new Late(() -> await(value), value, value);
  }

  private static Late failingPlainFuture() {
    FutureTask<String> failing =
        new FutureTask<>(() -> {
          throw FAILURE;
        });
    return new Late(() -> await(failing), failing, failing);
  }

  /** The await of a source. */
  private interface Awaiting<S> {
    @Nullable Object of(S source) throws Exception;
  }

  private static Late publisher(Awaiting<Probe<String>> await) {
    Probe<String> probe = new Probe<>();
    return Late.of(probe, () -> await.of(probe));
  }

  private static Late future(Awaiting<CompletableFuture<String>> await) {
    CompletableFuture<String> future = new CompletableFuture<>();
    return Late.of(future, () -> await.of(future));
  }

  private static Late hand(Awaiting<Hand> await) {
    Hand hand = new Hand();
    return Late.of(hand, () -> await.of(hand));
  }

  private static Arguments row(String name, Supplier<Late> source) {
    return Arguments.of(name, source);
  }

  static Stream<Arguments> sources() {
    return Stream.of(
        row("CompletableFuture", () -> future(future -> await(future))),
        row("awaitOrCancel", () -> future(future -> awaitOrCancel(future))),
        row("minimal stage", () -> future(future -> await(future.minimalCompletionStage()))),
        row("stage", () -> future(future -> await((CompletionStage<String>) future))),
        row("static Future", () -> future(future -> await((Future<String>) future))),
        row("plain Future", LateOutcomeTest::plainFuture),
        row("plain Future that fails", LateOutcomeTest::failingPlainFuture),
        row("awaitable(future)", () -> future(future -> await(awaitable(future)))),
        row(
            "awaitAll",
            () -> future(future -> awaitAll(List.of(awaitable(future), awaitable(future))))),
        row(
            "awaitAny",
            () -> future(future -> awaitAny(List.of(awaitable(future), awaitable(future))))),
        row("Mono", LateOutcomeTest::mono),
        row("Flux", LateOutcomeTest::flux),
        row("Single", LateOutcomeTest::single),
        row("Maybe", LateOutcomeTest::maybe),
        row("Completable", LateOutcomeTest::completable),
        row("Observable", LateOutcomeTest::observable),
        row("Publisher", () -> publisher(probe -> await(probe))),
        row("awaitFirst", () -> publisher(probe -> awaitFirst(probe))),
        row("awaitList", () -> publisher(probe -> awaitList(probe))),
        row("Flow", () -> publisher(probe -> await(FlowAdapters.toFlowPublisher(probe)))),
        row("awaitable(publisher)", () -> publisher(probe -> await(awaitable(probe)))),
        row("cursor", () -> publisher(LateOutcomeTest::nextOf)),
        row("toMono", () -> hand(hand -> await(toMono(hand)))),
        row("toSingle", () -> hand(hand -> await(toSingle(hand)))),
        row("toCompletableFuture", () -> hand(hand -> await(toCompletableFuture(hand)))),
        row("Awaitable", () -> hand(hand -> await(hand))),
        row(
            "suspend",
            () ->
                hand(hand ->
                    io.bridge.Await.<String>suspend(suspension -> hand.subscribe(suspension)))));
  }

  private static String nextOf(Probe<String> probe) {
    try (Cursor<String> items = iterate(probe)) {
      return items.next();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("sources")
  @DisplayName("A7 cancel(), then a value, on one thread: cancelled, in every round")
  void lateValue(String name, Supplier<Late> source) throws Exception {
    try (Registration discards = Undeliverable.onDiscard(value -> {})) {
      for (int i = 0; i < ROUNDS; i++) {
        Late late = source.get();
        assertThat(cancelledThen(late.await(), late.value())).isEqualTo(Coroutine.State.CANCELLED);
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("sources")
  @DisplayName("A7 cancel(), then a failure, on one thread: cancelled, in every round")
  void lateFailure(String name, Supplier<Late> source) throws Exception {
    try (Registration failures = Undeliverable.onFailure(failure -> {})) {
      for (int i = 0; i < ROUNDS; i++) {
        Late late = source.get();
        assertThat(cancelledThen(late.await(), late.failure()))
            .isEqualTo(Coroutine.State.CANCELLED);
      }
    }
  }

  private static Coroutine.State cancelledThen(
      Body<? extends @Nullable Object, Exception> await, Runnable end) {
    CompletableFuture<Thread> thread = new CompletableFuture<>();
    Coroutine<?> coroutine =
        Coroutine.<@Nullable Object>start(() -> {
          thread.complete(Thread.currentThread());
          return await.call();
        });
    Thread waiting = thread.join();
    Eventually.until("parked", () -> waiting.getState() == Thread.State.WAITING);
    coroutine.cancel();
    end.run();
    Eventually.until("the end", coroutine::isDone);
    return coroutine.state();
  }
}
