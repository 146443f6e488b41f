package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collector;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A1 A17 A18 what each await makes of a source's items (table of section 2)")
@Timeout(60)
class AwaitCardinalityTest {

  static Stream<Arguments> everywhere() {
    return Stream.of(Kind.values())
        .flatMap(kind ->
            Stream.of(Where.values())
                .flatMap(where ->
                    Stream.of(false, true).map(async -> Arguments.of(kind, where, async))));
  }

  private static Items items(boolean async, String... items) {
    Items source = Items.of(items);
    return async ? source.async() : source;
  }

  private static @Nullable Object outcome(Kind kind, Where where, Items source) {
    return where.<@Nullable Object>fork(() -> Kind.outcome(() -> kind.of(source))).join();
  }

  @ParameterizedTest(name = "{0} {1} async={2}")
  @MethodSource("everywhere")
  @DisplayName("A18 no item: null, empty, or NoSuchElementException as the table says")
  void empty(Kind kind, Where where, boolean async) {
    Items source = items(async);
    assertThat(outcome(kind, where, source)).isEqualTo(kind.ofEmpty);
    assertThat(source.cancels).isZero();
  }

  @ParameterizedTest(name = "{0} {1} async={2}")
  @MethodSource("everywhere")
  @DisplayName("A1 one item; the end is not cancelled")
  void one(Kind kind, Where where, boolean async) {
    Items source = items(async, "a");
    assertThat(outcome(kind, where, source)).isEqualTo(kind.ofOne);
    assertThat(source.cancels).isEqualTo(kind.cutsOff() ? 1 : 0);
    assertThat(source.ended || kind.cutsOff()).isTrue();
    assertThat(source.ended && kind.cutsOff() && !async).isFalse();
  }

  @ParameterizedTest(name = "{0} {1} async={2}")
  @MethodSource("everywhere")
  @DisplayName("A1 A5 many items: too many and first cancel once, the others run to the end")
  void many(Kind kind, Where where, boolean async) {
    Items source = items(async, "a", "b", "c");
    assertThat(outcome(kind, where, source)).isEqualTo(kind.ofMany);
    boolean cancelled = kind.cutsOff() || kind.isOne();
    assertThat(source.cancels).isEqualTo(cancelled ? 1 : 0);
    // a source on another thread may reach its end before the cancel
    assertThat(source.ended && cancelled && !async).isFalse();
    assertThat(source.ended || cancelled).isTrue();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  @DisplayName("A1 the demand is the table's, in one request")
  void demand(Kind kind) {
    Probe<String> probe = new Probe<String>().onRequest(p -> p.next("a").complete());
    assertThat(kind.of(probe)).isEqualTo(kind.ofOne);
    assertThat(probe.requests()).containsExactly(kind.demand);
    assertThat(probe.subscriptions()).isEqualTo(1);
    assertThat(probe.overlapped()).as("RS 2.7").isFalse();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  @DisplayName("A1 A18 a Flow.Publisher gives the same as a Publisher")
  void flow(Kind kind) {
    assertThat(Kind.outcome(() -> kind.ofFlow(Items.of()))).isEqualTo(kind.ofEmpty);
    assertThat(Kind.outcome(() -> kind.ofFlow(Items.of("a")))).isEqualTo(kind.ofOne);
    Items many = Items.of("a", "b", "c");
    assertThat(Kind.outcome(() -> kind.ofFlow(many))).isEqualTo(kind.ofMany);
    assertThat(many.requested).isEqualTo(kind.demand);
    assertThat(many.cancels).isEqualTo(kind.cutsOff() || kind.isOne() ? 1 : 0);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  @DisplayName("A1 nothing but awaitFirst returns before the terminal signal")
  void awaitsTheEnd(Kind kind) {
    Probe<String> probe = new Probe<>();
    Fork<@Nullable Object> awaiting = Fork.<@Nullable Object>platform(() -> kind.of(probe));
    probe.awaitRequest();
    awaiting.awaitParked();
    probe.next("a");
    if (kind.cutsOff()) {
      assertThat(awaiting.join()).isEqualTo("a");
      assertThat(probe.cancels()).isEqualTo(1);
      return;
    }
    awaiting.awaitParked();
    assertThat(awaiting.isDone()).isFalse();
    probe.complete();
    assertThat(awaiting.join()).isEqualTo(kind.ofOne);
    assertThat(probe.cancels()).isZero();
  }

  @Test
  @DisplayName("A1 awaitFirstOrElse asks the supplier only when there is no item")
  void orElseIsLazy() {
    AtomicBoolean asked = new AtomicBoolean();
    String first =
        Await.awaitFirstOrElse(
            Items.of("a"),
            () -> {
              asked.set(true);
              return "else";
            });
    assertThat(first).isEqualTo("a");
    assertThat(asked).isFalse();
  }

  @Test
  @DisplayName("section 8 a supplier or combiner that throws: as is, after the source's end")
  void throwingSupplier() {
    Items empty = Items.of();
    IllegalStateException failure = new IllegalStateException("of the supplier");
    assertThat(
            catchThrowable(() ->
                Await.<String>awaitFirstOrElse(
                    empty,
                    () -> {
                      throw failure;
                    })))
        .isSameAs(failure);
    assertThat(empty.ended).isTrue();
    assertThat(empty.cancels).isZero();
    assertThat(
            catchThrowable(() ->
                Await.<String, String, String>awaitAll(
                    s -> s.resume("a"),
                    s -> s.resume("b"),
                    (a, b) -> {
                      throw failure;
                    })))
        .isSameAs(failure);
    assertThat(failure).hasNoSuppressedExceptions();
  }

  @Test
  @DisplayName("A1 awaitList is unmodifiable")
  void listIsUnmodifiable() {
    List<String> list = Await.awaitList(Items.of("a"));
    assertThatThrownBy(() -> list.add("b")).isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  @DisplayName("A12 awaitCompletion and awaitLast give dropped items to the discard hook")
  void droppedItems() {
    try (Undelivered lost = new Undelivered()) {
      Await.awaitCompletion(Items.of("a", "b"));
      assertThat(lost.values()).containsExactly("a", "b");
      assertThat(Await.awaitLast(Items.of("c", "d"))).isEqualTo("d");
      assertThat(lost.values()).containsExactly("a", "b", "c");
      assertThat(lost.failures()).isEmpty();
    }
  }

  @Test
  @DisplayName("A5 A7 an accumulator that throws cancels the source and is the failure")
  void throwingAccumulator() {
    IllegalStateException failure = new IllegalStateException("accumulator");
    Items source = Items.of("a", "b");
    assertThatThrownBy(() ->
            Await.awaitCollect(
                source,
                Collector.<String, int[]>of(
                    () -> new int[1],
                    (box, item) -> {
                      throw failure;
                    },
                    (left, right) -> left)))
        .isSameAs(failure);
    assertThat(source.cancels).isEqualTo(1);
  }

  @Test
  @DisplayName("A5 A7 a finisher that throws is the failure, the ended source is not cancelled")
  void throwingFinisher() {
    IllegalStateException failure = new IllegalStateException("finisher");
    Items source = Items.of("a");
    assertThatThrownBy(() ->
            Await.awaitCollect(
                source,
                Collector.<String, int[], String>of(
                    () -> new int[1],
                    (box, item) -> box[0]++,
                    (left, right) -> left,
                    box -> {
                      throw failure;
                    })))
        .isSameAs(failure);
    assertThat(source.cancels).isZero();
  }

  @Test
  @DisplayName("A17 delay suspends at least that long; zero and negative return at once")
  void delay() {
    Await.delay(Duration.ZERO);
    Await.delay(Duration.ofSeconds(-1));
    Await.delay(Duration.ofSeconds(Long.MIN_VALUE));
    long start = System.nanoTime();
    Await.delay(Duration.ofMillis(20));
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(20_000_000);
  }

  @Test
  @DisplayName("A17 10 000 delays at once use no platform thread per call")
  void delaysUseNoThreads() {
    List<Coroutine<@Nullable Void>> delays =
        Stream.generate(() -> Coroutine.start(() -> Await.delay(Duration.ofMillis(200))))
            .limit(10_000)
            .toList();
    long timers =
        Thread.getAllStackTraces().keySet().stream()
            .filter(t -> t.getName().startsWith("bridge-timer"))
            .count();
    assertThat(timers).isBetween(1L, 2L);
    delays.forEach(Coroutine::await);
  }

  @Test
  @DisplayName("A17 A5 a delay for ever ends by cancellation")
  void delayForEver() {
    Coroutine<@Nullable Void> delay =
        Coroutine.start(() -> Await.delay(Duration.ofSeconds(Long.MAX_VALUE)));
    delay.cancel();
    Fork.virtual(() -> Kind.outcome(delay::await)).join();
    assertThat(delay.state()).isEqualTo(Coroutine.State.CANCELLED);
  }
}
