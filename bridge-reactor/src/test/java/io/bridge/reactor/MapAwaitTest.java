package io.bridge.reactor;

import static io.bridge.reactor.ReactorBridge.awaitSingle;
import static io.bridge.reactor.ReactorBridge.mapAwait;
import static io.bridge.reactor.ReactorBridge.mapAwaitUnordered;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.ItemBody;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Probe;
import java.io.IOException;
import java.nio.channels.spi.AbstractInterruptibleChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.util.context.Context;

@DisplayName("B8 mapAwait and mapAwaitUnordered")
@Timeout(60)
class MapAwaitTest {

  private static final Duration DEADLINE = Duration.ofSeconds(30);

  /** Both orders. */
  enum How {
    ORDERED,
    UNORDERED;

    <A, B> Function<Flux<A>, Flux<B>> of(
        int concurrency, ItemBody<? super A, @Nullable B, ? extends Exception> body) {
      return this == ORDERED ? mapAwait(concurrency, body) : mapAwaitUnordered(concurrency, body);
    }
  }

  /** Bodies that wait until the test lets them go, one by one. */
  private static final class Gates {
    final List<Integer> started = new CopyOnWriteArrayList<>();
    final List<Integer> interrupted = new CopyOnWriteArrayList<>();
    final AtomicInteger running = new AtomicInteger();
    final AtomicInteger most = new AtomicInteger();
    final AtomicInteger ended = new AtomicInteger();
    final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final Map<Integer, CompletableFuture<String>> gates = new ConcurrentHashMap<>();

    CompletableFuture<String> gate(int item) {
      return gates.computeIfAbsent(item, i -> new CompletableFuture<>());
    }

    void open(int item) {
      gate(item).complete("v" + item);
    }

    /** The body. */
    String run(Integer item) throws Exception {
      most.accumulateAndGet(running.incrementAndGet(), Math::max);
      threads.add(Thread.currentThread());
      started.add(item);
      try {
        return gate(item).get();
      } catch (InterruptedException e) {
        interrupted.add(item);
        throw e;
      } catch (ExecutionException e) {
        if (e.getCause() instanceof Error error) {
          throw error;
        }
        throw e.getCause() instanceof Exception cause ? cause : e;
      } finally {
        running.decrementAndGet();
        ended.incrementAndGet();
      }
    }

    void awaitStarted(int count) {
      Eventually.until(count + " bodies", () -> started.size() >= count);
    }

    void awaitGone() {
      for (Thread thread : threads) {
        Eventually.until("the end of a body's thread", () -> !thread.isAlive());
      }
    }
  }

  /** Numbers from 1 on, and what is asked of them. */
  private static final class Source {
    final AtomicLong requested = new AtomicLong();
    final AtomicInteger cancels = new AtomicInteger();
    final Flux<Integer> flux;

    Source(int count) {
      flux =
          Flux.range(1, count)
              .hide()
              .doOnRequest(requested::addAndGet)
              .doOnCancel(cancels::incrementAndGet);
    }
  }

  /** Asks for everything. */
  private static final class Sink extends BaseSubscriber<String> {
    final List<String> items = new CopyOnWriteArrayList<>();
    final List<Throwable> failures = new CopyOnWriteArrayList<>();
    final CountDownLatch end = new CountDownLatch(1);

    @Override
    protected void hookOnNext(String item) {
      items.add(item);
    }

    @Override
    protected void hookOnError(Throwable failure) {
      failures.add(failure);
      end.countDown();
    }

    @Override
    protected void hookOnComplete() {
      end.countDown();
    }

    Sink ended() {
      Eventually.until("the end", () -> end.getCount() == 0);
      return this;
    }

    Sink awaitItems(int count) {
      Eventually.until(count + " items", () -> items.size() >= count);
      return this;
    }
  }

  private final Lost lost = new Lost();
  private final Gates gates = new Gates();
  private final Sink sink = new Sink();

  @AfterEach
  void nothingIsLeft() {
    lost.close();
    assertThat(Thread.interrupted()).isFalse();
    assertThat(lost.failures).isEmpty();
  }

  private void assertNothingLost() {
    gates.awaitGone();
    assertThat(lost.droppedErrors).isEmpty();
    assertThat(lost.droppedItems).isEmpty();
  }

  // order

  @Test
  @DisplayName("B8 mapAwait keeps the order of the items")
  void ordered_lastFirst_inOrder() {
    Flux.range(1, 3).transform(mapAwait(3, gates::run)).subscribe(sink);
    gates.awaitStarted(3);
    gates.open(3);
    gates.open(2);
    Eventually.until("two have ended", () -> gates.ended.get() == 2);
    Eventually.until(
        "their values wait", () -> gates.threads.stream().filter(Thread::isAlive).count() == 1);
    assertThat(sink.items).isEmpty();
    gates.open(1);
    assertThat(sink.ended().items).containsExactly("v1", "v2", "v3");
    assertNothingLost();
  }

  @Test
  @DisplayName("B8 mapAwaitUnordered delivers the values as they come")
  void unordered_asTheyCome() {
    Flux.range(1, 3).transform(mapAwaitUnordered(3, gates::run)).subscribe(sink);
    gates.awaitStarted(3);
    gates.open(3);
    assertThat(sink.awaitItems(1).items).containsExactly("v3");
    gates.open(1);
    assertThat(sink.awaitItems(2).items).containsExactly("v3", "v1");
    gates.open(2);
    assertThat(sink.ended().items).containsExactly("v3", "v1", "v2");
    assertNothingLost();
  }

  // bounds

  static Stream<Arguments> bounds() {
    return Stream.of(How.values())
        .flatMap(how -> IntStream.of(1, 2, 8).mapToObj(bound -> Arguments.of(how, bound)));
  }

  @ParameterizedTest
  @MethodSource("bounds")
  @DisplayName("B8 at most `concurrency` bodies at once, and as many if there are items")
  void concurrency_isTheBound(How how, int concurrency) {
    Source source = new Source(3 * concurrency);
    source.flux.transform(how.of(concurrency, gates::run)).subscribe(sink);
    for (int done = 0; done < 3 * concurrency; done++) {
      gates.awaitStarted(Math.min(3 * concurrency, concurrency + done));
      assertThat(source.requested.get()).isLessThanOrEqualTo(concurrency + done);
      gates.open(done + 1);
      sink.awaitItems(done + 1);
    }
    sink.ended();
    assertThat(gates.most).hasValue(concurrency);
    assertThat(sink.items).hasSize(3 * concurrency).doesNotHaveDuplicates();
    assertThat(source.cancels).hasValue(0);
    assertThat(gates.threads).allMatch(Thread::isVirtual).doesNotHaveDuplicates();
    assertNothingLost();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B8 100 000 items, eight at a time: all results, in order where that is kept")
  void manyItems(How how) {
    int count = 100_000;
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<Integer> squares =
        Flux.range(1, count)
            .transform(
                how.<Integer, Integer>of(
                    8,
                    item -> {
                      most.accumulateAndGet(running.incrementAndGet(), Math::max);
                      try {
                        return item * 3;
                      } finally {
                        running.decrementAndGet();
                      }
                    }))
            .collectList()
            .blockOptional(DEADLINE)
            .orElseThrow();
    List<Integer> expected = IntStream.rangeClosed(1, count).mapToObj(i -> i * 3).toList();
    if (how == How.ORDERED) {
      assertThat(squares.equals(expected)).isTrue();
    } else {
      assertThat(squares.stream().sorted().toList().equals(expected)).isTrue();
    }
    assertThat(most.get()).isBetween(1, 8);
    assertNothingLost();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("section 8: a concurrency below 1 is refused by name, at assembly")
  void badArguments(How how) {
    for (int concurrency : new int[] {0, -1, Integer.MIN_VALUE}) {
      assertThatThrownBy(() -> how.of(concurrency, gates::run))
          .isExactlyInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("concurrency");
    }
  }

  // cold

  @ParameterizedTest
  @EnumSource
  @DisplayName("B12 B8 nothing runs at assembly; each subscriber runs the bodies anew")
  void cold(How how) {
    AtomicInteger runs = new AtomicInteger();
    Function<Flux<Integer>, Flux<Integer>> mapping =
        how.of(
            2,
            item -> {
              runs.incrementAndGet();
              return item;
            });
    Source source = new Source(3);
    Flux<Integer> mapped = source.flux.transform(mapping);
    assertThat(runs).hasValue(0);
    assertThat(source.requested).hasValue(0);
    for (int i = 1; i <= 3; i++) {
      assertThat(mapped.collectList().blockOptional(DEADLINE).orElseThrow())
          .containsExactlyInAnyOrder(1, 2, 3);
      assertThat(runs).hasValue(3 * i);
    }
    assertThat(mapping.apply(Flux.just(4)).blockLast(DEADLINE)).isEqualTo(4);
  }

  // failures

  static Stream<Arguments> failures() {
    List<Throwable> failures =
        List.of(
            new IOException("checked"),
            new IllegalStateException("unchecked"),
            new AssertionError("error"),
            new NoClassDefFoundError("fatal for Reactor"),
            new OutOfMemoryError("fatal for the JVM, thrown by the test"),
            new StackOverflowError("thrown by the test"));
    return Stream.of(How.values())
        .flatMap(how -> failures.stream().map(failure -> Arguments.of(how, failure)));
  }

  @ParameterizedTest
  @MethodSource("failures")
  @DisplayName("B8 B11 the first failure of a body, as itself, ends the rest: bodies and source")
  void bodyFails_cancelsTheRest(How how, Throwable failure) {
    Source source = new Source(100);
    source.flux.transform(how.of(3, gates::run)).subscribe(sink);
    gates.awaitStarted(3);
    gates.gate(2).completeExceptionally(failure);
    assertThat(sink.ended().failures).containsExactly(failure);
    gates.awaitGone();
    assertThat(gates.interrupted).containsExactlyInAnyOrder(1, 3);
    assertThat(gates.started).hasSize(3);
    assertThat(source.cancels).hasValue(1);
    assertThat(sink.items).isEmpty();
    assertNothingLost();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A12 B8 a failure after the first goes to onErrorDropped")
  void bodyFails_laterFailureDropped(How how) {
    IOException failure = new IOException("first");
    IllegalStateException late = new IllegalStateException("second");
    Flux.range(1, 2)
        .transform(
            how.<Integer, String>of(
                2,
                item -> {
                  try {
                    return gates.run(item);
                  } catch (InterruptedException e) {
                    throw late;
                  }
                }))
        .subscribe(sink);
    gates.awaitStarted(2);
    gates.gate(1).completeExceptionally(failure);
    assertThat(sink.ended().failures).containsExactly(failure);
    gates.awaitGone();
    assertThat(lost.droppedErrors).containsExactly(late);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B8 a failure of the source cancels the bodies, and arrives as itself")
  void sourceFails_cancelsTheBodies(How how) {
    IOException failure = new IOException("source");
    Probe<Integer> source = new Probe<>();
    Flux.from(source).transform(how.of(3, gates::run)).subscribe(sink);
    source.next(1).next(2);
    gates.awaitStarted(2);
    source.fail(failure);
    assertThat(sink.ended().failures).containsExactly(failure);
    gates.awaitGone();
    assertThat(gates.interrupted).containsExactlyInAnyOrder(1, 2);
    assertThat(source.cancels()).isLessThanOrEqualTo(1); // of a source that has ended: RS 3.7
    assertNothingLost();
  }

  // cancel

  @ParameterizedTest
  @EnumSource
  @DisplayName("B6 B8 a cancel ends the bodies and the source, without a signal or noise")
  void cancelled_quiet(How how) {
    Source source = new Source(100);
    source.flux.transform(how.of(3, gates::run)).subscribe(sink);
    gates.awaitStarted(3);
    sink.cancel();
    gates.awaitGone();
    assertThat(gates.interrupted).containsExactlyInAnyOrder(1, 2, 3);
    assertThat(gates.started).hasSize(3);
    assertThat(source.cancels).hasValue(1);
    assertThat(sink.items).isEmpty();
    assertThat(sink.end.getCount()).isEqualTo(1);
    assertNothingLost();
    assertThat(lost.values).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B8 an operator below that has enough ends the bodies, without noise")
  void take_endsTheRest(How how) {
    Source source = new Source(100);
    source.flux.transform(how.of(3, gates::run)).take(1).subscribe(sink);
    gates.awaitStarted(3);
    gates.open(1);
    assertThat(sink.ended().items).containsExactly("v1");
    gates.awaitGone();
    assertThat(source.cancels).hasValue(1);
    assertThat(gates.interrupted).contains(2, 3);
    assertNothingLost();
  }

  // what a body may do

  @ParameterizedTest
  @EnumSource
  @DisplayName("B7 B8 a body may block, on sources of every thread, below a parallel one too")
  void body_mayBlock(How how) {
    Flux<Integer> mapped =
        Flux.range(1, 50)
            .publishOn(Schedulers.parallel())
            .transform(
                how.<Integer, Integer>of(
                    4, item -> Mono.just(item).subscribeOn(Schedulers.parallel()).block(DEADLINE)));
    assertThat(mapped.collectList().blockOptional(DEADLINE).orElseThrow())
        .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, 50).boxed().toList());
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("C2 B8 the subscriber's Context passes through to the operators above")
  void context_passesThrough(How how) {
    Flux<String> mapped =
        Flux.just(1, 2)
            .concatMap(i -> Mono.deferContextual(ctx -> Mono.just(ctx.get("key") + ":" + i)))
            .transform(how.<String, String>of(2, text -> text))
            .contextWrite(Context.of("key", "bound"));
    assertThat(mapped.collectList().blockOptional(DEADLINE).orElseThrow())
        .containsExactlyInAnyOrder("bound:1", "bound:2");
  }

  // how it reads

  private static Mono<String> load(int id) {
    return Mono.just("row " + id).subscribeOn(Schedulers.parallel());
  }

  private static String read(Integer id) throws IOException {
    if (id < 0) {
      throw new IOException("no row " + id);
    }
    return "row " + id;
  }

  @Test
  @DisplayName("B8 in a chain: both types are inferred, from a lambda and from a method reference")
  void inference() {
    Flux<Integer> ids = Flux.just(1, 2);
    Flux<String> rows = ids.transform(mapAwait(8, id -> awaitSingle(load(id))));
    Flux<Integer> lengths =
        ids.transform(mapAwait(8, id -> awaitSingle(load(id + 10)))).map(row -> row.length());
    Flux<String> referred = ids.transform(mapAwait(8, MapAwaitTest::read)).map(String::trim);
    Flux<String> unordered =
        ids.transform(mapAwaitUnordered(8, id -> read(id))).filter(row -> row.endsWith("1"));
    Flux<CharSequence> wider = ids.transform(mapAwaitUnordered(8, MapAwaitTest::read));
    StepVerifier.create(rows).expectNext("row 1", "row 2").expectComplete().verify(DEADLINE);
    StepVerifier.create(lengths).expectNext(6, 6).expectComplete().verify(DEADLINE);
    StepVerifier.create(referred).expectNext("row 1", "row 2").expectComplete().verify(DEADLINE);
    StepVerifier.create(unordered).expectNext("row 1").expectComplete().verify(DEADLINE);
    StepVerifier.create(wider).expectNextCount(2).expectComplete().verify(DEADLINE);
  }

  /** Its close throws, so that the interrupt of a thread inside it does. */
  private static final class HostileChannel extends AbstractInterruptibleChannel {

    void block(Runnable inside) throws InterruptedException, IOException {
      begin();
      try {
        inside.run();
        Thread.sleep(Duration.ofHours(1));
      } finally {
        end(true);
      }
    }

    @Override
    protected void implCloseChannel() {
      throw new IllegalStateException("of the channel");
    }
  }

  @Test
  @DisplayName("A5 (2) B8: a run whose interrupt throws: reported, and all others are cancelled")
  void throwingInterrupt() {
    int runs = 16;
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger ended = new AtomicInteger();
    Disposable subscription =
        Flux.range(0, runs)
            .<Integer>transform(
                mapAwait(
                    runs,
                    item -> {
                      try {
                        new HostileChannel().block(inside::incrementAndGet);
                        return item;
                      } finally {
                        ended.incrementAndGet();
                      }
                    }))
            .subscribe();
    Eventually.until("all run", () -> inside.get() == runs);
    subscription.dispose();
    Eventually.until("all have ended", () -> ended.get() == runs);
    assertThat(lost.failures)
        .hasSize(runs)
        .allMatch(failure -> "of the channel".equals(failure.getMessage()));
    lost.failures.clear();
  }
}
