package io.bridge.reactor;

import static io.bridge.reactor.ReactorBridge.await;
import static io.bridge.reactor.ReactorBridge.awaitAll;
import static io.bridge.reactor.ReactorBridge.awaitFirst;
import static io.bridge.reactor.ReactorBridge.awaitSingle;
import static io.bridge.reactor.ReactorBridge.awaitable;
import static io.bridge.reactor.ReactorBridge.currentContext;
import static io.bridge.reactor.ReactorBridge.flux;
import static io.bridge.reactor.ReactorBridge.mapAwait;
import static io.bridge.reactor.ReactorBridge.mapConcurrent;
import static io.bridge.reactor.ReactorBridge.mono;
import static io.bridge.reactor.ReactorBridge.toMono;
import static io.bridge.reactor.ReactorBridge.withContext;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.Awaitable;
import io.bridge.Coroutine;
import io.bridge.CoroutineScope;
import io.bridge.Cursor;
import io.bridge.Emitter;
import io.bridge.Publishers;
import io.micrometer.context.ContextRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.ContextView;

@ParameterizedClass(name = "automatic propagation {0}")
@ValueSource(booleans = {false, true})
@DisplayName("C3 thread-locals that context-propagation knows")
@Timeout(60)
class ThreadLocalsTest {

  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final ThreadLocal<@Nullable String> USER = new ThreadLocal<>();
  private static final Mono<String> USER_OF_CONTEXT =
      Mono.deferContextual(context -> Mono.just(userIn(context)));

  @Parameter boolean automatic;

  @BeforeEach
  void register() {
    ContextRegistry.getInstance()
        .registerThreadLocalAccessor("user", USER::get, USER::set, USER::remove);
    if (automatic) {
      Hooks.enableAutomaticContextPropagation();
    }
  }

  @AfterEach
  void takeBack() {
    Hooks.disableAutomaticContextPropagation();
    ContextRegistry.getInstance().removeThreadLocalAccessor("user");
    USER.remove();
  }

  private static String userIn(ContextView context) {
    return String.valueOf(context.<Object>getOrDefault("user", "nobody"));
  }

  private static String user() {
    return String.valueOf(USER.get());
  }

  /** Both ways to find the user: that of imperative code and that of reactive code. */
  private static String both() {
    return user() + " " + awaitSingle(USER_OF_CONTEXT);
  }

  @Test
  @DisplayName(
      "C3 a body's thread-locals are its subscriber's Context, also where a chain subscribes"
          + " elsewhere")
  void ofSubscriber() {
    Mono<String> body = mono(ThreadLocalsTest::both);
    assertThat(body.contextWrite(c -> c.put("user", "ann")).block(DEADLINE)).isEqualTo("ann ann");
    assertThat(
            body.subscribeOn(Schedulers.parallel())
                .contextWrite(c -> c.put("user", "bob"))
                .block(DEADLINE))
        .isEqualTo("bob bob");
    Flux<String> stream = flux((Emitter<String> e) -> e.emit(both()));
    assertThat(stream.contextWrite(c -> c.put("user", "cid")).blockFirst(DEADLINE))
        .isEqualTo("cid cid");
    assertThat(user()).isEqualTo("null");
  }

  @Test
  @DisplayName("C3 the subscriber's Context wins, the subscribing thread fills what is absent")
  void threadFills() {
    USER.set("the thread's");
    Mono<String> body = mono(ThreadLocalsTest::both);
    assertThat(body.contextWrite(c -> c.put("user", "ann")).block(DEADLINE)).isEqualTo("ann ann");
    assertThat(await(body)).isEqualTo("the thread's the thread's");
    assertThat(Publishers.stream(body).toList()).containsExactly("the thread's the thread's");
    assertThat(user()).isEqualTo("the thread's");
  }

  @Test
  @DisplayName("C3 A2 an event loop's thread-locals may be another request's: a builder takes none")
  void eventLoop() {
    Mono<String> onLoop =
        Mono.defer(() -> {
          USER.set("another request's");
          return mono(ThreadLocalsTest::both);
        });
    try {
      String seen = onLoop.subscribeOn(Schedulers.single()).block(DEADLINE);
      assertThat(seen).isEqualTo("null nobody");
    } finally {
      Mono.fromRunnable(USER::remove).subscribeOn(Schedulers.single()).block(DEADLINE);
    }
  }

  @Test
  @DisplayName(
      "B9 (2) C3: so they are for an awaitable of the user's, whose subscriber's Context wins")
  void eventLoopSubscribes() {
    Awaitable<String> own =
        suspension ->
            suspension.resume(
                userIn(currentContext()) + " " + Coroutine.start(ThreadLocalsTest::both).await());
    Mono<String> onLoop =
        Mono.defer(() -> {
          USER.set("another request's");
          return toMono(own);
        });
    ExecutorService loop = Executors.newSingleThreadExecutor();
    try {
      assertThat(
              onLoop
                  .contextWrite(c -> c.put("user", "ann"))
                  .subscribeOn(Schedulers.fromExecutor(loop))
                  .block(DEADLINE))
          .isEqualTo("ann ann ann");
    } finally {
      loop.shutdown();
    }
  }

  @Test
  @DisplayName("C3 start, fork, runOn, mapConcurrent, mapAwait: the code's state as it is then")
  void started() throws Exception {
    USER.set("ann");
    assertThat(Coroutine.start(ThreadLocalsTest::both).await()).isEqualTo("ann ann");
    Mono<String> body =
        mono(() -> {
          USER.set("changed");
          try (CoroutineScope<String, @Nullable Void> scope = CoroutineScope.open()) {
            Coroutine<String> child = scope.fork(ThreadLocalsTest::both);
            scope.join();
            return child.get();
          }
        });
    assertThat(await(body)).isEqualTo("changed changed");
    Flux<Integer> items = Flux.range(1, 2).publishOn(Schedulers.parallel());
    try (Cursor<String> values = mapConcurrent(items, 2, i -> both())) {
      assertThat(values.next()).isEqualTo("ann ann");
    }
    Flux<String> mapped = items.transform(mapAwait(2, i -> both()));
    assertThat(awaitFirst(mapped)).isEqualTo("ann ann");
    try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
      executor.submit(() -> USER.set("the executor's")).get();
      assertThat(Coroutine.<String, RuntimeException>runOn(executor, ThreadLocalsTest::both))
          .isEqualTo("ann ann");
      USER.remove();
      assertThat(Coroutine.<String, RuntimeException>runOn(executor, ThreadLocalsTest::both))
          .isEqualTo("null nobody");
      assertThat(executor.submit(ThreadLocalsTest::user).get()).isEqualTo("the executor's");
    }
  }

  @Test
  @DisplayName("C3 what a body makes of its thread-locals goes along with each await")
  void changed() {
    Mono<List<String>> body =
        mono(() -> {
          List<String> seen = new ArrayList<>();
          seen.add(both());
          USER.set("bob");
          seen.add(both());
          seen.add(awaitAll(List.of(awaitable(USER_OF_CONTEXT))).getFirst());
          seen.add(await(mono(ThreadLocalsTest::both)));
          try (Cursor<String> users = Publishers.iterate(USER_OF_CONTEXT.repeat(2))) {
            seen.add(users.next());
          }
          USER.remove(); // takes nothing away from the Context
          seen.add(both());
          return seen;
        });
    assertThat(body.contextWrite(c -> c.put("user", "ann")).block(DEADLINE))
        .containsExactly("ann ann", "bob bob", "bob", "bob bob", "bob", "null ann");
  }

  @Test
  @DisplayName("C3 withContext: thread-locals follow it inside, and are as before behind it")
  void follow() {
    USER.set("ann");
    ReactorBridge.<RuntimeException>withContext(
        c -> c.put("user", "bob"),
        () -> {
          assertThat(both()).isEqualTo("bob bob");
          withContext(c -> c.delete("user"), () -> assertThat(both()).isEqualTo("null nobody"));
          assertThat(both()).isEqualTo("bob bob");
        });
    assertThatThrownBy(() ->
            withContext(
                c -> c.put("user", "bob"),
                () -> {
                  throw new IllegalStateException(both());
                }))
        .hasMessage("bob bob");
    assertThat(both()).isEqualTo("ann ann");
  }

  @Test
  @DisplayName("C3 C2 the Context is copied only if thread-locals say something new")
  void noCopy() {
    Mono<Boolean> body =
        mono(() -> {
          ContextView first = currentContext();
          ContextView second = awaitSingle(Mono.deferContextual(Mono::just));
          return first == second && first == currentContext();
        });
    assertThat(body.contextWrite(c -> c.put("user", "ann")).block(DEADLINE)).isTrue();
  }

  @Test
  @DisplayName(
      "C3 10 000 bodies on shared threads: each sees its own state, nothing is left anywhere")
  void nothingLeaks() {
    Mono<Long> all =
        Flux.range(0, 10_000)
            .flatMap(
                i ->
                    mono(
                            () -> {
                              String before = both();
                              await(Mono.just(1).publishOn(Schedulers.parallel()));
                              String after = both();
                              USER.set("left behind by " + i);
                              return before.equals(i + " " + i) && after.equals(before);
                            })
                        .subscribeOn(i % 2 == 0 ? Schedulers.parallel() : Schedulers.immediate())
                        .contextWrite(c -> c.put("user", String.valueOf(i))),
                64)
            .filter(right -> right)
            .count();
    assertThat(all.block(DEADLINE)).isEqualTo(10_000);
    List<String> left =
        IntStream.range(0, 200)
            .mapToObj(i -> Coroutine.start(ThreadLocalsTest::both))
            .map(Coroutine::await)
            .filter(seen -> !seen.equals("null nobody"))
            .toList();
    assertThat(left).isEmpty();
    String onPool =
        Mono.fromCallable(ThreadLocalsTest::user)
            .subscribeOn(Schedulers.parallel())
            .block(DEADLINE);
    assertThat(onPool).isEqualTo("null");
  }
}
