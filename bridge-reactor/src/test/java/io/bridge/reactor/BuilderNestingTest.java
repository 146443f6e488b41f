package io.bridge.reactor;

import static io.bridge.reactor.ReactorBridge.awaitList;
import static io.bridge.reactor.ReactorBridge.awaitSingle;
import static io.bridge.reactor.ReactorBridge.flux;
import static io.bridge.reactor.ReactorBridge.mono;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Body;
import io.bridge.Emitter;
import io.bridge.fixtures.Probe;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/**
 * Builders inside builders, {@code block()} inside bodies, and everything on one thread. Shapes of
 * kotlinx.coroutines #3282 (a source with more items than a buffer, collected on the thread that it
 * emits on), #3458 and #4222 (a builder that is blocked on inside another builder).
 */
@DisplayName("B7 a body never runs inside somebody's signal")
@Timeout(60)
class BuilderNestingTest {

  private static final int DEPTH = 20_000;

  /** The highest stack of a body on a thread of its own, and of 32 bodies that share one (N4). */
  private static final int FLAT = 80;

  private static final int IN_PLACE = FLAT + 32 * 24;

  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private final Lost lost = new Lost();
  private final AtomicInteger deepestStack = new AtomicInteger();

  @AfterEach
  void nothingIsLost() {
    lost.close();
    assertThat(lost.failures).isEmpty();
    assertThat(lost.droppedErrors).isEmpty();
  }

  /** How a body gets the value of the builder inside it. */
  enum Nesting {
    MONO_AWAITED {
      @Override
      int value(BuilderNestingTest test, int depth) {
        return awaitSingle(test.nestedMono(this, depth));
      }
    },
    /** A scheduler for the signals: each body gets a thread. */
    MONO_ON_THREADS {
      @Override
      int value(BuilderNestingTest test, int depth) {
        return awaitSingle(mono(Schedulers.immediate(), () -> test.below(this, depth)));
      }
    },
    MONO_BLOCKED_ON {
      @Override
      int value(BuilderNestingTest test, int depth) {
        return requireNonNull(test.nestedMono(this, depth).block());
      }
    },
    FLUX_AWAITED {
      @Override
      int value(BuilderNestingTest test, int depth) {
        return awaitSingle(test.nestedFlux(this, depth));
      }
    },
    FLUX_BLOCKED_ON {
      @Override
      int value(BuilderNestingTest test, int depth) {
        return requireNonNull(test.nestedFlux(this, depth).blockLast());
      }
    },
    MONO_IN_FLUX {
      @Override
      int value(BuilderNestingTest test, int depth) {
        return depth % 2 == 0
            ? requireNonNull(test.nestedMono(this, depth).block())
            : awaitSingle(test.nestedFlux(this, depth));
      }
    };

    abstract int value(BuilderNestingTest test, int depth);
  }

  private Mono<Integer> nestedMono(Nesting nesting, int depth) {
    return mono(() -> below(nesting, depth));
  }

  private Flux<Integer> nestedFlux(Nesting nesting, int depth) {
    return flux(emitter -> emitter.emit(below(nesting, depth)));
  }

  private int below(Nesting nesting, int depth) {
    if (depth % 1000 == 0) {
      deepestStack.accumulateAndGet(Thread.currentThread().getStackTrace().length, Math::max);
    }
    return depth == 0 ? 0 : nesting.value(this, depth - 1) + 1;
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B7 20 000 deep: the right value comes out, on flat stacks")
  void nested_deep_value(Nesting nesting) {
    StepVerifier.create(nestedMono(nesting, DEPTH))
        .expectNext(DEPTH)
        .expectComplete()
        .verify(DEADLINE);
    StepVerifier.create(nestedFlux(nesting, 10)).expectNext(10).expectComplete().verify(DEADLINE);
    boolean inPlace = nesting == Nesting.MONO_AWAITED || nesting == Nesting.FLUX_AWAITED;
    assertThat(deepestStack.get()).isBetween(1, inPlace ? IN_PLACE : FLAT);
  }

  private static Mono<String> over(boolean inPlace, int depth, Probe<String> source) {
    Body<@Nullable String, Exception> body =
        () -> awaitSingle(depth == 0 ? Mono.from(source) : over(inPlace, depth - 1, source));
    return inPlace ? mono(body) : mono(Schedulers.immediate(), body);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @DisplayName("B7 N3 A5 20 000 deep: a dispose reaches the innermost source, once")
  void nested_deepDispose_reachesTheSource(boolean inPlace) {
    Probe<String> source = new Probe<>();
    Disposable subscription = over(inPlace, DEPTH, source).subscribe();
    source.awaitRequest();

    subscription.dispose();

    source.awaitCancel();
    assertThat(source.cancels()).isEqualTo(1);
  }

  private static Scheduler oneThread() {
    ExecutorService executor =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
    return Schedulers.fromExecutorService(executor);
  }

  private static Stream<Arguments> oneThreadAndCounts() {
    return IntStream.of(65, 257, 1_000)
        .boxed()
        .flatMap(count ->
            Stream.<Named<Supplier<Scheduler>>>of(
                    Named.of("single", Schedulers::single),
                    Named.of("newSingle", () -> Schedulers.newSingle("one", true)),
                    Named.of("executor", BuilderNestingTest::oneThread))
                .map(scheduler -> Arguments.of(scheduler, count)));
  }

  /** Calls {@code next} for each item in one loop, whatever the demand, as in kotlinx #3282. */
  private static Flux<Integer> pushing(int count) {
    return Flux.create(sink -> {
      for (int i = 0; i < count; i++) {
        sink.next(i);
      }
      sink.complete();
    });
  }

  @ParameterizedTest
  @MethodSource("oneThreadAndCounts")
  @DisplayName("B7 kotlinx #3282: mono on one thread, awaiting a source that emits there")
  void mono_sourceOnTheSameThread(Supplier<Scheduler> scheduler, int count) {
    Scheduler one = scheduler.get();
    Mono<Integer> mono =
        mono(() -> {
          int pushed = awaitList(pushing(count).subscribeOn(one)).size();
          int pulled = awaitList(Flux.range(0, count).publishOn(one, 16).subscribeOn(one)).size();
          return pushed + pulled;
        });
    StepVerifier.create(mono.subscribeOn(one).publishOn(one))
        .expectNext(2 * count)
        .expectComplete()
        .verify(DEADLINE);
    release(one);
  }

  @ParameterizedTest
  @MethodSource("oneThreadAndCounts")
  @DisplayName("B7 kotlinx #3282: flux on one thread, of items that come from there")
  void flux_itemsOfTheSameThread(Supplier<Scheduler> scheduler, int count) {
    Scheduler one = scheduler.get();
    Flux<Integer> flux =
        flux(emitter -> {
          for (int item : awaitList(pushing(count).subscribeOn(one))) {
            emitter.emit(awaitSingle(Mono.just(item).publishOn(one)));
          }
        });
    StepVerifier.create(flux.subscribeOn(one).publishOn(one, 8).count())
        .expectNext((long) count)
        .expectComplete()
        .verify(DEADLINE);
    release(one);
  }

  @ParameterizedTest
  @MethodSource("oneThreadAndCounts")
  @DisplayName("B7 a builder per item, all at once, each awaiting and blocking on that one thread")
  void flatMap_bodiesOnTheSameThread(Supplier<Scheduler> scheduler, int count) {
    Scheduler one = scheduler.get();
    Flux<Integer> flux =
        Flux.range(0, count)
            .publishOn(one)
            .flatMap(
                item ->
                    mono(() ->
                        awaitSingle(Mono.just(item).publishOn(one))
                            + requireNonNull(Mono.just(0).publishOn(one).block())),
                count);
    StepVerifier.create(flux.publishOn(one).collectList())
        .assertNext(items ->
            assertThat(items)
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, count).boxed().toList()))
        .expectComplete()
        .verify(DEADLINE);
    release(one);
  }

  private static void release(Scheduler one) {
    if (one != Schedulers.single()) {
      one.dispose();
    }
  }

  @Test
  @DisplayName("B7 kotlinx #3458: a builder is blocked on in the map of another builder")
  void block_insideMapOfABuilder() {
    Scheduler one = oneThread();
    Mono<String> mapped = mono(() -> "outer").map(s -> s + mono(() -> " inner").block());
    StepVerifier.create(mapped).expectNext("outer inner").expectComplete().verify(DEADLINE);
    StepVerifier.create(
            mono(() -> awaitSingle(Mono.just("outer").publishOn(one)))
                .publishOn(one)
                .map(s -> s + mono(() -> " inner").block()))
        .expectNext("outer inner")
        .expectComplete()
        .verify(DEADLINE);
    one.dispose();
  }

  @Test
  @DisplayName("B7 kotlinx #3458: the inner body blocks on the scheduler of the outer builder")
  void block_onTheSchedulerOfTheOuter() {
    Scheduler one = oneThread();
    Mono<Integer> onOne = Mono.fromCallable(() -> 1).subscribeOn(one);
    Mono<Integer> inner = mono(() -> requireNonNull(onOne.block()) + awaitSingle(onOne));
    Mono<Integer> outer =
        mono(() -> requireNonNull(inner.subscribeOn(one).block()) + awaitSingle(inner));
    StepVerifier.create(outer.subscribeOn(one)).expectNext(4).expectComplete().verify(DEADLINE);
    one.dispose();
  }

  @Test
  @DisplayName("B7 kotlinx #4222: per item of a flux, a body that is blocked on and takes a lock")
  void block_perItemUnderALock() {
    ReentrantLock lock = new ReentrantLock();
    Flux<Integer> flux =
        flux(
                (Emitter<Integer> emitter) -> {
                  for (int i = 0; i < 300; i++) {
                    emitter.emit(i);
                  }
                })
            .concatMap(i -> Mono.just(requireNonNull(mono(() -> locked(lock, i)).block())));
    Mono<Long> other =
        mono(() -> {
          for (int i = 0; i < 300; i++) {
            locked(lock, i);
          }
          return 300L;
        });
    StepVerifier.create(flux.count().zipWith(other, Long::sum))
        .expectNext(600L)
        .expectComplete()
        .verify(DEADLINE);
  }

  private static int locked(ReentrantLock lock, int item) {
    lock.lock();
    try {
      return awaitSingle(Mono.just(item).publishOn(Schedulers.single()));
    } finally {
      lock.unlock();
    }
  }

  @Test
  @DisplayName("B7 a builder that is subscribed inside an onNext has a thread of its own")
  void flatMap_bodyNotInsideOnNext() {
    List<Thread> threads = new CopyOnWriteArrayList<>();
    Flux<String> flux =
        flux(
                (Emitter<String> emitter) -> {
                  threads.add(Thread.currentThread());
                  emitter.emit("a");
                  emitter.emit("b");
                })
            .concatMap(item ->
                mono(() -> {
                  threads.add(Thread.currentThread());
                  return item;
                }));
    StepVerifier.create(flux).expectNext("a", "b").expectComplete().verify(DEADLINE);
    assertThat(threads).hasSize(3).doesNotHaveDuplicates().allMatch(Thread::isVirtual);
  }
}
