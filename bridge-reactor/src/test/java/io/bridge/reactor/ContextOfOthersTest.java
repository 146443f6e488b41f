package io.bridge.reactor;

import static io.bridge.reactor.ReactorBridge.await;
import static io.bridge.reactor.ReactorBridge.awaitAll;
import static io.bridge.reactor.ReactorBridge.awaitAny;
import static io.bridge.reactor.ReactorBridge.awaitFirst;
import static io.bridge.reactor.ReactorBridge.awaitList;
import static io.bridge.reactor.ReactorBridge.awaitSingle;
import static io.bridge.reactor.ReactorBridge.awaitable;
import static io.bridge.reactor.ReactorBridge.currentContext;
import static io.bridge.reactor.ReactorBridge.mapConcurrent;
import static io.bridge.reactor.ReactorBridge.mono;
import static io.bridge.reactor.ReactorBridge.toFlux;
import static io.bridge.reactor.ReactorBridge.toMono;
import static io.bridge.reactor.ReactorBridge.withContext;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Awaitable;
import io.bridge.Coroutine;
import io.bridge.CoroutineContext;
import io.bridge.Cursor;
import io.bridge.Publishers;
import io.bridge.Suspension;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Probe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.ContextView;

/** Also run without context-propagation on the class path, see this module's pom. */
@DisplayName("C2 (2) B9 (2): the context of sources that no library owns")
@Timeout(60)
class ContextOfOthersTest {

  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final CoroutineContext.Key<String> TENANT = CoroutineContext.Key.of("tenant");

  private static String userIn(ContextView context) {
    return String.valueOf(context.<Object>getOrDefault("user", "nobody"));
  }

  private static final Mono<String> USER =
      Mono.deferContextual(context -> Mono.just(userIn(context)));

  /** A publisher of no library that passes its subscriber on, as a user's decorators do. */
  private static final Publisher<String> PLAIN = subscriber -> USER.subscribe(subscriber);

  /** An awaitable of the user's. */
  private static final Awaitable<String> OWN =
      suspension -> suspension.resume(userIn(currentContext()));

  private interface Way {
    @Nullable String user() throws Exception;
  }

  private static Arguments way(String name, Way way) {
    return Arguments.of(name, way);
  }

  static Stream<Arguments> publisherWays() {
    return Stream.of(
        way("await", () -> await(PLAIN)),
        way("awaitSingle", () -> awaitSingle(PLAIN)),
        way("awaitFirst", () -> awaitFirst(PLAIN)),
        way("awaitList", () -> awaitList(PLAIN).get(0)),
        way("awaitAll", () -> awaitAll(List.of(awaitable(PLAIN))).get(0)),
        way("awaitAny", () -> awaitAny(List.of(awaitable(PLAIN)))),
        way("iterate", () -> only(Publishers.iterate(PLAIN))),
        way("stream", () -> Publishers.stream(PLAIN).findFirst().orElseThrow()),
        way("forEach", ContextOfOthersTest::eachUser),
        way("mapConcurrent", () -> only(mapConcurrent(PLAIN, 1, (String user) -> user))),
        way("toMono", () -> await(toMono(awaitable(PLAIN)))),
        way("toFlux", () -> awaitFirst(toFlux(PLAIN))),
        way("in a coroutine", () -> Coroutine.start(() -> awaitSingle(PLAIN)).await()));
  }

  private static String only(Cursor<String> cursor) {
    try (cursor) {
      return cursor.next();
    }
  }

  private static String eachUser() {
    List<String> users = new ArrayList<>();
    Publishers.forEach(PLAIN, users::add);
    return users.get(0);
  }

  static Stream<Arguments> awaitableWays() {
    return Stream.of(
        way("await", () -> await(OWN)),
        way("awaitAll", () -> awaitAll(List.of(OWN)).get(0)),
        way("awaitAny", () -> awaitAny(List.of(OWN))),
        way("toMono", () -> await(toMono(OWN))),
        way("toMono of toMono", () -> await(toMono(awaitable(toMono(OWN))))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"publisherWays", "awaitableWays"})
  @DisplayName("C2 (2) B9 (2): a body's subscriber is seen through it")
  void inBody(String name, Way way) {
    Mono<String> seen = mono(way::user);
    assertThat(seen.contextWrite(context -> context.put("user", "ann")).block(DEADLINE))
        .isEqualTo("ann");
    assertThat(seen.block(DEADLINE)).isEqualTo("nobody");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"publisherWays", "awaitableWays"})
  @DisplayName("C2 (2) B9 (2): so is a block with a context, on a plain thread")
  void inBlock(String name, Way way) throws Exception {
    assertThat(withContext(context -> context.put("user", "ann"), () -> requireNonNull(way.user())))
        .isEqualTo("ann");
    assertThat(way.user()).isEqualTo("nobody");
  }

  static Stream<Arguments> conversions() {
    return Stream.of(
        Arguments.of("toMono(awaitable of the user's)", toMono(OWN)),
        Arguments.of("toMono(awaitable(publisher))", toMono(awaitable(PLAIN))),
        Arguments.of("toFlux(publisher)", toFlux(PLAIN).next()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("conversions")
  @DisplayName("B9 (2): a conversion shows its own subscriber, not the code that subscribes")
  void ofSubscriber(String name, Mono<String> converted) throws Exception {
    Mono<String> anns = converted.contextWrite(context -> context.put("user", "ann"));
    assertThat(anns.block(DEADLINE)).isEqualTo("ann");
    assertThat(
            withContext(
                context -> context.put("user", "bob"),
                () -> anns.blockOptional(DEADLINE).orElseThrow()))
        .isEqualTo("ann");
    assertThat(mono(() -> await(anns)).contextWrite(c -> c.put("user", "bob")).block(DEADLINE))
        .isEqualTo("ann");
    assertThat(converted.block(DEADLINE)).isEqualTo("nobody");
  }

  @Test
  @DisplayName("B9 (2) C1: the keys of the subscriber's coroutine are there, too")
  void keys() throws Exception {
    Awaitable<String> own =
        suspension -> suspension.resume(tenant() + " " + userIn(currentContext()));
    Mono<String> converted = toMono(own).contextWrite(context -> context.put("user", "ann"));
    assertThat(
            CoroutineContext.<String, @Nullable String, RuntimeException>with(
                TENANT, "acme", () -> converted.block(DEADLINE)))
        .isEqualTo("acme ann");
    assertThat(
            CoroutineContext.<String, @Nullable String, RuntimeException>with(
                TENANT, "acme", () -> await(converted.hide())))
        .isEqualTo("acme ann");
  }

  private static String tenant() {
    return String.valueOf(CoroutineContext.current().get(TENANT));
  }

  @Test
  @DisplayName("B9 (2) A13: code downstream, and behind the subscription, has its own context")
  void downstream() throws Exception {
    List<String> seen = new CopyOnWriteArrayList<>();
    Awaitable<String> own =
        suspension -> {
          suspension.resume("value");
          seen.add("behind its signal: " + userIn(currentContext()));
        };
    Mono<String> converted = toMono(own).contextWrite(context -> context.put("user", "ann"));
    withContext(
        context -> context.put("user", "bob"),
        () -> {
          converted.subscribe(value -> seen.add("downstream: " + userIn(currentContext())));
          seen.add("behind: " + userIn(currentContext()));
        });
    converted.subscribe(value -> seen.add("downstream: " + userIn(currentContext())));
    Awaitable<String> failing =
        suspension -> {
          throw new IllegalStateException("own");
        };
    toMono(failing)
        .contextWrite(context -> context.put("user", "ann"))
        .subscribe(v -> {}, failure -> seen.add("failed: " + userIn(currentContext())));
    assertThat(seen)
        .containsExactly(
            "downstream: bob",
            "behind its signal: ann",
            "behind: bob",
            "downstream: nobody",
            "behind its signal: ann",
            "failed: nobody");
    assertThat(CoroutineContext.current()).isSameAs(CoroutineContext.empty());
  }

  @Test
  @DisplayName("B9 (2): an outcome from another thread, and a cancel, find no context left behind")
  void laterOutcome() throws Exception {
    AtomicReference<@Nullable Suspension<? super String>> kept = new AtomicReference<>();
    List<String> seen = new CopyOnWriteArrayList<>();
    Awaitable<String> own =
        suspension -> {
          suspension.onCancel(() -> seen.add("cancelled: " + userIn(currentContext())));
          kept.set(suspension);
        };
    Mono<String> converted = toMono(own).contextWrite(context -> context.put("user", "ann"));
    converted.subscribe(value -> seen.add("downstream: " + userIn(currentContext())));
    requireNonNull(kept.get()).resume("value");
    converted.subscribe().dispose();
    assertThat(seen).containsExactly("downstream: nobody", "cancelled: nobody");
  }

  @Test
  @DisplayName(
      "C2 (2) I5: the queue that a foreign publisher hands through is not shared: it may map")
  void notFused() {
    Publisher<Integer> plusOne = subscriber -> Flux.range(1, 3).subscribe(new PlusOne(subscriber));
    try (Cursor<Integer> items = Publishers.iterate(plusOne)) {
      List<Integer> seen = new ArrayList<>();
      items.forEachRemaining(seen::add);
      assertThat(seen).containsExactly(2, 3, 4);
    }
  }

  /** Hands the subscription of its source on as it is, which the specification allows. */
  private record PlusOne(Subscriber<? super Integer> to) implements CoreSubscriber<Integer> {
    @Override
    public void onSubscribe(Subscription subscription) {
      to.onSubscribe(subscription);
    }

    @Override
    public void onNext(Integer item) {
      to.onNext(item + 1);
    }

    @Override
    public void onError(Throwable failure) {
      to.onError(failure);
    }

    @Override
    public void onComplete() {
      to.onComplete();
    }
  }

  @Test
  @DisplayName("A12: a late failure of it goes to Undeliverable, not to Reactor's hook")
  void lateFailure() {
    IllegalStateException late = new IllegalStateException("late");
    try (Lost lost = new Lost()) {
      Publisher<String> source =
          subscriber -> {
            subscriber.onSubscribe(Operators.emptySubscription());
            subscriber.onNext("value");
            subscriber.onComplete();
            subscriber.onError(late);
          };
      assertThat(await(source)).isEqualTo("value");
      assertThat(lost.failures).containsExactly(late);
      assertThat(lost.droppedErrors).isEmpty();
    }
  }

  @Test
  @DisplayName(
      "A12: its items that nobody gets go to the discard hook downstream, and Undeliverable")
  void discarded() {
    List<Object> discarded = new CopyOnWriteArrayList<>();
    try (Lost lost = new Lost()) {
      Probe<String> probe = new Probe<>();
      Mono<String> body =
          mono(() -> {
            try (Cursor<String> items = Publishers.iterate(probe)) {
              items.next();
              throw new IllegalStateException("enough");
            }
          });
      AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
      body.doOnDiscard(String.class, discarded::add).subscribe(v -> {}, failed::set);
      probe.awaitRequest();
      probe.next("taken").next("left");
      Eventually.until("failed", () -> failed.get() != null);
      assertThat(discarded).containsExactly("left");
      assertThat(lost.values).containsExactly("left");
    }
  }
}
