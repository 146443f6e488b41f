package io.bridge.rxjava;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.Coroutine;
import io.bridge.Cursor;
import io.bridge.Publishers;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.processors.UnicastProcessor;
import io.reactivex.rxjava3.schedulers.Schedulers;
import io.reactivex.rxjava3.subjects.UnicastSubject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

@DisplayName("I5 a loop over RxJava's operators takes the items out of their queue")
@Timeout(60)
class CursorFusionTest {

  private final Lost lost = new Lost();

  @AfterEach
  void close() {
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

  static List<Named<Flowable<Integer>>> flowables() {
    List<Integer> ten = upTo(10);
    Flowable<Integer> range = Flowable.range(1, 10);
    List<Named<Flowable<Integer>>> sources = new ArrayList<>();
    sources.add(Named.of("range", range));
    sources.add(Named.of("fromIterable", Flowable.fromIterable(ten)));
    sources.add(Named.of("map", Flowable.range(0, 10).map(i -> i + 1)));
    sources.add(Named.of("filter", Flowable.range(1, 20).filter(i -> i <= 10)));
    sources.add(Named.of("observeOn", range.observeOn(Schedulers.computation())));
    sources.add(Named.of("observeOn, one ahead", range.observeOn(Schedulers.io(), false, 1)));
    sources.add(Named.of("observeOn.map", range.observeOn(Schedulers.io()).map(i -> i)));
    sources.add(Named.of("flatMapIterable", Flowable.just(1).flatMapIterable(i -> ten)));
    sources.add(Named.of("concatMap", range.concatMap(Flowable::just)));
    sources.add(Named.of("doOnNext", range.doOnNext(i -> {})));
    sources.add(Named.of("toList", range.toList().toFlowable().flatMapIterable(all -> all)));
    List<Named<Flowable<Integer>>> all = new ArrayList<>(sources);
    sources.forEach(s -> all.add(Named.of(s.getName() + ", hidden", s.getPayload().hide())));
    return all;
  }

  @ParameterizedTest
  @MethodSource("flowables")
  @DisplayName("I5 the same items, fused or hidden, whatever the prefetch; nothing is given up")
  void sameItems(Flowable<Integer> source) {
    for (int prefetch : new int[] {1, 2, 5, 256, Integer.MAX_VALUE}) {
      try (Cursor<Integer> items = Publishers.iterate(source, prefetch)) {
        assertThat(rest(items)).as("prefetch %d", prefetch).isEqualTo(upTo(10));
      }
    }
    Observable<Integer> observable = source.toObservable();
    try (Cursor<Integer> items = RxJavaBridge.iterate(observable)) {
      assertThat(rest(items)).as("as an Observable").isEqualTo(upTo(10));
    }
    assertThat(lost.values).isEmpty();
    assertThat(lost.failures).isEmpty();
  }

  static List<Named<Observable<Integer>>> observables() {
    Observable<Integer> range = Observable.range(1, 10);
    List<Named<Observable<Integer>>> sources = new ArrayList<>();
    sources.add(Named.of("range", range));
    sources.add(Named.of("fromIterable", Observable.fromIterable(upTo(10))));
    sources.add(Named.of("map", Observable.range(0, 10).map(i -> i + 1)));
    sources.add(Named.of("filter", Observable.range(1, 20).filter(i -> i <= 10)));
    sources.add(Named.of("observeOn", range.observeOn(Schedulers.computation())));
    sources.add(Named.of("observeOn.map", range.observeOn(Schedulers.io()).map(i -> i)));
    List<Named<Observable<Integer>>> all = new ArrayList<>(sources);
    sources.forEach(s -> all.add(Named.of(s.getName() + ", hidden", s.getPayload().hide())));
    return all;
  }

  @ParameterizedTest
  @MethodSource("observables")
  @DisplayName("I5 an Observable: the same items, fused or hidden")
  void sameItemsOfObservable(Observable<Integer> source) {
    try (Cursor<Integer> items = RxJavaBridge.iterate(source)) {
      assertThat(rest(items)).isEqualTo(upTo(10));
    }
    assertThat(lost.values).isEmpty();
    assertThat(lost.failures).isEmpty();
  }

  @Test
  @DisplayName("I5 A12 a value that comes in the queue and by onNext too: once, and not given up")
  void scalars() {
    List<Flowable<Integer>> sources =
        List.of(
            Flowable.fromCallable(() -> 1),
            Flowable.just(1),
            Single.just(1).toFlowable(),
            Single.fromCallable(() -> 1).subscribeOn(Schedulers.io()).toFlowable(),
            Maybe.just(1).toFlowable(),
            Flowable.range(1, 1).reduce(Integer::sum).toFlowable(),
            Flowable.range(5, 1).count().map(Long::intValue).toFlowable());
    for (Flowable<Integer> source : sources) {
      try (Cursor<Integer> items = Publishers.iterate(source)) {
        assertThat(rest(items)).containsExactly(1);
      }
      try (Cursor<Integer> items = RxJavaBridge.iterate(source.toObservable())) {
        assertThat(rest(items)).containsExactly(1);
      }
    }
    try (Cursor<Integer> items =
        RxJavaBridge.iterate(Observable.range(1, 3).reduce(Integer::sum).toObservable())) {
      assertThat(rest(items)).containsExactly(6);
    }
    try (Cursor<Integer> items = RxJavaBridge.iterate(Observable.fromCallable(() -> 7))) {
      assertThat(rest(items)).containsExactly(7);
    }
    assertThat(lost.values).isEmpty();
  }

  @Test
  @DisplayName("I5 SYNC: the operators run on the loop's thread, when it asks, and not before")
  void pulled() {
    List<Thread> threads = new CopyOnWriteArrayList<>();
    try (Cursor<Integer> items =
            Publishers.iterate(
                Flowable.range(1, 1_000).doOnNext(i -> threads.add(Thread.currentThread())));
        Cursor<Integer> others =
            RxJavaBridge.iterate(
                Observable.range(1, 1_000)
                    .map(i -> {
                      threads.add(Thread.currentThread());
                      return i;
                    }))) {
      assertThat(threads).as("nothing is prefetched").isEmpty();
      assertThat(items.next()).isEqualTo(1);
      assertThat(others.next()).isEqualTo(1);
      assertThat(others.next()).as("of 1000, and a buffer of 256").isEqualTo(2);
    }
    assertThat(threads).hasSize(3).containsOnly(Thread.currentThread());
  }

  @Test
  @DisplayName("I5 BOUNDARY: a map behind observeOn goes on running on its scheduler")
  void boundary() {
    List<String> threads = new CopyOnWriteArrayList<>();
    try (Cursor<Integer> items =
            Publishers.iterate(
                Flowable.range(1, 10)
                    .observeOn(Schedulers.computation())
                    .doOnNext(i -> threads.add(Thread.currentThread().getName())));
        Cursor<Integer> others =
            RxJavaBridge.iterate(
                Observable.range(1, 10)
                    .observeOn(Schedulers.computation())
                    .doOnNext(i -> threads.add(Thread.currentThread().getName())))) {
      assertThat(rest(items)).isEqualTo(upTo(10));
      assertThat(rest(others)).isEqualTo(upTo(10));
    }
    assertThat(threads).hasSize(20).allSatisfy(name -> assertThat(name).contains("Computation"));
  }

  @Test
  @DisplayName(
      "I5 ASYNC: the queue of a unicast processor or subject is shared; closing cancels once")
  void shared() {
    AtomicInteger cancels = new AtomicInteger();
    UnicastProcessor<Integer> processor = UnicastProcessor.create(16, cancels::incrementAndGet);
    Cursor<Integer> items = Publishers.iterate(processor);
    processor.onNext(1);
    processor.onNext(2);
    processor.onNext(3);
    assertThat(items.next()).isEqualTo(1);
    assertThat(items.hasNext()).isTrue();
    items.close();
    assertThat(cancels).hasValue(1);
    assertThat(processor.hasSubscribers()).isFalse();
    assertThat(lost.values)
        .as("the item of hasNext, and what was left in the queue")
        .containsExactly(2, 3);

    UnicastSubject<Integer> subject = UnicastSubject.create(16, cancels::incrementAndGet);
    Cursor<Integer> others = RxJavaBridge.iterate(subject);
    Fork<List<Integer>> loop = Fork.virtual(() -> rest(others));
    loop.awaitParked();
    subject.onNext(1);
    subject.onNext(2);
    subject.onComplete();
    assertThat(loop.join()).containsExactly(1, 2);
    others.close();
  }

  @Test
  @DisplayName(
      "I2 A7 an operator that throws: the items before it first, checked as a cause, cancelled")
  void failing() {
    IOException failure = new IOException("of an operator");
    AtomicInteger cancels = new AtomicInteger();
    for (Flowable<Integer> source : List.of(Flowable.range(1, 5), Flowable.range(1, 5).hide())) {
      try (Cursor<Integer> items =
          Publishers.iterate(
              source
                  .doOnCancel(cancels::incrementAndGet)
                  .map(i -> {
                    if (i == 3) {
                      throw failure;
                    }
                    return i;
                  }))) {
        assertThat(items.next()).isEqualTo(1);
        assertThat(items.next()).isEqualTo(2);
        assertThatThrownBy(items::hasNext)
            .isInstanceOf(CompletionException.class)
            .hasCause(failure);
      }
    }
    assertThat(cancels).hasValue(2);
    assertThat(lost.rx).isEmpty();
    assertThat(lost.failures).isEmpty();
  }

  @Test
  @DisplayName("A12 a failure behind the close goes to RxJava's hook, once")
  void failureBehindClose() {
    IllegalStateException failure = new IllegalStateException("late");
    AtomicReference<Runnable> late = new AtomicReference<>(() -> {});
    Flowable<Integer> hostile =
        new Flowable<>() {
          @Override
          protected void subscribeActual(Subscriber<? super Integer> actual) {
            actual.onSubscribe(
                new Subscription() {
                  @Override
                  public void request(long n) {}

                  @Override
                  public void cancel() {
                    late.set(() -> actual.onError(failure));
                    actual.onError(new IllegalStateException("the echo of the cancel"));
                  }
                });
          }
        };
    Publishers.iterate(hostile).close();
    late.get().run();
    assertThat(lost.ofRxJava).containsExactly(failure);
    assertThat(lost.failures).isEmpty();
  }

  @Test
  @DisplayName("A9 an interrupt of a plain thread that blocks in its own pull: cancelled, flag up")
  void interruptedInPull() {
    AtomicInteger entered = new AtomicInteger();
    AtomicInteger cancels = new AtomicInteger();
    Fork<Boolean> loop =
        Fork.platform(() -> {
          try {
            Publishers.iterate(
                    Flowable.range(1, 5)
                        .doOnCancel(cancels::incrementAndGet)
                        .map(i -> {
                          entered.incrementAndGet();
                          Thread.sleep(Duration.ofMinutes(5));
                          return i;
                        }))
                .next();
            return false;
          } catch (CancellationException e) {
            return Thread.interrupted();
          }
        });
    Eventually.until("it blocks", () -> entered.get() == 1);
    loop.interrupt();
    assertThat(loop.join()).isTrue();
    assertThat(cancels).hasValue(1);
  }

  @Test
  @DisplayName(
      "I6 A12 what is left in the queue of observeOn is given up; nothing is made for that")
  void leftInQueue() {
    UnicastProcessor<Integer> made = UnicastProcessor.create();
    try (Cursor<Integer> items =
        Publishers.iterate(made.hide().observeOn(Schedulers.trampoline()), 32)) {
      for (int i = 1; i <= 5; i++) {
        made.onNext(i);
      }
      assertThat(items.next()).isEqualTo(1);
    }
    assertThat(lost.values).containsExactly(2, 3, 4, 5);
    List<Integer> computed = new CopyOnWriteArrayList<>();
    Iterable<Integer> computing =
        () -> IntStream.rangeClosed(1, 40).boxed().peek(computed::add).iterator();
    try (Cursor<Integer> items =
        Publishers.iterate(
            Flowable.fromIterable(computing).observeOn(Schedulers.trampoline()), 32)) {
      assertThat(items.next()).isEqualTo(1);
    }
    assertThat(computed).hasSizeLessThan(3);
    assertThat(lost.values).hasSize(4);
  }

  @Test
  @DisplayName("A5 a cancelled coroutine that blocks in its own pull: cancelled once")
  void cancelledInPull() {
    AtomicInteger entered = new AtomicInteger();
    AtomicInteger disposals = new AtomicInteger();
    Coroutine<Integer> coroutine =
        Coroutine.start(() ->
            RxJavaBridge.iterate(
                    Observable.range(1, 5)
                        .doOnDispose(disposals::incrementAndGet)
                        .map(i -> {
                          entered.incrementAndGet();
                          Thread.sleep(Duration.ofMinutes(5));
                          return i;
                        }))
                .next());
    Eventually.until("it blocks", () -> entered.get() == 1);
    coroutine.cancel();
    Eventually.until("its end", coroutine::isDone);
    assertThat(coroutine.state()).isEqualTo(Coroutine.State.CANCELLED);
    assertThat(disposals).hasValue(1);
  }
}
