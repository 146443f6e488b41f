package io.bridge.examples.merge;

import static io.bridge.completablefuture.CompletableFutureBridge.*;
import static io.bridge.reactor.ReactorBridge.*;
import static io.bridge.rxjava.RxJavaBridge.*;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.Body;
import io.bridge.Coroutine;
import io.bridge.CoroutineScope;
import io.bridge.Registration;
import io.bridge.Undeliverable;
import io.bridge.fixtures.Eventually;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;
import reactor.util.retry.Retry;

/** A failure that only passes through bridge is seen as from the chain that a body replaces. */
@DisplayName("A7 (2): what leaves a body uncaught is the source's own failure")
@Timeout(120)
class TransparentFailuresTest {

  /** How a source fails. */
  enum Kind {
    CHECKED {
      @Override
      Mono<String> source() {
        return Mono.error(new IOException("busy"));
      }
    },
    UNCHECKED {
      @Override
      Mono<String> source() {
        return Mono.error(new IllegalStateException("wrong"));
      }
    },
    ERROR {
      @Override
      Mono<String> source() {
        return Mono.error(new AssertionError("an Error"));
      }
    },
    CANCELLED_BY_OTHERS {
      @Override
      Mono<String> source() {
        return Mono.error(new CancellationException("of the source"));
      }
    },
    LAYER_OF_THE_USER {
      @Override
      Mono<String> source() {
        return Mono.error(new CompletionException(new IOException("the user's own layer")));
      }
    },
    PROPAGATED {
      @Override
      Mono<String> source() {
        RuntimeException failure = Exceptions.propagate(new IOException("in Reactor's layer"));
        return Mono.fromCallable(() -> {
          throw failure;
        });
      }
    };

    /** A Mono that fails with one and the same object, however often it is subscribed to. */
    abstract Mono<String> source();
  }

  /** How that source comes to its await: each a different path. */
  private static final Map<String, Function<Mono<String>, Supplier<String>>> AWAITS =
      new LinkedHashMap<>(
          Map.of(
              "scalar", source -> () -> awaitSingle(source),
              "later", source -> () -> awaitSingle(later(source)),
              "Single", source -> () -> await(Single.fromPublisher(source)),
              "in a catch that rethrows", source -> () -> rethrown(later(source))));

  private static Mono<String> later(Mono<String> source) {
    return source.delaySubscription(Duration.ofMillis(1)).publishOn(Schedulers.parallel());
  }

  private static String rethrown(Mono<String> source) {
    try {
      return awaitSingle(source);
    } catch (CompletionException inside) {
      assertThat(inside.getCause()).isNotNull();
      throw inside;
    }
  }

  static Stream<String> edges() {
    return FailureEdges.all().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("edges")
  @DisplayName("A7 (2): each edge of each library shows the same object as the plain chain")
  void edge(String name) throws Exception {
    FailureEdges.Edge edge = requireNonNull(FailureEdges.all().get(name));
    for (Kind kind : Kind.values()) {
      for (Map.Entry<String, Function<Mono<String>, Supplier<String>>> way : AWAITS.entrySet()) {
        Mono<String> source = kind.source();
        Throwable expected = expected(name, kind, source);
        assertThat(edge.seenFrom(way.getValue().apply(source)))
            .as("%s, %s, %s", name, kind, way.getKey())
            .isSameAs(expected);
      }
    }
  }

  private static @Nullable Throwable expected(String edge, Kind kind, Mono<String> source) {
    Throwable signalled = requireNonNull(FailureEdges.seen(source));
    if (kind == Kind.LAYER_OF_THE_USER && edge.contains("in future")) {
      return signalled.getCause(); // layers of stages are removed, no matter who made them
    }
    if (edge.equals("awaitOrThrow") && signalled.getCause() != null) {
      return signalled.getCause(); // asked for by the code, inside
    }
    return edge.startsWith("retry") && !edge.endsWith("exhausted")
        ? FailureEdges.seen(source.retryWhen(Retry.max(1).filter(failure -> false)))
        : signalled;
  }

  // what stands around a body

  private static String handled(Mono<?> mono) {
    return requireNonNull(
        mono.<String>map(value -> "value")
            .onErrorResume(IOException.class, e -> Mono.just("checked"))
            .onErrorResume(CompletionException.class, e -> Mono.just("wrapped"))
            .onErrorResume(CancellationException.class, e -> Mono.just("cancelled"))
            .onErrorResume(RuntimeException.class, e -> Mono.just("unchecked"))
            .onErrorResume(Error.class, e -> Mono.just("error"))
            .block());
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A7 (2): operators that ask for a class choose as in the chain")
  void operators(Kind kind) {
    Mono<String> source = kind.source();
    for (Mono<String> body : bodies(source)) {
      assertThat(handled(body)).isEqualTo(handled(source));
    }
  }

  private static List<Mono<String>> bodies(Mono<String> source) {
    return List.of(
        mono(() -> awaitSingle(source)),
        mono(() -> awaitSingle(later(source))),
        mono(() -> await(single(() -> awaitSingle(mono(() -> awaitSingle(source)))))),
        Mono.from(single(() -> awaitSingle(source)).toFlowable()));
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A7 (2) T5: a retry spec with a filter tries as often, in place and as an operator")
  void retries(Kind kind) {
    Class<?> type = requireNonNull(FailureEdges.seen(kind.source())).getClass();
    Retry matching = Retry.max(2).filter(failure -> failure.getClass() == type);
    Retry other = Retry.max(2).filter(failure -> failure instanceof InterruptedException);
    for (Retry spec : List.of(matching, other)) {
      int chain = attempts(kind, source -> source.retryWhen(spec));
      assertThat(attempts(kind, source -> mono(() -> awaitSingle(source)).retryWhen(spec)))
          .isEqualTo(chain);
      assertThat(attempts(kind, source -> mono(() -> retry(spec, () -> awaitSingle(source)))))
          .isEqualTo(chain);
      assertThat(chain).isEqualTo(spec == matching ? 3 : 1);
    }
  }

  private static int attempts(Kind kind, UnaryOperator<Mono<String>> retried) {
    AtomicInteger attempts = new AtomicInteger();
    Mono<String> failing = kind.source();
    assertThat(
            FailureEdges.seen(
                retried.apply(
                    Mono.defer(() -> {
                      attempts.incrementAndGet();
                      return failing;
                    }))))
        .isNotNull();
    return attempts.get();
  }

  @Test
  @DisplayName("A7 (2) T5: what retry throws in code is what an await of that failure throws")
  void retryInCode() {
    IOException busy = new IOException("busy");
    Retry none = Retry.max(1).filter(failure -> false);
    assertThatThrownBy(() -> retry(none, () -> awaitSingle(Mono.<String>error(busy))))
        .isInstanceOf(CompletionException.class)
        .hasCause(busy);
    assertThatThrownBy(() ->
            retry(
                none,
                () -> {
                  throw busy;
                }))
        .isSameAs(busy);
  }

  /** The rules of {@code @Transactional(noRollbackFor = ...)}; bridge-integration has the real. */
  private static String transaction(Mono<?> mono, Class<? extends Throwable> noRollbackFor) {
    return requireNonNull(
        mono.map(value -> "commit")
            .onErrorResume(failure ->
                Mono.just(
                    !noRollbackFor.isInstance(failure)
                            && (failure instanceof RuntimeException || failure instanceof Error)
                        ? "rollback"
                        : "commit"))
            .block());
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A7 (2): the rules of a transaction decide as for the chain")
  void transactions(Kind kind) {
    Mono<String> source = kind.source();
    for (Mono<String> body : bodies(source)) {
      for (Class<? extends Throwable> type :
          List.of(IOException.class, IllegalStateException.class, InterruptedException.class)) {
        assertThat(transaction(body, type)).isEqualTo(transaction(source, type));
      }
    }
  }

  // inside

  @Test
  @DisplayName("A7: in a body, a catch sees the cause of a CompletionException, after join too")
  void insideABody() {
    IOException busy = new IOException("busy");
    String seen =
        mono(
                () -> {
                  Throwable awaited = catchThrowable(() -> await(Mono.error(busy)));
                  Throwable joined =
                      catchThrowable(
                          Coroutine.start(() -> awaitSingle(Mono.<String>error(busy)))::await);
                  Throwable inPlace =
                      catchThrowable(() ->
                          Coroutine.withTimeout(
                              Duration.ofMinutes(1),
                              () -> Coroutine.shield(() -> awaitSingle(Mono.<String>error(busy)))));
                  for (Throwable thrown : List.of(awaited, joined, inPlace)) {
                    assertThat(thrown).isInstanceOf(CompletionException.class).hasCause(busy);
                  }
                  return "seen";
                })
            .block();
    assertThat(seen).isEqualTo("seen");
  }

  @Test
  @DisplayName(
      "A7 (2): a CompletionException of the user's around an await's stays, with what is in it")
  void wrappedAgain() {
    IOException busy = new IOException("busy");
    for (Function<Throwable, RuntimeException> layer :
        List.<Function<Throwable, RuntimeException>>of(
            CompletionException::new, IllegalStateException::new)) {
      RuntimeException[] made = new RuntimeException[1];
      Mono<String> body =
          mono(() -> {
            try {
              return awaitSingle(Mono.<String>error(busy));
            } catch (CompletionException e) {
              made[0] = layer.apply(e);
              throw made[0];
            }
          });
      assertThat(FailureEdges.seen(body)).isSameAs(made[0]);
      assertThat(made[0]).hasRootCause(busy);
    }
  }

  @Test
  @DisplayName(
      "A7 (2): a CompletionException that passes two bodies is the same object behind them")
  void ofTheUserThroughBodies() {
    CompletionException own = new CompletionException(new IOException("inside"));
    Mono<String> inner =
        mono(() -> {
          throw own;
        });
    assertThat(FailureEdges.seen(mono(() -> await(single(() -> awaitSingle(inner))))))
        .isSameAs(own);
    assertThat(catchThrowable(Coroutine.start(() -> awaitSingle(inner))::await)).isSameAs(own);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @DisplayName(
      "A8 A12 N3 (2): the place of each await that starts a thread, and what a close suppressed, is in the failure")
  void nothingOfTheLayerIsLost(boolean inPlace) {
    IOException busy = new IOException("busy");
    UncheckedIOException ofClose = new UncheckedIOException(new IOException("close"));
    Body<@Nullable String, Exception> body =
        () -> {
          try (Registration closing =
              () -> {
                throw ofClose;
              }) {
            assertThat(closing).isNotNull();
            return awaitSingle(Mono.<String>error(busy));
          }
        };
    Mono<String> inner = inPlace ? mono(body) : mono(Schedulers.immediate(), body);
    assertThat(FailureEdges.seen(mono(() -> awaitSingle(inner)))).isSameAs(busy);
    assertThat(busy.getSuppressed()).contains(ofClose).hasSize(inPlace ? 2 : 3);
    assertThat(Stream.of(busy.getSuppressed()).filter(entry -> entry != ofClose))
        .allSatisfy(site -> {
          assertThat(site).hasMessageStartingWith("awaited at ");
          assertThat(site.getStackTrace()[0].getClassName())
              .startsWith(TransparentFailuresTest.class.getName());
        });
  }

  @Test
  @DisplayName("A8 (2): 10 000 bodies that fail with one checked failure leave at most 8 entries")
  void bounded() {
    IOException shared = new IOException("shared");
    for (int i = 0; i < 1_000; i++) {
      assertThat(FailureEdges.seen(mono(() -> await(Mono.error(shared))))).isSameAs(shared);
    }
    assertThat(shared.getSuppressed()).hasSize(8);
  }

  // a cancellation of the source

  @Test
  @DisplayName("A7 S1 (2): a body ended by a source's cancellation has failed, and is not silent")
  void foreignCancellation() {
    CancellationException foreign = new CancellationException("of the source");
    Coroutine<?> coroutine = Coroutine.start(() -> awaitSingle(Mono.<String>error(foreign)));
    assertThatThrownBy(coroutine::await).isInstanceOf(CompletionException.class).hasCause(foreign);
    assertThat(coroutine.state()).isEqualTo(Coroutine.State.FAILED);
    assertThat(coroutine.failure()).isSameAs(foreign);

    List<Throwable> reported = new CopyOnWriteArrayList<>();
    try (Registration handler = Undeliverable.onFailure(reported::add)) {
      try (var scope = CoroutineScope.open()) {
        scope.fork(() -> awaitSingle(Mono.<String>error(foreign)));
        Eventually.until("the scope has failed", scope::isCancelled);
      } // nobody has joined
      assertThat(handler).isNotNull();
    }
    assertThat(reported).containsExactly(foreign);
  }

  @Test
  @DisplayName("A7 B9 (2): a future whose body a source's cancellation ended is as that source")
  void foreignCancellationOfFuture() {
    CompletableFuture<String> cancelled = new CompletableFuture<>();
    cancelled.cancel(false);
    CompletableFuture<String> body = future(() -> await(cancelled));
    assertThatThrownBy(() -> await(body))
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(CancellationException.class);
    assertThat(body.isCancelled()).isTrue();
    assertThatThrownBy(body::join).isInstanceOf(CancellationException.class);
  }

  // where nobody waits any more

  /** A body that fails by an await once its subscriber is gone. */
  private static String failsLate(CountDownLatch begun, CountDownLatch cancelled, Throwable failure)
      throws InterruptedException {
    begun.countDown();
    return Coroutine.shield(() -> {
      cancelled.await();
      return awaitSingle(Mono.<String>error(failure));
    });
  }

  @Test
  @DisplayName("A12 A7 (2): onErrorDropped and RxJavaPlugins.onError get the bare failure")
  void late() throws InterruptedException {
    IOException busy = new IOException("busy");
    List<Throwable> dropped = new CopyOnWriteArrayList<>();
    Context context =
        Context.of(
            "reactor.onErrorDropped.local", (java.util.function.Consumer<Throwable>) dropped::add);
    lateOf((begun, cancelled) ->
        mono(() -> failsLate(begun, cancelled, busy)).contextWrite(context).subscribe()::dispose);
    Eventually.until("the failure is dropped", () -> !dropped.isEmpty());
    assertThat(dropped).containsExactly(busy);

    List<Throwable> undeliverable = new CopyOnWriteArrayList<>();
    RxJavaPlugins.setErrorHandler(undeliverable::add);
    try {
      lateOf((begun, cancelled) ->
          single(() -> failsLate(begun, cancelled, busy)).subscribe(v -> {}, e -> {})::dispose);
      Eventually.until("the failure is undeliverable", () -> !undeliverable.isEmpty());
    } finally {
      RxJavaPlugins.setErrorHandler(null);
    }
    assertThat(undeliverable).hasSize(1);
    assertThat(undeliverable.get(0)).hasCause(busy); // in RxJava's own layer
  }

  /** Subscribes a body; returns what cancels it. */
  private interface Subscribing {
    Runnable subscribe(CountDownLatch begun, CountDownLatch cancelled);
  }

  private static void lateOf(Subscribing subscribing) throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    Runnable cancel = subscribing.subscribe(begun, cancelled);
    begun.await();
    cancel.run();
    cancelled.countDown();
  }

  @Test
  @DisplayName("A12 A7 (2): Undeliverable gets the bare failure of actions and handlers that await")
  void undeliverable() {
    IOException busy = new IOException("busy");
    List<Throwable> reported = new CopyOnWriteArrayList<>();
    try (Registration handler = Undeliverable.onFailure(reported::add)) {
      Coroutine<String> coroutine = Coroutine.start(() -> "a");
      assertThat(coroutine.await()).isEqualTo("a");
      coroutine.onCompletion(ended -> await(Mono.error(busy)));
      try (var scope =
          CoroutineScope.background(
              config -> config.withFailureHandler((child, failure) -> await(Mono.error(busy))))) {
        Coroutine<?> failing =
            scope.fork(() -> {
              throw new IllegalStateException("handled");
            });
        assertThat(catchThrowable(failing::await)).isNotNull();
      }
      assertThat(handler).isNotNull();
    }
    assertThat(reported).containsExactly(busy, busy);
  }
}
