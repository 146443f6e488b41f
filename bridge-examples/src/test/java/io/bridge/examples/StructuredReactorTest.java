package io.bridge.examples;

import static io.bridge.Coroutine.withTimeout;
import static io.bridge.Publishers.iterate;
import static io.bridge.reactor.ReactorBridge.*;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.AwaitTimeoutException;
import io.bridge.CoroutineScope;
import io.bridge.Cursor;
import io.bridge.Emitter;
import io.bridge.examples.StructuredTest.FirstToEnd;
import io.bridge.fixtures.Eventually;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The pairs of docs/guide/structured.md for Reactor: old and new code with the same result. */
@Timeout(60)
class StructuredReactorTest {

  record Page(String user, int orders) {}

  private final IllegalStateException broken = new IllegalStateException("broken");
  private final Mono<String> user = Mono.just("ann").hide();
  private final Mono<Integer> orders = Mono.just(3).hide();

  /** The value, or the failure's text. */
  private static String outcome(Mono<?> mono) {
    return requireNonNull(
        mono.map(Object::toString)
            .onErrorResume(e -> Mono.just("failed: " + e.getMessage()))
            .defaultIfEmpty("empty")
            .block());
  }

  // tag::zip-old[]
  static Mono<Page> pageReactive(Mono<String> user, Mono<Integer> orders) {
    return Mono.zip(user, orders, Page::new);
  }

  // end::zip-old[]

  // tag::zip-new[]
  static Mono<Page> page(Mono<String> user, Mono<Integer> orders) {
    return mono(() -> awaitAll(awaitable(user), awaitable(orders), Page::new));
  }

  // end::zip-new[]

  @Test
  @DisplayName("Mono.zip")
  void zip() {
    Mono<Integer> failing = Mono.error(broken);
    assertThat(outcome(page(user, orders))).isEqualTo(outcome(pageReactive(user, orders)));
    assertThat(outcome(page(user, orders))).isEqualTo("Page[user=ann, orders=3]");
    // the difference: empty is null
    Mono<String> nobody = Mono.empty();
    assertThat(outcome(Mono.zip(nobody, orders, (a, b) -> a + " " + b))).isEqualTo("empty");
    String both = awaitAll(awaitable(nobody), awaitable(orders), (a, b) -> a + " " + b);
    assertThat(both).isEqualTo("null 3");
    assertThat(outcome(page(user, failing))).isEqualTo(outcome(pageReactive(user, failing)));
  }

  // tag::zipstreams-old[]
  static Flux<String> labelsReactive(Flux<String> names, Flux<Integer> prices) {
    return Flux.zip(names, prices, (name, price) -> name + " " + price);
  }

  // end::zipstreams-old[]

  // tag::zipstreams-new[]
  static Flux<String> labels(Flux<String> names, Flux<Integer> prices) {
    return flux((Emitter<String> emitter) -> {
      try (Cursor<String> name = iterate(names);
          Cursor<Integer> price = iterate(prices)) {
        while (name.hasNext() && price.hasNext()) {
          emitter.emit(name.next() + " " + price.next());
        }
      }
    });
  }

  // end::zipstreams-new[]

  @Test
  @DisplayName("Flux.zip of streams")
  void zipStreams() {
    Flux<String> names = Flux.just("tea", "milk", "rice").hide();
    AtomicBoolean cancelled = new AtomicBoolean();
    Flux<Integer> prices =
        Flux.concat(Flux.just(3, 1), Flux.never()).doOnCancel(() -> cancelled.set(true));
    List<String> both = List.of("tea 3", "milk 1");
    assertThat(awaitList(labelsReactive(names.take(2), prices))).isEqualTo(both);
    assertThat(cancelled.getAndSet(false)).isTrue();
    assertThat(awaitList(labels(names.take(2), prices))).isEqualTo(both);
    assertThat(cancelled).isTrue();
    Flux<Integer> failing = Flux.concat(Flux.just(3), Flux.error(broken));
    assertThat(outcome(labelsReactive(names, failing).last())).isEqualTo("failed: broken");
    assertThat(outcome(labels(names, failing).last())).isEqualTo("failed: broken");
  }

  @Test
  @DisplayName("Mono.when")
  void when() {
    Queue<String> done = new ConcurrentLinkedQueue<>();
    Mono<Void> audit = Mono.<Void>fromRunnable(() -> done.add("audit")).hide();
    Mono<Void> stock = Mono.<Void>fromRunnable(() -> done.add("stock")).hide();
    // tag::when-old[]
    Mono<Void> oldSteps = Mono.when(audit, stock);
    // end::when-old[]
    // tag::when-new[]
    Mono<Void> newSteps =
        mono(() -> {
          awaitAll(awaitable(audit), awaitable(stock));
        });
    // end::when-new[]
    assertThat(outcome(oldSteps)).isEqualTo("empty");
    assertThat(done).containsExactlyInAnyOrder("audit", "stock");
    done.clear();
    assertThat(outcome(newSteps)).isEqualTo("empty");
    assertThat(done).containsExactlyInAnyOrder("audit", "stock");
  }

  // tag::merge-old[]
  static Flux<String> readingsReactive(List<Flux<String>> sensors) {
    return Flux.merge(sensors);
  }

  // end::merge-old[]

  // tag::merge-new[]
  static Flux<String> readings(List<Flux<String>> sensors) {
    return flux((Emitter<String> emitter) -> {
      try (var scope = CoroutineScope.open()) {
        for (Flux<String> sensor : sensors) {
          scope.fork(() -> emitter.emitAll(sensor)); // one item at a time
        }
        scope.join();
      }
    });
  }

  // end::merge-new[]

  @Test
  @DisplayName("Flux.merge of streams")
  void merge() {
    List<Flux<String>> sensors = List.of(Flux.just("a1", "a2"), Flux.just("b1").hide());
    List<String> all = List.of("a1", "a2", "b1");
    assertThat(awaitList(readingsReactive(sensors))).containsExactlyInAnyOrderElementsOf(all);
    assertThat(awaitList(readings(sensors))).containsExactlyInAnyOrderElementsOf(all);
    List<Flux<String>> failing = List.of(Flux.never(), Flux.error(broken));
    assertThat(outcome(readingsReactive(failing).next())).isEqualTo("failed: broken");
    assertThat(outcome(readings(failing).next())).isEqualTo("failed: broken");
  }

  @Test
  @DisplayName("Flux.merge of single values")
  void mergeSingles() {
    List<Mono<String>> names = List.of(Mono.just("a").hide(), Mono.just("b"));
    // tag::mergesingle-old[]
    Mono<List<String>> oldNames = Flux.merge(names).collectList();
    // end::mergesingle-old[]
    // tag::mergesingle-new[]
    Mono<List<@Nullable String>> newNames =
        mono(() -> awaitAll(names.stream().map(name -> awaitable(name)).toList()));
    // end::mergesingle-new[]
    assertThat(outcome(oldNames)).isEqualTo("[a, b]");
    assertThat(outcome(newNames)).isEqualTo("[a, b]");
  }

  private static Mono<Integer> load(int id) {
    return id < 0 ? Mono.error(new IllegalArgumentException("id " + id)) : Mono.just(id * id);
  }

  // tag::flatmap-old[]
  static Flux<Integer> loadReactive(Flux<Integer> ids) {
    return ids.flatMap(id -> load(id), 4);
  }

  // end::flatmap-old[]

  // tag::flatmap-new[]
  static Flux<Integer> load(Flux<Integer> ids) {
    return ids.transform(mapAwaitUnordered(4, id -> awaitSingle(load(id))));
  }

  // end::flatmap-new[]

  // tag::flatmap-list[]
  static List<Integer> load(List<Integer> ids) {
    return mapConcurrent(ids, 4, id -> awaitSingle(load(id))); // in the order of the ids
  }

  // end::flatmap-list[]

  @Test
  @DisplayName("flatMap with a concurrency")
  void flatMap() {
    Flux<Integer> ids = Flux.range(1, 20);
    assertThat(awaitList(load(ids)))
        .containsExactlyInAnyOrderElementsOf(awaitList(loadReactive(ids)));
    List<Integer> list = awaitList(ids);
    assertThat(load(list)).containsExactlyElementsOf(list.stream().map(id -> id * id).toList());
    assertThat(outcome(load(Flux.just(-1)).next()))
        .isEqualTo(outcome(loadReactive(Flux.just(-1)).next()));
  }

  // tag::firstvalue-old[]
  static Mono<String> fastestReactive(Mono<String> near, Mono<String> far) {
    return Mono.firstWithValue(near, far);
  }

  // end::firstvalue-old[]

  // tag::firstvalue-new[]
  static Mono<String> fastest(Mono<String> near, Mono<String> far) {
    return mono(() -> awaitAny(awaitable(near.single()), awaitable(far.single())));
  }

  // end::firstvalue-new[]

  @Test
  @DisplayName("Mono.firstWithValue")
  void firstWithValue() {
    Mono<String> far = Mono.just("far").hide();
    for (Mono<String> near :
        List.<Mono<String>>of(Mono.error(broken), Mono.empty(), Mono.never())) {
      assertThat(outcome(fastestReactive(near, far))).isEqualTo("far");
      assertThat(outcome(fastest(near, far))).isEqualTo("far");
    }
  }

  // tag::firstsignal-old[]
  static Mono<String> firstSignalReactive(Mono<String> near, Mono<String> far) {
    return Mono.firstWithSignal(near, far);
  }

  // end::firstsignal-old[]

  // tag::firstsignal-new[]
  static Mono<String> firstSignal(Mono<String> near, Mono<String> far) {
    return mono(() -> {
      try (var scope = CoroutineScope.open(new FirstToEnd<Optional<String>>())) {
        scope.fork(() -> awaitOptional(near));
        scope.fork(() -> awaitOptional(far));
        return scope.join().orElse(null); // a failure and empty count, too
      }
    });
  }

  // end::firstsignal-new[]

  @Test
  @DisplayName("Mono.firstWithSignal")
  void firstWithSignal() {
    Mono<String> far = Mono.never();
    for (Mono<String> near :
        List.<Mono<String>>of(Mono.error(broken), Mono.empty(), Mono.just("near"))) {
      assertThat(outcome(firstSignal(near, far)))
          .isEqualTo(outcome(firstSignalReactive(near, far)));
    }
    assertThat(outcome(firstSignal(Mono.error(broken), far))).isEqualTo("failed: broken");
  }

  @Test
  @DisplayName("subscribe() with nothing")
  void subscribe() {
    Queue<String> audited = new ConcurrentLinkedQueue<>();
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    Mono<Void> record = Mono.<Void>fromRunnable(() -> audited.add("event")).hide();
    // tag::subscribe-old[]
    record.subscribe(); // its end and its failure are nobody's
    // end::subscribe-old[]
    CoroutineScope<@Nullable Object, ?> background =
        CoroutineScope.background(
            config -> config.withFailureHandler((child, failure) -> failures.add(failure)));
    // tag::subscribe-new[]
    background.fork(() -> {
      await(record); // ends before its owner does; a failure goes to the handler
    });
    // end::subscribe-new[]
    background.fork(() -> {
      throw broken;
    });
    background.close(Eventually.DEADLINE);
    assertThat(audited).containsExactly("event", "event");
    assertThat(failures).containsExactly(broken);
  }

  private static final Page NO_PAGE = new Page("nobody", 0);

  // tag::timeout-old[]
  static Mono<Page> pageInTimeReactive(Mono<String> user, Mono<Integer> orders, Duration time) {
    return Mono.zip(user, orders, Page::new)
        .timeout(time)
        .onErrorResume(TimeoutException.class, slow -> Mono.just(NO_PAGE));
  }

  // end::timeout-old[]

  // tag::timeout-new[]
  static Mono<Page> pageInTime(Mono<String> user, Mono<Integer> orders, Duration time) {
    return mono(() -> {
      try {
        return withTimeout(time, () -> awaitAll(awaitable(user), awaitable(orders), Page::new));
      } catch (AwaitTimeoutException slow) {
        return NO_PAGE;
      }
    });
  }

  // end::timeout-new[]

  @Test
  @DisplayName("timeout and onErrorResume around a group")
  void timeout() {
    Duration day = Duration.ofDays(1);
    assertThat(outcome(pageInTime(user, orders, day)))
        .isEqualTo(outcome(pageInTimeReactive(user, orders, day)));
    Duration moment = Duration.ofMillis(50);
    assertThat(outcome(pageInTime(user, Mono.never(), moment)))
        .isEqualTo(outcome(pageInTimeReactive(user, Mono.never(), moment)));
    assertThat(outcome(pageInTime(user, Mono.error(broken), day))).isEqualTo("failed: broken");
  }
}
