package io.bridge.reactor;

import static io.bridge.reactor.ReactorBridge.await;
import static io.bridge.reactor.ReactorBridge.awaitAll;
import static io.bridge.reactor.ReactorBridge.awaitFirst;
import static io.bridge.reactor.ReactorBridge.awaitList;
import static io.bridge.reactor.ReactorBridge.awaitSingle;
import static io.bridge.reactor.ReactorBridge.awaitable;
import static io.bridge.reactor.ReactorBridge.currentContext;
import static io.bridge.reactor.ReactorBridge.flux;
import static io.bridge.reactor.ReactorBridge.mapAwait;
import static io.bridge.reactor.ReactorBridge.mapAwaitUnordered;
import static io.bridge.reactor.ReactorBridge.mapConcurrent;
import static io.bridge.reactor.ReactorBridge.mono;
import static io.bridge.reactor.ReactorBridge.retry;
import static io.bridge.reactor.ReactorBridge.toFlux;
import static io.bridge.reactor.ReactorBridge.toMono;
import static io.bridge.reactor.ReactorBridge.withContext;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.Await;
import io.bridge.Coroutine;
import io.bridge.CoroutineContext;
import io.bridge.CoroutineScope;
import io.bridge.Cursor;
import io.bridge.Emitter;
import io.bridge.Publishers;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Nulls;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;
import reactor.util.context.ContextView;
import reactor.util.retry.Retry;

/** Also run without context-propagation on the class path, see this module's pom. */
@DisplayName("C2 Reactor's Context crosses, both ways")
@Timeout(60)
class ContextTest {

  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final CoroutineContext.Key<String> TENANT = CoroutineContext.Key.of("tenant");
  private static final CoroutineContext.Key<Object> VALUE = CoroutineContext.Key.of("value");

  /** What a source finds, as any repository or security filter of Reactor's looks for it. */
  private static final Mono<String> USER =
      Mono.deferContextual(context -> Mono.just(userIn(context)));

  private static String userIn(ContextView context) {
    return String.valueOf(context.<Object>getOrDefault("user", "nobody"));
  }

  private static String user() {
    return userIn(currentContext());
  }

  private static Context as(Context context, String user) {
    return context.put("user", user);
  }

  /** Code of a body, with the name of the user that it finds. */
  private interface Way {
    @Nullable String user() throws Exception;
  }

  private static Arguments way(String name, Way way) {
    return Arguments.of(name, way);
  }

  static Stream<Arguments> ways() {
    Mono<String> elsewhere = USER.subscribeOn(Schedulers.parallel());
    return Stream.of(
        way("currentContext", ContextTest::user),
        way("await", () -> await(USER)),
        way("await of a source on another thread", () -> await(elsewhere)),
        way("await of a hidden source", () -> await(USER.hide())),
        way("awaitSingle", () -> awaitSingle(USER)),
        way(
            "await of a Mono as a Publisher",
            () -> Await.await((org.reactivestreams.Publisher<String>) USER)),
        way("awaitFirst", () -> awaitFirst(USER.repeat())),
        way("awaitList", () -> awaitList(USER.flux()).getFirst()),
        way("awaitAll", () -> awaitAll(List.of(awaitable(USER), awaitable(elsewhere))).get(1)),
        way("awaitAny", () -> ReactorBridge.<String>awaitAny(List.of(awaitable(elsewhere)))),
        way("await(awaitable)", () -> Await.await(awaitable(elsewhere))),
        way("iterate", () -> iterated(USER.repeat(3))),
        way("iterate across threads", () -> iterated(elsewhere.repeat(3).hide())),
        way(
            "stream",
            () -> {
              try (Stream<String> items = Publishers.stream(USER.repeat(3))) {
                return items.findFirst().orElseThrow();
              }
            }),
        way("mono in mono", () -> await(mono(ContextTest::user))),
        way(
            "mono in mono, subscribed elsewhere",
            () -> await(mono(ContextTest::user).subscribeOn(Schedulers.parallel()))),
        way("mono on a scheduler", () -> await(mono(Schedulers.parallel(), ContextTest::user))),
        way("flux", () -> awaitFirst(flux((Emitter<String> e) -> e.emit(user())))),
        way(
            "flux below operators",
            () ->
                awaitFirst(
                    flux((Emitter<String> e) -> e.emit(awaitSingle(USER)))
                        .map(s -> s)
                        .publishOn(Schedulers.parallel()))),
        way(
            "publisher",
            () -> awaitFirst(Publishers.publisher((Emitter<String> e) -> e.emit(user())))),
        way(
            "publisher as a Flux",
            () ->
                awaitFirst(Flux.from(Publishers.publisher((Emitter<String> e) -> e.emit(user()))))),
        way(
            "mapAwait",
            () ->
                awaitFirst(
                    Flux.range(1, 3)
                        .publishOn(Schedulers.parallel())
                        .transform(mapAwait(2, i -> await(USER))))),
        way(
            "mapAwaitUnordered",
            () -> awaitFirst(Flux.range(1, 3).transform(mapAwaitUnordered(2, i -> user())))),
        way(
            "mapConcurrent of a list",
            () -> mapConcurrent(List.of(1, 2), 2, i -> user()).getFirst()),
        way(
            "mapConcurrent of a Flux",
            () -> {
              try (Cursor<String> values =
                  mapConcurrent(
                      Flux.range(1, 3).publishOn(Schedulers.parallel()),
                      2,
                      i -> awaitSingle(USER))) {
                return values.next();
              }
            }),
        way("toMono", () -> await(toMono(awaitable(USER)))),
        way("toFlux", () -> awaitFirst(toFlux(USER))),
        way("toPublisher", () -> awaitFirst(Publishers.toPublisher(awaitable(USER)))),
        way("start", () -> Coroutine.start(() -> awaitSingle(USER)).await()),
        way("fork", ContextTest::forked),
        way("runOn", ContextTest::onExecutor),
        way("withTimeout", () -> Coroutine.withTimeout(DEADLINE, () -> awaitSingle(USER))),
        way("shield", () -> Coroutine.<String, RuntimeException>shield(() -> awaitSingle(USER))),
        way("retry", ContextTest::retried),
        way(
            "retry's companion",
            () -> {
              AtomicReference<String> seen = new AtomicReference<>("nobody");
              Retry spec =
                  Retry.from(attempts -> attempts.concatMap(attempt -> USER.doOnNext(seen::set)));
              AtomicInteger attempts = new AtomicInteger();
              retry(
                  spec,
                  () -> {
                    if (attempts.incrementAndGet() == 1) {
                      throw new IOException("first");
                    }
                  });
              return seen.get();
            }));
  }

  private static String iterated(Flux<String> flux) {
    String last = "nobody";
    try (Cursor<String> users = Publishers.iterate(flux)) {
      for (String user : users) {
        last = user;
      }
    }
    return last;
  }

  private static String forked() {
    try (CoroutineScope<String, @Nullable Void> scope = CoroutineScope.open()) {
      Coroutine<String> child = scope.fork(() -> Coroutine.start(ContextTest::user).await());
      scope.join();
      return child.get();
    }
  }

  private static String onExecutor() {
    try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
      String seen = Coroutine.<String, RuntimeException>runOn(executor, ContextTest::user);
      assertThat(Coroutine.<String, RuntimeException>runOn(executor, () -> awaitSingle(USER)))
          .isEqualTo(seen);
      return seen;
    }
  }

  private static String retried() throws IOException {
    AtomicInteger attempts = new AtomicInteger();
    return ReactorBridge.<String, IOException>retry(
        Retry.fixedDelay(3, Duration.ofMillis(1)),
        () -> {
          if (attempts.incrementAndGet() == 1) {
            throw new IOException("first");
          }
          return awaitSingle(USER);
        });
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ways")
  @DisplayName("C2 a body sees the subscriber's Context, and passes it on")
  void everyWay(String name, Way way) {
    Mono<String> body = mono(way::user);
    assertThat(body.contextWrite(c -> as(c, "ann")).block(DEADLINE)).isEqualTo("ann");
    assertThat(body.contextWrite(c -> as(c, "bob")).block(DEADLINE)).isEqualTo("bob");
    assertThat(body.block(DEADLINE)).isEqualTo("nobody");
  }

  @Test
  @DisplayName("C2 so does the body of a stream, that of the code that subscribes is another one")
  void stream() {
    Flux<String> items =
        flux((Emitter<String> e) -> {
          e.emit(user());
          e.emit(awaitSingle(USER));
        });
    Mono<String> of = items.contextWrite(c -> as(c, "ann")).collectList().map(String::valueOf);
    assertThat(of.block(DEADLINE)).isEqualTo("[ann, ann]");
    assertThat(
            ReactorBridge.<String, RuntimeException>withContext(
                c -> as(c, "bob"), () -> awaitSingle(of)))
        .isEqualTo("[ann, ann]");
    assertThat(items.collectList().map(String::valueOf).block(DEADLINE))
        .isEqualTo("[nobody, nobody]");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ways")
  @DisplayName("C2 the same inside withContext, on a plain thread and in a coroutine")
  void everyWayInWithContext(String name, Way way) throws Exception {
    assertThat(ReactorBridge.<@Nullable String, Exception>withContext(c -> as(c, "ann"), way::user))
        .isEqualTo("ann");
    Coroutine<@Nullable String> coroutine =
        Coroutine.start(() ->
            ReactorBridge.<@Nullable String, Exception>withContext(c -> as(c, "bob"), way::user));
    assertThat(coroutine.await()).isEqualTo("bob");
    assertThat(way.user()).isEqualTo("nobody");
  }

  @Test
  @DisplayName("C3 context-propagation is optional: these tests run with it, and without it")
  void optional() {
    boolean without = "context-propagation".equals(System.getProperty("io.bridge.without"));
    assertThat(catchThrowable(() -> Class.forName("io.micrometer.context.ContextRegistry")) != null)
        .isEqualTo(without);
  }

  @Test
  @DisplayName("C2 peers: block() inside a body finds an empty Context, an await the subscriber's")
  void naiveBlock() {
    Mono<String> naive = mono(() -> USER.block(DEADLINE));
    Mono<String> ours = mono(() -> awaitSingle(USER));
    assertThat(naive.contextWrite(c -> as(c, "ann")).block(DEADLINE)).isEqualTo("nobody");
    assertThat(ours.contextWrite(c -> as(c, "ann")).block(DEADLINE)).isEqualTo("ann");
  }

  @Test
  @DisplayName("C2 the subscriber's Context wins over the creator's, wholly: as for a native Mono")
  void subscriberWins() {
    List<String> seen = new CopyOnWriteArrayList<>();
    Mono<String> inner =
        mono(() -> {
          seen.add(user());
          return "done";
        });
    Mono<String> outer =
        mono(() -> {
          await(inner.contextWrite(c -> as(c, "inner")));
          var unused = inner.subscribe(); // its subscriber has no Context
          Eventually.until("both ran", () -> seen.size() == 2);
          return user();
        });
    assertThat(outer.contextWrite(c -> as(c, "outer")).block(DEADLINE)).isEqualTo("outer");
    assertThat(seen).containsExactly("inner", "nobody");
  }

  @Test
  @DisplayName("C2 withContext nests, ends with its block, and leaves it by a failure too")
  void nesting() {
    IOException failure = new IOException("body");
    ReactorBridge.<RuntimeException>withContext(
        c -> as(c, "a"),
        () -> {
          assertThatThrownBy(() ->
                  ReactorBridge.<IOException>withContext(
                      c -> as(c, "b").put("more", 1),
                      () -> {
                        assertThat(user()).isEqualTo("b");
                        assertThat(currentContext().hasKey("more")).isTrue();
                        throw failure;
                      }))
              .isSameAs(failure);
          assertThat(user()).isEqualTo("a");
          assertThat(currentContext().hasKey("more")).isFalse();
          withContext(
              c -> c.delete("user"), () -> assertThat(awaitSingle(USER)).isEqualTo("nobody"));
        });
    assertThat(currentContext().isEmpty()).isTrue();
  }

  @Test
  @DisplayName("C2 no copy: each source in a body gets the very same Context")
  void sameObject() {
    List<ContextView> seen = new ArrayList<>();
    Mono<String> probe =
        Mono.deferContextual(context -> {
          seen.add(context);
          return Mono.just("x");
        });
    Mono<String> body =
        mono(() -> {
          seen.add(currentContext());
          await(probe);
          return await(probe.hide());
        });
    assertThat(body.contextWrite(c -> as(c, "ann")).block(DEADLINE)).isEqualTo("x");
    assertThat(seen)
        .hasSize(3)
        .allSatisfy(context -> assertThat(context).isSameAs(seen.getFirst()));
  }

  @Test
  @DisplayName(
      "C1 C2 a coroutine's own keys cross Reactor's operators and threads, to bodies below")
  void keysCrossReactor() {
    Mono<String> tenant =
        mono(() -> String.valueOf(CoroutineContext.current().get(TENANT)) + " " + user());
    Mono<String> elsewhere = tenant.subscribeOn(Schedulers.parallel());
    assertThat(
            CoroutineContext.<String, @Nullable String, RuntimeException>with(
                TENANT, "t", () -> await(elsewhere)))
        .isEqualTo("t nobody");
    Mono<String> nested =
        mono(() ->
            CoroutineContext.<String, @Nullable String, RuntimeException>with(
                TENANT, "u", () -> await(elsewhere.contextWrite(c -> as(c, "bob")))));
    assertThat(nested.contextWrite(c -> as(c, "ann")).block(DEADLINE)).isEqualTo("u bob");
    assertThat(elsewhere.block(DEADLINE)).isEqualTo("null nobody");
  }

  @Test
  @DisplayName("C2 what a body drops goes to the hooks of its subscriber's Context")
  void hooks() {
    List<Object> discarded = new CopyOnWriteArrayList<>();
    Mono<Void> body =
        mono(() -> {
          Flux<Integer> items = Flux.just(1, 2, 3).hide();
          ReactorBridge.awaitCompletion(items);
        });
    assertThat(
            body.contextWrite(
                    c -> reactor.core.publisher.Operators.enableOnDiscard(c, discarded::add))
                .block(DEADLINE))
        .isNull();
    assertThat(discarded).containsExactly(1, 2, 3);
  }

  @Test
  @DisplayName("section 8: null arguments of withContext are named, and the body does not run")
  void nulls() {
    assertThatThrownBy(() -> withContext(Nulls.smuggled(), () -> {})).hasMessage("change");
    assertThatThrownBy(
            () -> withContext(c -> c, Nulls.<io.bridge.VoidBody<RuntimeException>>smuggled()))
        .hasMessage("body");
    AtomicInteger runs = new AtomicInteger();
    assertThatThrownBy(() ->
            withContext(
                c -> Nulls.smuggled(),
                () -> {
                  runs.incrementAndGet();
                }))
        .isExactlyInstanceOf(NullPointerException.class)
        .hasMessage("change returned null");
    assertThat(runs).hasValue(0);
  }

  /** Each generation binds another value and starts the next; the last one returns its context. */
  private static CoroutineContext generations(int left, List<WeakReference<Object>> values) {
    Object value = new Object();
    values.add(new WeakReference<>(value));
    return CoroutineContext.with(
        VALUE,
        value,
        () ->
            left == 1
                ? CoroutineContext.current()
                : Await.await(Coroutine.start(() -> generations(left - 1, values))));
  }

  @Test
  @DisplayName("A13 (2) C1: of a chain of bound values the context keeps the newest only")
  void newestOnly() {
    List<WeakReference<Object>> values = new CopyOnWriteArrayList<>();
    CoroutineContext last = generations(10, values);
    Eventually.until(
        "all but the newest are collected",
        () -> {
          System.gc();
          return values.stream().filter(value -> !value.refersTo(null)).count() == 1;
        });
    assertThat(last.get(VALUE)).isSameAs(values.get(9).get());
    assertThat(last.toString()).hasSizeLessThan(500);
  }
}
