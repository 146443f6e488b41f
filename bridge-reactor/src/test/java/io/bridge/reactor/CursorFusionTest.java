package io.bridge.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.Coroutine;
import io.bridge.Cursor;
import io.bridge.Publishers;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.util.concurrent.Queues;

@DisplayName("I5 a loop over Reactor's operators takes the items out of their queue")
@Timeout(60)
class CursorFusionTest {

  private final Scheduler single = Schedulers.newSingle("a-single");
  private final Lost lost = new Lost();

  @AfterEach
  void close() {
    single.dispose();
    lost.close();
  }

  private static <T> List<T> rest(Cursor<T> items) {
    List<T> seen = new ArrayList<>();
    items.forEachRemaining(seen::add);
    return seen;
  }

  private static List<Integer> upTo(int count) {
    return IntStream.rangeClosed(1, count).boxed().toList();
  }

  static List<Named<Flux<Integer>>> tenTimes() {
    List<Integer> ten = upTo(10);
    List<Named<Flux<Integer>>> sources = new ArrayList<>();
    sources.add(Named.of("range", Flux.range(1, 10)));
    sources.add(Named.of("fromIterable", Flux.fromIterable(ten)));
    sources.add(Named.of("fromArray", Flux.fromArray(ten.toArray(Integer[]::new))));
    sources.add(Named.of("fromStream", Flux.fromStream(() -> upTo(10).stream())));
    sources.add(Named.of("map", Flux.range(0, 10).map(i -> i + 1)));
    sources.add(Named.of("filter", Flux.range(1, 20).filter(i -> i <= 10)));
    sources.add(Named.of("publishOn", Flux.range(1, 10).publishOn(Schedulers.parallel())));
    sources.add(
        Named.of("publishOn, one ahead", Flux.range(1, 10).publishOn(Schedulers.parallel(), 1)));
    sources.add(
        Named.of(
            "map.publishOn", Flux.range(0, 10).map(i -> i + 1).publishOn(Schedulers.parallel())));
    sources.add(
        Named.of(
            "publishOn.map", Flux.range(0, 10).publishOn(Schedulers.parallel()).map(i -> i + 1)));
    sources.add(Named.of("concatMap", Flux.range(0, 10).concatMap(i -> Mono.just(i + 1))));
    sources.add(Named.of("flatMapIterable", Flux.just(1).flatMapIterable(i -> ten)));
    sources.add(
        Named.of(
            "generate",
            Flux.generate(
                () -> 1,
                (i, sink) -> {
                  sink.next(i);
                  if (i == 10) {
                    sink.complete();
                  }
                  return i + 1;
                })));
    sources.add(Named.of("reduce", Flux.range(1, 10).collectList().flatMapIterable(all -> all)));
    sources.add(Named.of("distinct", Flux.range(1, 10).distinct()));
    sources.add(Named.of("doOnNext", Flux.range(1, 10).doOnNext(i -> {})));
    List<Named<Flux<Integer>>> all = new ArrayList<>(sources);
    for (Named<Flux<Integer>> source : sources) {
      all.add(Named.of(source.getName() + ", hidden", source.getPayload().hide()));
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("tenTimes")
  @DisplayName("I5 the same items, fused or hidden, whatever the prefetch; nothing is given up")
  void sameItems(Flux<Integer> source) {
    for (int prefetch : new int[] {1, 2, 5, 256, Integer.MAX_VALUE}) {
      try (Cursor<Integer> items = Publishers.iterate(source, prefetch)) {
        assertThat(rest(items)).as("prefetch %d", prefetch).isEqualTo(upTo(10));
      }
    }
    assertThat(lost.values).isEmpty();
    assertThat(lost.failures).isEmpty();
  }

  @Test
  @DisplayName("I5 of one item: just, fromCallable, single and empty ones")
  void single() {
    Flux<String> none = Flux.empty();
    assertThat(rest(Publishers.iterate(Mono.just("a")))).containsExactly("a");
    assertThat(rest(Publishers.iterate(Mono.fromCallable(() -> "a")))).containsExactly("a");
    assertThat(rest(Publishers.iterate(Flux.just("a").single()))).containsExactly("a");
    assertThat(rest(Publishers.iterate(Flux.range(1, 3).reduce(Integer::sum)))).containsExactly(6);
    assertThat(rest(Publishers.iterate(none))).isEmpty();
    assertThat(rest(Publishers.iterate(Mono.just(1).publishOn(single)))).containsExactly(1);
    assertThat(lost.values).isEmpty();
  }

  @Test
  @DisplayName("I5 SYNC: the operators run on the loop's thread, when it asks, and not before")
  void pulled() {
    List<Thread> threads = new CopyOnWriteArrayList<>();
    Flux<Integer> source = Flux.range(1, 1_000).doOnNext(i -> threads.add(Thread.currentThread()));
    try (Cursor<Integer> items = Publishers.iterate(source)) {
      assertThat(threads).as("nothing is prefetched").isEmpty();
      items.next();
      items.next();
      assertThat(threads).containsExactly(Thread.currentThread(), Thread.currentThread());
    }
    assertThat(threads).hasSize(2);
  }

  @Test
  @DisplayName("I5 THREAD_BARRIER: operators behind publishOn go on running on its scheduler")
  void barrier() {
    List<String> threads = new CopyOnWriteArrayList<>();
    Runnable seen = () -> threads.add(Thread.currentThread().getName());
    Flux<Integer> source =
        Flux.range(1, 10)
            .publishOn(single)
            .doOnNext(i -> seen.run())
            .filter(i -> {
              seen.run();
              return true;
            })
            .map(i -> {
              seen.run();
              return i;
            });
    try (Cursor<Integer> items = Publishers.iterate(source)) {
      assertThat(rest(items)).isEqualTo(upTo(10));
    }
    assertThat(threads).hasSize(30).allSatisfy(name -> assertThat(name).startsWith("a-single"));
  }

  @Test
  @DisplayName(
      "I5 Reactor's distinct passes no barrier on: its key is computed on the loop's thread")
  void peer_distinct_noBarrier() {
    List<Thread> threads = new CopyOnWriteArrayList<>();
    Flux<Integer> source =
        Flux.range(1, 10)
            .publishOn(single)
            .distinct(i -> {
              threads.add(Thread.currentThread());
              return i;
            });
    try (Cursor<Integer> items = Publishers.iterate(source)) {
      assertThat(rest(items)).isEqualTo(upTo(10));
    }
    assertThat(threads).as("a fixed peer would stay on its own").contains(Thread.currentThread());
  }

  @Test
  @DisplayName("I5 ASYNC: the queue of a unicast sink is shared, none of its items is copied")
  void shared() {
    java.util.Queue<Integer> queue = Queues.<Integer>unbounded().get();
    Sinks.Many<Integer> sink = Sinks.many().unicast().onBackpressureBuffer(queue);
    try (Cursor<Integer> items = Publishers.iterate(sink.asFlux())) {
      sink.tryEmitNext(1).orThrow();
      sink.tryEmitNext(2).orThrow();
      assertThat(queue).hasSize(2);
      assertThat(items.next()).isEqualTo(1);
      assertThat(queue).hasSize(1);
      Fork<List<Integer>> loop = Fork.virtual(() -> rest(items));
      loop.awaitParked();
      sink.tryEmitNext(3).orThrow();
      sink.tryEmitComplete().orThrow();
      assertThat(loop.join()).containsExactly(2, 3);
    }
    assertThat(lost.values).isEmpty();
  }

  @Test
  @DisplayName(
      "A12 the discard hook gets what is left in a shared queue, once, and the source a cancel")
  void discarded() {
    List<Object> hook = new CopyOnWriteArrayList<>();
    AtomicInteger cancels = new AtomicInteger();
    Sinks.Many<Integer> sink = Sinks.many().unicast().onBackpressureBuffer();
    Flux<Integer> source =
        sink.asFlux().doOnCancel(cancels::incrementAndGet).doOnDiscard(Integer.class, hook::add);
    Cursor<Integer> items = Publishers.iterate(source);
    for (int i = 1; i <= 4; i++) {
      sink.tryEmitNext(i).orThrow();
    }
    assertThat(items.next()).isEqualTo(1);
    assertThat(items.hasNext()).isTrue();
    items.close();
    items.close();
    assertThat(cancels).hasValue(1);
    assertThat(lost.values).as("the item of hasNext").startsWith(2);
    List<Object> given = new ArrayList<>(lost.values);
    given.addAll(hook);
    assertThat(given).containsExactlyInAnyOrder(2, 3, 4);
  }

  @Test
  @DisplayName("A12 SYNC: what was not pulled out of a list goes to the discard hook, once")
  void discardedOfPulled() {
    List<Object> hook = new CopyOnWriteArrayList<>();
    Flux<Integer> source = Flux.fromIterable(upTo(5)).doOnDiscard(Integer.class, hook::add);
    Cursor<Integer> items = Publishers.iterate(source);
    assertThat(items.next()).isEqualTo(1);
    assertThat(items.hasNext()).isTrue();
    items.close();
    items.close();
    assertThat(lost.values).as("the item of hasNext").containsExactly(2);
    assertThat(hook).containsExactly(3, 4, 5);
  }

  @Test
  @DisplayName("A12 C2 in a body, what a cursor leaves goes to the hook of the body's subscriber")
  void discardedInBody() {
    List<Object> hook = new CopyOnWriteArrayList<>();
    Mono<Integer> body =
        ReactorBridge.mono(() -> {
          try (Cursor<Integer> items = Publishers.iterate(Flux.range(1, 3).hide())) {
            return items.next();
          }
        });
    assertThat(body.doOnDiscard(Integer.class, hook::add).block()).isEqualTo(1);
    assertThat(hook).containsExactly(2, 3);
    assertThat(lost.values).containsExactly(2, 3);
  }

  @Test
  @DisplayName("A12 C2 what is left in publishOn's queue, which only the loop may empty, as well")
  void discardedOfPublishOn() {
    List<Object> hook = new CopyOnWriteArrayList<>();
    Sinks.Many<Integer> sink = Sinks.many().unicast().onBackpressureBuffer();
    Mono<Integer> body =
        ReactorBridge.mono(() -> {
          try (Cursor<Integer> items = Publishers.iterate(sink.asFlux().hide().publishOn(single))) {
            upTo(3).forEach(i -> sink.tryEmitNext(i).orThrow());
            return items.next();
          }
        });
    assertThat(body.doOnDiscard(Integer.class, hook::add).block()).isEqualTo(1);
    assertThat(hook).containsExactly(2, 3);
  }

  @Test
  @DisplayName("A12 C2 a failure behind the close goes to the error hook of the body's subscriber")
  void failureBehindClose() {
    List<Throwable> hook = new CopyOnWriteArrayList<>();
    IllegalStateException failure = new IllegalStateException("late");
    AtomicReference<Runnable> late = new AtomicReference<>(() -> {});
    Flux<Integer> hostile =
        new Flux<>() {
          @Override
          public void subscribe(CoreSubscriber<? super Integer> actual) {
            actual.onSubscribe(
                new Operators.DeferredSubscription() {
                  @Override
                  public void cancel() {
                    late.set(() -> actual.onError(failure));
                    actual.onError(new IllegalStateException("the echo of the cancel"));
                  }
                });
          }
        };
    Mono<Void> body =
        ReactorBridge.mono(() -> {
          Publishers.iterate(hostile).close();
          late.get().run();
        });
    Consumer<Throwable> action = hook::add;
    body.contextWrite(with -> with.put("reactor.onErrorDropped.local", action)).block();
    assertThat(hook).containsExactly(failure);
    assertThat(lost.droppedErrors).isEmpty();
    assertThat(lost.failures).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("failing")
  @DisplayName(
      "I2 A7 an operator that throws: the items before it first, a checked failure as a cause")
  void failing(Flux<Integer> source) {
    IOException failure = new IOException("of an operator");
    AtomicInteger ends = new AtomicInteger();
    try (Cursor<Integer> items =
        Publishers.iterate(
            source
                .doFinally(end -> ends.incrementAndGet())
                .map(i -> {
                  if (i == 3) {
                    throw Exceptions.propagate(failure);
                  }
                  return i;
                }))) {
      assertThat(items.next()).isEqualTo(1);
      assertThat(items.next()).isEqualTo(2);
      assertThatThrownBy(items::hasNext).isInstanceOf(CompletionException.class).hasCause(failure);
      assertThatThrownBy(items::hasNext).isInstanceOf(CompletionException.class).hasCause(failure);
    }
    Eventually.until("upstream is cancelled", () -> ends.get() == 1);
    assertThat(lost.failures).isEmpty();
    assertThat(lost.droppedErrors).isEmpty();
  }

  static List<Named<Flux<Integer>>> failing() {
    return List.of(
        Named.of("fused", Flux.range(1, 5)),
        Named.of("hidden", Flux.range(1, 5).hide()),
        Named.of("on a scheduler", Flux.range(1, 5).publishOn(Schedulers.parallel())));
  }

  @Test
  @DisplayName(
      "I2 A5 an iterator behind publishOn throws in the loop's poll: thrown once, cancelled")
  void pollThrows() {
    IllegalStateException failure = new IllegalStateException("of an iterator");
    Iterable<Integer> hostile =
        () ->
            IntStream.iterate(1, i -> i + 1)
                .peek(i -> {
                  if (i == 3) {
                    throw failure;
                  }
                })
                .iterator();
    try (Cursor<Integer> items = Publishers.iterate(Flux.fromIterable(hostile).publishOn(single))) {
      assertThat(items.next()).isEqualTo(1);
      assertThatThrownBy(() -> rest(items)).isSameAs(failure);
      assertThatThrownBy(items::hasNext).isSameAs(failure);
    }
    assertThat(lost.failures).isEmpty();
  }

  @Test
  @DisplayName("A5 A9 a cancel reaches an operator that blocks in the loop's own pull")
  void cancelledInPull() {
    AtomicInteger entered = new AtomicInteger();
    AtomicInteger cancels = new AtomicInteger();
    Coroutine<Integer> coroutine =
        Coroutine.start(() ->
            Publishers.iterate(
                    Flux.range(1, 5)
                        .doOnCancel(cancels::incrementAndGet)
                        .map(i -> {
                          entered.incrementAndGet();
                          try {
                            Thread.sleep(Duration.ofMinutes(5));
                          } catch (InterruptedException e) {
                            throw Exceptions.propagate(e);
                          }
                          return i;
                        }))
                .next());
    Eventually.until("it blocks", () -> entered.get() == 1);
    coroutine.cancel();
    Eventually.until("its end", coroutine::isDone);
    assertThat(coroutine.state()).isEqualTo(Coroutine.State.CANCELLED);
    assertThat(coroutine.failure()).isInstanceOf(CancellationException.class);
    assertThat(cancels).hasValue(1);
  }

  @Test
  @DisplayName(
      "I1 closed by another thread during a pull: cancelled once, the item is not lost twice")
  void closedInPull() {
    AtomicInteger cancels = new AtomicInteger();
    AtomicInteger entered = new AtomicInteger();
    Cursor<Integer> items =
        Publishers.iterate(
            Flux.range(1, 5)
                .doOnCancel(cancels::incrementAndGet)
                .doOnNext(i -> {
                  entered.incrementAndGet();
                  Eventually.until("closed", () -> cancels.get() > 0);
                }));
    Fork<List<Integer>> loop = Fork.virtual(() -> rest(items));
    Eventually.until("in the pull", () -> entered.get() > 0);
    items.close();
    assertThat(loop.join()).containsExactly(1);
    assertThat(cancels).hasValue(1);
    assertThat(lost.values).isEmpty();
  }

  @Test
  @DisplayName("I5 a pulled source that comes after the loop has asked is not asked again")
  void pulledLate() {
    AtomicInteger gate = new AtomicInteger();
    Flux<Integer> late =
        new Flux<>() {
          @Override
          public void subscribe(reactor.core.CoreSubscriber<? super Integer> subscriber) {
            Fork<String> unused =
                Fork.virtual(() -> {
                  Eventually.until("the loop waits", () -> gate.get() > 0);
                  Flux.range(1, 10).subscribe(subscriber);
                });
          }
        };
    Cursor<Integer> items = Publishers.iterate(late, 1);
    Fork<List<Integer>> loop = Fork.virtual(() -> rest(items));
    loop.awaitParked();
    gate.incrementAndGet();
    assertThat(loop.join()).isEqualTo(upTo(10));
    items.close();
    assertThat(lost.values).isEmpty();
  }

  @Test
  @DisplayName(
      "I6 A12 what is left in the queue of publishOn is given up, to both hooks, once each")
  void leftInQueue() {
    List<Object> hooked = new CopyOnWriteArrayList<>();
    Sinks.Many<Integer> made = Sinks.many().unicast().onBackpressureBuffer();
    Flux<Integer> source = made.asFlux().hide().publishOn(Schedulers.immediate());
    ReactorBridge.withContext(
        context -> Operators.enableOnDiscard(context, hooked::add),
        () -> {
          try (Cursor<Integer> items = Publishers.iterate(source, 32)) {
            for (int i = 1; i <= 5; i++) {
              made.tryEmitNext(i).orThrow();
            }
            assertThat(items.next()).isEqualTo(1);
          }
        });
    assertThat(lost.values).containsExactly(2, 3, 4, 5);
    assertThat(hooked).containsExactly(2, 3, 4, 5);
  }
}
