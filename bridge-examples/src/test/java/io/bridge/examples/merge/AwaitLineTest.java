package io.bridge.examples.merge;

import static io.bridge.Publishers.*;
import static io.bridge.completablefuture.CompletableFutureBridge.*;
import static io.bridge.reactor.ReactorBridge.*;
import static io.bridge.rxjava.RxJavaBridge.*;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.Await;
import io.bridge.Awaitable;
import io.bridge.Coroutine;
import io.bridge.CoroutineContext;
import io.bridge.CoroutineScope;
import io.bridge.CoroutineScope.Joiner;
import io.bridge.Cursor;
import io.bridge.Registration;
import io.bridge.fixtures.Fork;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.FlowAdapters;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/** Wherever bridge says where its caller is, that is the caller's own line. */
@DisplayName("A8 A19 (2): the place of an await is the caller's line")
@Timeout(60)
class AwaitLineTest {

  private static final String HERE = AwaitLineTest.class.getName();

  private static RuntimeException failure() {
    return new IllegalStateException("source");
  }

  private static Mono<String> mono() {
    return Mono.error(failure());
  }

  private static Flux<String> flux() {
    return Flux.just("a").concatWith(mono()).hide();
  }

  private static Awaitable<String> awaitable() {
    return suspension -> suspension.fail(failure());
  }

  private static CompletableFuture<String> future() {
    return CompletableFuture.failedFuture(failure());
  }

  private static Future<String> plain() {
    FutureTask<String> task =
        new FutureTask<>(() -> {
          throw failure();
        });
    task.run();
    return task;
  }

  private static Coroutine<String> coroutine() {
    return Coroutine.start(() -> {
      throw failure();
    });
  }

  /** Each throws an unchecked failure that somebody else has made, from a line of this class. */
  private static Map<String, ThrowingCallable> awaits() {
    Map<String, ThrowingCallable> awaits = new LinkedHashMap<>();
    awaits.put("await(Mono)", () -> await(mono()));
    awaits.put("await(Mono), hidden", () -> await(mono().hide()));
    awaits.put("await(Flow.Publisher)", () -> await(FlowAdapters.toFlowPublisher(mono().hide())));
    awaits.put("await(Single)", () -> await(Single.<String>error(failure())));
    awaits.put("await(Maybe)", () -> await(Maybe.<String>error(failure())));
    awaits.put("await(Completable)", () -> await(Completable.error(failure())));
    awaits.put("await(Observable)", () -> await(Observable.<String>error(failure())));
    awaits.put("await(Flowable)", () -> await(Flowable.<String>error(failure())));
    awaits.put("await(CompletableFuture)", () -> await(future()));
    awaits.put("await(CompletionStage)", () -> await(future().minimalCompletionStage()));
    awaits.put("await(Future)", () -> await(plain()));
    awaits.put("awaitOrCancel", () -> awaitOrCancel(future()));
    awaits.put("await(Awaitable)", () -> await(awaitable()));
    awaits.put("suspend", () -> suspend(awaitable()));
    awaits.put("await(Coroutine)", () -> await(coroutine()));
    awaits.put("Coroutine.await", () -> coroutine().await());
    awaits.put("awaitSingle", () -> awaitSingle(flux()));
    awaits.put("awaitOptional", () -> awaitOptional(flux()));
    awaits.put("awaitFirst", () -> awaitFirst(mono().flux()));
    awaits.put("awaitFirstOrNull", () -> awaitFirstOrNull(mono().flux()));
    awaits.put("awaitFirstOrElse", () -> awaitFirstOrElse(mono().flux(), () -> "else"));
    awaits.put("awaitLast", () -> awaitLast(flux()));
    awaits.put("awaitLastOrNull", () -> awaitLastOrNull(flux()));
    awaits.put("awaitList", () -> awaitList(flux()));
    awaits.put("awaitCollect", () -> awaitCollect(flux(), Collectors.counting()));
    awaits.put("awaitCompletion", () -> awaitCompletion(flux()));
    awaits.put("awaitOrThrow", () -> awaitOrThrow(mono(), IllegalStateException.class));
    awaits.put("awaitOrThrow of RxJava", () -> awaitOrThrow(Single.error(failure()), Error.class));
    awaits.put("awaitOrThrow of a future", () -> awaitOrThrow(future(), Error.class));
    awaits.put("awaitAll", () -> awaitAll(awaitable(), awaitable()));
    awaits.put("awaitAll, combined", () -> awaitAll(awaitable(), coroutine(), (a, b) -> a));
    awaits.put("awaitAny", () -> awaitAny(awaitable()));
    more(awaits);
    return awaits;
  }

  private static void more(Map<String, ThrowingCallable> awaits) {
    awaits.put("mapConcurrent", () -> mapConcurrent(List.of(1), 1, i -> thrown()));
    awaits.put(
        "mapConcurrentUnordered", () -> mapConcurrentUnordered(List.of(1), 1, i -> thrown()));
    awaits.put("mapConcurrent, loop", () -> loop(mapConcurrent(Flux.just(1), 1, i -> thrown())));
    awaits.put("iterate", () -> loop(iterate(flux())));
    awaits.put("iterate Observable", () -> loop(iterate(Observable.<String>error(failure()))));
    awaits.put("forEachRemaining", () -> iterate(flux()).forEachRemaining(item -> {}));
    awaits.put("forEach", () -> forEach(flux(), item -> {}));
    awaits.put("stream", () -> sum(stream(flux())));
    awaits.put(
        "asInputStream", () -> readAll(asInputStream(Flux.<ByteBuffer>error(failure()).hide())));
    awaits.put("join", AwaitLineTest::join);
    awaits.put("join of allSuccessfulOrThrow", () -> join(Joiner.allSuccessfulOrThrow()));
    awaits.put("an await in a failed scope", AwaitLineTest::inFailedScope);
    awaits.put("a delay in a failed scope", () -> inFailedScope(() -> delay(Duration.ofDays(1))));
    awaits.put("a join in a failed scope", () -> inFailedScope(AwaitLineTest::joinInner));
    awaits.put(
        "a retry in a failed scope",
        () ->
            inFailedScope(() ->
                retry(
                    Retry.fixedDelay(9, Duration.ofDays(1)),
                    () -> {
                      throw new IllegalArgumentException("again");
                    })));
    awaits.put(
        "a runOn in a failed scope",
        () -> inFailedScope(() -> Coroutine.runOn(task -> {}, () -> "never")));
    awaits.put(
        "withTimeout", () -> Coroutine.withTimeout(Duration.ofDays(1), () -> awaitSingle(mono())));
    awaits.put(
        "withTimeout of a method reference",
        () ->
            Coroutine.<String, RuntimeException>withTimeout(
                Duration.ofDays(1), coroutine()::await));
    awaits.put(
        "with of a method reference",
        () ->
            CoroutineContext.<String, String, RuntimeException>with(
                CoroutineContext.Key.of("key"), "value", coroutine()::await));
    awaits.put("runOn", () -> Coroutine.runOn(ForkJoinPool.commonPool(), () -> foreign()));
    awaits.put(
        "retry",
        () -> retry(Retry.from(signals -> Mono.error(failure())), () -> awaitSingle(mono())));
    awaits.put(
        "a JDK stream over a method reference", () -> sum(Stream.of(mono()).map(Await::await)));
  }

  private static String thrown() {
    throw failure();
  }

  private static String foreign() {
    throw failure();
  }

  private static void loop(Cursor<?> cursor) {
    try (cursor) {
      while (cursor.hasNext()) {
        assertThat(cursor.next()).isNotNull();
      }
    }
  }

  private static long sum(Stream<?> stream) {
    try (stream) {
      return stream.mapToLong(item -> 1).sum();
    }
  }

  private static byte[] readAll(InputStream in) throws Exception {
    try (in) {
      return in.readAllBytes();
    }
  }

  private static void join() {
    join(Joiner.awaitAllSuccessfulOrThrow());
  }

  private static void join(Joiner<String, ?> joiner) {
    try (var scope = CoroutineScope.open(joiner)) {
      scope.fork(() -> thrown());
      scope.join();
    }
  }

  private static void inFailedScope() throws Throwable {
    inFailedScope(() -> await(Mono.never()));
  }

  private static void inFailedScope(ThrowingCallable awaiting) throws Throwable {
    try (var scope = CoroutineScope.<String>open()) {
      scope.fork(() -> thrown());
      awaiting.call();
    }
  }

  private static void joinInner() {
    try (var inner = CoroutineScope.<String>open()) {
      inner.fork(() -> awaitSingle(Mono.never()));
      inner.join();
    }
  }

  static Stream<String> names() {
    return awaits().keySet().stream();
  }

  private static ThrowingCallable named(String name) {
    return requireNonNull(awaits().get(name), name);
  }

  @ParameterizedTest
  @MethodSource("names")
  @DisplayName("A8 (2): the first frame of each site is one of the calling code")
  void site(String name) {
    Throwable thrown = catchThrowable(named(name));
    assertThat(thrown).isExactlyInstanceOf(IllegalStateException.class);
    assertThat(thrown.getSuppressed()).isNotEmpty();
    for (Throwable site : thrown.getSuppressed()) {
      assertThat(site).hasMessageStartingWith("awaited at " + HERE);
      assertThat(site.getStackTrace()[0].getClassName()).startsWith(HERE);
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  @DisplayName("A19 (2): the guard names the refused operation and the line of the calling code")
  void guard(String name) {
    try (Registration refusal = Await.rejectOn(thread -> !thread.isVirtual())) {
      assertThat(Fork.platform(() -> refused(named(name))).join())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageMatching("(?s)\\w+\\.\\w+ on thread .*")
          .hasMessageContaining("at " + HERE)
          .hasMessageContaining("Await.permitOn");
      assertThat(refusal).isNotNull();
    }
  }

  private static Throwable refused(ThrowingCallable await) {
    return catchThrowable(await);
  }

  @Test
  @DisplayName("A8 (2): no public await is missing in this test")
  void complete() {
    List<String> tested =
        awaits().keySet().stream().map(name -> name.replaceFirst("\\W.*", "")).toList();
    for (Method method : Await.class.getDeclaredMethods()) {
      String name = method.getName();
      if (Modifier.isPublic(method.getModifiers()) && name.startsWith("await")) {
        assertThat(name.equals("awaitable") || tested.contains(name)).as(name).isTrue();
      }
    }
  }
}
