package io.bridge.rxjava;

import static io.bridge.rxjava.RxJavaBridge.await;
import static io.bridge.rxjava.RxJavaBridge.awaitList;
import static io.bridge.rxjava.RxJavaBridge.awaitSingle;
import static io.bridge.rxjava.RxJavaBridge.completable;
import static io.bridge.rxjava.RxJavaBridge.flowable;
import static io.bridge.rxjava.RxJavaBridge.maybe;
import static io.bridge.rxjava.RxJavaBridge.observable;
import static io.bridge.rxjava.RxJavaBridge.single;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Body;
import io.bridge.Emitter;
import io.bridge.fixtures.Eventually;
import io.reactivex.rxjava3.core.BackpressureStrategy;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Scheduler;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.observers.TestObserver;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Builders inside builders, blocking calls inside bodies, and everything on one thread. Shapes of
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

  private final Lost lost = new Lost();
  private final AtomicInteger deepestStack = new AtomicInteger();

  @AfterEach
  void nothingIsLost() {
    lost.close();
    assertThat(lost.failures).isEmpty();
    assertThat(lost.rx).isEmpty();
  }

  /** How a body gets the value of the builder inside it: awaited, or blocked on. */
  enum Nesting {
    SINGLE {
      @Override
      int awaited(BuilderNestingTest test, int depth) {
        return await(single(() -> test.below(this, true, depth)));
      }

      @Override
      int blockedOn(BuilderNestingTest test, int depth) {
        return single(() -> test.below(this, false, depth)).blockingGet();
      }
    },
    /** A scheduler for the signals: each body gets a thread. */
    SINGLE_ON_THREADS {
      @Override
      int awaited(BuilderNestingTest test, int depth) {
        return await(single(Schedulers.trampoline(), () -> test.below(this, true, depth)));
      }

      @Override
      int blockedOn(BuilderNestingTest test, int depth) {
        return single(Schedulers.trampoline(), () -> test.below(this, false, depth)).blockingGet();
      }
    },
    MAYBE {
      @Override
      int awaited(BuilderNestingTest test, int depth) {
        return awaitSingle(maybe(() -> test.below(this, true, depth)));
      }

      @Override
      int blockedOn(BuilderNestingTest test, int depth) {
        return requireNonNull(maybe(() -> test.below(this, false, depth)).blockingGet());
      }
    },
    COMPLETABLE {
      @Override
      int awaited(BuilderNestingTest test, int depth) {
        AtomicInteger value = new AtomicInteger();
        await(completable(() -> value.set(test.below(this, true, depth))));
        return value.get();
      }

      @Override
      int blockedOn(BuilderNestingTest test, int depth) {
        AtomicInteger value = new AtomicInteger();
        completable(() -> value.set(test.below(this, false, depth))).blockingAwait();
        return value.get();
      }
    },
    FLOWABLE {
      @Override
      int awaited(BuilderNestingTest test, int depth) {
        Flowable<Integer> inside = flowable(emitter -> emitter.emit(test.below(this, true, depth)));
        return awaitSingle(inside);
      }

      @Override
      int blockedOn(BuilderNestingTest test, int depth) {
        Flowable<Integer> inside =
            flowable(emitter -> emitter.emit(test.below(this, false, depth)));
        return inside.blockingLast();
      }
    },
    OBSERVABLE {
      @Override
      int awaited(BuilderNestingTest test, int depth) {
        Observable<Integer> inside =
            observable(emitter -> emitter.emit(test.below(this, true, depth)));
        return awaitSingle(inside);
      }

      @Override
      int blockedOn(BuilderNestingTest test, int depth) {
        Observable<Integer> inside =
            observable(emitter -> emitter.emit(test.below(this, false, depth)));
        return inside.blockingLast();
      }
    };

    /** Whether an awaited body shares the thread. */
    boolean inPlace() {
      return this != SINGLE_ON_THREADS;
    }

    abstract int awaited(BuilderNestingTest test, int depth);

    abstract int blockedOn(BuilderNestingTest test, int depth);
  }

  private int below(Nesting nesting, boolean awaiting, int depth) {
    if (depth % 1000 == 0) {
      deepestStack.accumulateAndGet(Thread.currentThread().getStackTrace().length, Math::max);
    }
    if (depth == 0) {
      return 0;
    }
    return 1 + (awaiting ? nesting.awaited(this, depth - 1) : nesting.blockedOn(this, depth - 1));
  }

  private static <T> TestObserver<T> ended(TestObserver<T> observer) throws Exception {
    assertThat(observer.await(30, TimeUnit.SECONDS)).as("terminated").isTrue();
    return observer;
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B7 20 000 deep, awaited: the right value comes out, on flat stacks")
  void awaited_deep_value(Nesting nesting) throws Exception {
    ended(single(() -> below(nesting, true, DEPTH)).test()).assertResult(DEPTH);
    assertThat(deepestStack.get()).isBetween(1, nesting.inPlace() ? IN_PLACE : FLAT);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B7 20 000 deep, blocked on: the right value comes out, on flat stacks")
  void blockedOn_deep_value(Nesting nesting) throws Exception {
    ended(single(() -> below(nesting, false, DEPTH)).test()).assertResult(DEPTH);
    assertThat(deepestStack.get()).isBetween(1, FLAT);
  }

  private static Single<String> over(boolean inPlace, int depth, RxProbe source) {
    Body<String, Exception> body =
        () -> await(depth == 0 ? Single.wrap(source.single()) : over(inPlace, depth - 1, source));
    return inPlace ? single(body) : single(Schedulers.trampoline(), body);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @DisplayName("B7 N3 A5 20 000 deep: a dispose reaches the innermost source, once")
  void deep_disposed_reachesTheSource(boolean inPlace) {
    RxProbe source = new RxProbe();
    Disposable subscription = over(inPlace, DEPTH, source).subscribe();
    source.signals();

    subscription.dispose();

    Eventually.until("a disposal", source::isDisposed);
    assertThat(source.disposals()).isEqualTo(1);
  }

  /** Calls {@code onNext} for each item in one loop, as in kotlinx #3282. */
  private static Observable<Integer> pushing(int count) {
    return Observable.create(emitter -> {
      for (int i = 0; i < count; i++) {
        emitter.onNext(i);
      }
      emitter.onComplete();
    });
  }

  private interface OnOneThread {
    void run(Scheduler one) throws Exception;
  }

  private static void onOneThread(boolean shared, OnOneThread test) throws Exception {
    if (shared) {
      test.run(Schedulers.single());
      return;
    }
    ExecutorService executor = Executors.newSingleThreadExecutor();
    try {
      test.run(Schedulers.from(executor));
    } finally {
      executor.shutdownNow();
    }
  }

  @ParameterizedTest
  @CsvSource({"true, 65", "true, 257", "true, 1000", "false, 65", "false, 257", "false, 1000"})
  @DisplayName("B7 kotlinx #3282: single on one thread, awaiting sources that emit there")
  void single_sourceOnTheSameThread(boolean shared, int count) throws Exception {
    onOneThread(
        shared,
        one -> {
          Single<Integer> single =
              single(() -> {
                Observable<Integer> pushed = pushing(count).subscribeOn(one).observeOn(one);
                Flowable<Integer> dropping =
                    pushing(count).toFlowable(BackpressureStrategy.BUFFER).subscribeOn(one);
                Flowable<Integer> pulled = Flowable.range(0, count).observeOn(one, false, 16);
                return awaitList(pushed).size()
                    + awaitList(dropping).size()
                    + awaitList(pulled).size();
              });
          ended(single.subscribeOn(one).observeOn(one).test()).assertResult(3 * count);
        });
  }

  @ParameterizedTest
  @CsvSource({"true, 65", "true, 257", "true, 1000", "false, 65", "false, 257", "false, 1000"})
  @DisplayName("B7 kotlinx #3282: flowable and observable on one thread, of items from there")
  void stream_itemsOfTheSameThread(boolean shared, int count) throws Exception {
    onOneThread(
        shared,
        one -> {
          Emitter.Body<Integer> body =
              emitter -> {
                for (int item : awaitList(pushing(count).subscribeOn(one))) {
                  emitter.emit(await(Single.just(item).observeOn(one)));
                }
              };
          Single<Long> items = flowable(body).subscribeOn(one).observeOn(one, false, 8).count();
          ended(items.test()).assertResult((long) count);
          Single<Long> observed = observable(body).subscribeOn(one).observeOn(one).count();
          ended(observed.test()).assertResult((long) count);
        });
  }

  @ParameterizedTest
  @CsvSource({"true, 257", "false, 257"})
  @DisplayName("B7 a builder per item, all at once, each awaiting and blocking on that one thread")
  void flatMap_bodiesOnTheSameThread(boolean shared, int count) throws Exception {
    onOneThread(
        shared,
        one -> {
          Flowable<Integer> flowable =
              Flowable.range(0, count)
                  .observeOn(one)
                  .flatMapSingle(item ->
                      single(() ->
                          await(Single.just(item).observeOn(one))
                              + Single.just(0).observeOn(one).blockingGet()));
          ended(flowable.observeOn(one).count().test()).assertResult((long) count);
        });
  }

  @Test
  @DisplayName("B7 kotlinx #3458: a builder is blocked on in the map of another builder")
  void blockingGet_insideMapOfABuilder() throws Exception {
    Single<String> mapped =
        single(() -> "outer").map(s -> s + single(() -> " inner").blockingGet());
    ended(mapped.test()).assertResult("outer inner");
    onOneThread(
        false,
        one ->
            ended(
                    single(() -> await(Single.just("outer").observeOn(one)))
                        .observeOn(one)
                        .map(s -> s + maybe(() -> " inner").blockingGet())
                        .test())
                .assertResult("outer inner"));
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  @DisplayName("B7 kotlinx #3458: the inner body blocks on the scheduler of the outer builder")
  void blockingGet_onTheSchedulerOfTheOuter(boolean shared) throws Exception {
    onOneThread(
        shared,
        one -> {
          Single<Integer> onOne = Single.fromCallable(() -> 1).subscribeOn(one);
          Maybe<Integer> inner = maybe(() -> onOne.blockingGet() + await(onOne));
          Completable checked =
              completable(() -> assertThat(inner.subscribeOn(one).blockingGet()).isEqualTo(2));
          Single<Integer> outer =
              single(() -> {
                checked.subscribeOn(one).blockingAwait();
                return awaitSingle(inner);
              });
          ended(outer.subscribeOn(one).test()).assertResult(2);
        });
  }

  @Test
  @DisplayName("B7 kotlinx #4222: per item of a flowable, a body that is blocked on takes a lock")
  void blockingGet_perItemUnderALock() throws Exception {
    ReentrantLock lock = new ReentrantLock();
    Flowable<Integer> flowable =
        flowable(
                (Emitter<Integer> emitter) -> {
                  for (int i = 0; i < 300; i++) {
                    emitter.emit(i);
                  }
                })
            .flatMap(i -> Flowable.just(single(() -> locked(lock, i)).blockingGet()));
    Single<Long> other =
        single(() -> {
          for (int i = 0; i < 300; i++) {
            locked(lock, i);
          }
          return 300L;
        });
    ended(flowable.count().zipWith(other, Long::sum).test()).assertResult(600L);
  }

  private static int locked(ReentrantLock lock, int item) {
    lock.lock();
    try {
      return await(Single.just(item).observeOn(Schedulers.single()));
    } finally {
      lock.unlock();
    }
  }
}
