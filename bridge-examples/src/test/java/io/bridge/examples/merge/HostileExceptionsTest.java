package io.bridge.examples.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Await;
import io.bridge.Awaitable;
import io.bridge.Coroutine;
import io.bridge.Publishers;
import io.bridge.Undeliverable;
import io.bridge.completablefuture.CompletableFutureBridge;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.HostileFailure;
import io.bridge.fixtures.HostileFailure.Kin;
import io.bridge.fixtures.HostileFailure.Maker;
import io.bridge.reactor.ReactorBridge;
import io.bridge.rxjava.RxJavaBridge;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/** As the test of the same name in bridge-core, by the awaits and builders of the libraries. */
@DisplayName("A6 A8 A11 hostile failures, through the awaits and builders of all libraries")
@Timeout(120)
class HostileExceptionsTest {

  private interface Meeting {
    void with(Exception failure) throws Exception;
  }

  private record Way(String name, Meeting meeting) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static String sneaking(Exception failure) throws Exception {
    throw failure;
  }

  private static Awaitable<String> failing(Exception failure) {
    return suspension -> suspension.fail(failure);
  }

  static Stream<Way> ofReactor() {
    return Stream.of(
        new Way("Mono, scalar", f -> ReactorBridge.await(Mono.error(f))),
        new Way("Mono", f -> ReactorBridge.await(Mono.<String>create(sink -> sink.error(f)))),
        new Way("fromCallable", f -> ReactorBridge.await(Mono.fromCallable(() -> sneaking(f)))),
        new Way("Flux", f -> Await.awaitList(Flux.<String>create(sink -> sink.error(f)))),
        new Way("mono", f -> ReactorBridge.await(ReactorBridge.<String>mono(() -> sneaking(f)))),
        new Way("flux", f -> Await.awaitList(ReactorBridge.flux(emitter -> sneaking(f)))),
        new Way("toMono", f -> ReactorBridge.await(ReactorBridge.toMono(failing(f)))),
        new Way("retry", HostileExceptionsTest::notRetried),
        new Way("cursor", f -> first(Flux.create(sink -> sink.error(f)))));
  }

  private static void notRetried(Exception failure) throws Exception {
    Retry none = Retry.max(1).filter(thrown -> false);
    ReactorBridge.<String, Exception>retry(none, () -> sneaking(failure));
  }

  private static void first(Flux<String> items) {
    try (var cursor = Publishers.iterate(items)) {
      cursor.next();
    }
  }

  static Stream<Way> ofRxJava() {
    return Stream.of(
        new Way("Single", f -> RxJavaBridge.await(Single.error(f))),
        new Way("Maybe", f -> RxJavaBridge.await(Maybe.error(f))),
        new Way("Completable", f -> RxJavaBridge.await(Completable.error(f))),
        new Way("Observable", f -> RxJavaBridge.await(Observable.error(f))),
        new Way("Flowable", f -> Await.awaitList(Flowable.error(f))),
        new Way("single", f -> RxJavaBridge.await(RxJavaBridge.<String>single(() -> sneaking(f)))),
        new Way("flowable", f -> Await.awaitList(RxJavaBridge.flowable(e -> sneaking(f)))),
        new Way("toSingle", f -> RxJavaBridge.await(RxJavaBridge.<String>toSingle(failing(f)))));
  }

  static Stream<Way> ofFutures() {
    return Stream.of(
        new Way("future", f -> await(CompletableFuture.failedFuture(f))),
        new Way("stage", f -> await(CompletableFuture.failedFuture(f).minimalCompletionStage())),
        new Way(
            "awaitable",
            f ->
                Await.<@Nullable Object>awaitAll(
                    CompletableFutureBridge.awaitable(CompletableFuture.failedFuture(f)))),
        new Way(
            "future of a body",
            f -> await(CompletableFutureBridge.<String>future(() -> sneaking(f)))),
        new Way(
            "toFuture",
            f -> await(CompletableFutureBridge.<String>toCompletableFuture(failing(f)))));
  }

  private static void await(CompletionStage<?> stage) {
    CompletableFutureBridge.<@Nullable Object>await(stage);
  }

  @ParameterizedTest
  @MethodSource({"ofReactor", "ofRxJava"})
  @DisplayName("A6 (2), A8 (2): the await gets the failure, all else goes on")
  void meets(Way way) throws Exception {
    for (Maker maker : HostileFailure.family(Kin.UNCHECKED, Kin.CHECKED, Kin.INTERRUPTION)) {
      meet(way, maker);
    }
  }

  /** The JDK's futures themselves ask for the text of a failure. */
  @ParameterizedTest
  @MethodSource("ofFutures")
  @DisplayName("A6 (2), A8 (2): the same of stages")
  void meetsStage(Way way) throws Exception {
    for (Maker maker : HostileFailure.family(Kin.UNCHECKED, Kin.CHECKED)) {
      if (!maker.asksText()) {
        meet(way, maker);
      }
    }
  }

  @SuppressWarnings("try") // the registration is only held
  private static void meet(Way way, Maker maker) throws Exception {
    try (HostileFailure hostile = maker.make();
        var unused = Undeliverable.onFailure(failure -> {})) {
      Throwable thrown = Fork.virtual(() -> way.meeting.with(hostile.exception())).joinFailure();
      if (!hostile.isIn(thrown)) {
        throw new AssertionError(maker + " became " + thrown.getClass());
      }
      assertThat(Coroutine.start(() -> "goes on").await()).isEqualTo("goes on");
    }
  }
}
