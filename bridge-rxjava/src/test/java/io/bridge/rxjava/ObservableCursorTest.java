package io.bridge.rxjava;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.Coroutine;
import io.bridge.Cursor;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Nulls;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Observer;
import io.reactivex.rxjava3.core.Scheduler;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.exceptions.MissingBackpressureException;
import io.reactivex.rxjava3.schedulers.Schedulers;
import io.reactivex.rxjava3.subjects.PublishSubject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("I1 I2 A11 a loop over an Observable, which nothing slows down")
@Timeout(60)
class ObservableCursorTest {

  /** An Observable in the hands of a test, legal or not. */
  private static final class Source extends Observable<String> {
    private final AtomicReference<@Nullable Observer<? super String>> observer =
        new AtomicReference<>();
    private final AtomicInteger disposals = new AtomicInteger();

    @Override
    protected void subscribeActual(Observer<? super String> newObserver) {
      observer.set(newObserver);
      newObserver.onSubscribe(upstream());
    }

    Disposable upstream() {
      return Disposable.fromRunnable(disposals::incrementAndGet);
    }

    Observer<? super String> observer() {
      Observer<? super String> now = observer.get();
      if (now == null) {
        throw new AssertionError("nobody has subscribed");
      }
      return now;
    }
  }

  private final Source source = new Source();
  private final Lost lost = new Lost();

  @AfterEach
  void close() {
    lost.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 256})
  @DisplayName("I2 more than fit: those items, then MissingBackpressureException; disposed once")
  void overflow(int capacity) {
    try (Cursor<String> items = RxJavaBridge.iterate(source, capacity)) {
      for (int i = 0; i < capacity; i++) {
        source.observer().onNext("item");
      }
      assertThat(source.disposals).hasValue(0);
      source.observer().onNext("too much");
      source.observer().onNext("later");
      assertThat(source.disposals).hasValue(1);
      for (int i = 0; i < capacity; i++) {
        assertThat(items.next()).isEqualTo("item");
      }
      assertThatThrownBy(items::hasNext).isInstanceOf(MissingBackpressureException.class);
    }
    assertThat(source.disposals).hasValue(1);
    assertThat(lost.values).containsExactly("too much", "later");
    assertThat(lost.rx).isEmpty();
  }

  @Test
  @DisplayName("I3 without a bound on demand, a capacity below 1 is refused by name")
  void capacity() {
    assertThatThrownBy(() -> RxJavaBridge.iterate(source, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("capacity");
    assertThat(source.observer).hasNullValue();
    try (Cursor<String> items = RxJavaBridge.iterate(source, Integer.MAX_VALUE)) {
      for (int i = 0; i < 100_000; i++) {
        source.observer().onNext("item");
      }
      source.observer().onComplete();
      items.forEachRemaining(item -> assertThat(item).isEqualTo("item"));
    }
    assertThat(source.disposals).hasValue(0);
  }

  @Test
  @DisplayName(
      "B7 kotlinx #3282: the emitter's only thread is never blocked, 200 items on one scheduler")
  void neverBlocksTheEmitter() {
    try (ExecutorService one = Executors.newSingleThreadExecutor()) {
      Scheduler scheduler = Schedulers.from(one);
      Observable<Integer> numbers = Observable.range(1, 200).hide().subscribeOn(scheduler);
      Cursor<Integer> items = RxJavaBridge.iterate(numbers);
      assertThat(Fork.platform(() -> one.submit(() -> "free").get()).join()).isEqualTo("free");
      List<Integer> seen = new ArrayList<>();
      items.forEachRemaining(seen::add);
      assertThat(seen).hasSize(200).isSorted();
    }
  }

  @Test
  @DisplayName("I1 A5 a close by another thread than the one that opened disposes at once, too")
  void closedByAnotherThread() {
    Cursor<String> items = RxJavaBridge.iterate(source);
    int disposals =
        Fork.platform(
                () -> {
                  items.close();
                  return source.disposals.get();
                })
            .join();
    assertThat(disposals).isEqualTo(1);
  }

  @Test
  @DisplayName("I1 break disposes once, an end does not; without try the coroutine's end does")
  void disposed() {
    PublishSubject<String> subject = PublishSubject.create();
    Coroutine<String> coroutine =
        Coroutine.start(() -> {
          Cursor<String> items = RxJavaBridge.iterate(subject);
          return items.next();
        });
    Eventually.until("subscribed", subject::hasObservers);
    subject.onNext("a");
    assertThat(coroutine.await()).isEqualTo("a");
    assertThat(subject.hasObservers()).isFalse();

    try (Cursor<String> items = RxJavaBridge.iterate(source)) {
      source.observer().onNext("a");
      source.observer().onNext("b");
      assertThat(items.next()).isEqualTo("a");
    }
    assertThat(source.disposals).hasValue(1);
    assertThat(lost.values).containsExactly("b");
  }

  @Test
  @DisplayName(
      "A11 hostile: a second upstream, signals after the end, nulls; nothing is thrown at it")
  void hostile() {
    AtomicInteger second = new AtomicInteger();
    try (Cursor<String> items = RxJavaBridge.iterate(source)) {
      source.observer().onSubscribe(Disposable.fromRunnable(second::incrementAndGet));
      assertThat(second).hasValue(1);
      source.observer().onNext("a");
      source.observer().onNext(Nulls.<String>smuggled());
      source.observer().onNext("b");
      source.observer().onError(new IllegalStateException("late"));
      source.observer().onComplete();
      assertThat(items.next()).isEqualTo("a");
      assertThatThrownBy(items::hasNext)
          .isExactlyInstanceOf(NullPointerException.class)
          .hasMessage("item");
    }
    assertThat(source.disposals).hasValue(1);
    assertThat(lost.values).containsExactly("b");
    assertThat(lost.ofRxJava).singleElement().isInstanceOf(IllegalStateException.class);
  }

  @Test
  @DisplayName("A12 a failure behind items that the loop has left goes to RxJava's hook")
  void failureNotReached() {
    IllegalStateException failure = new IllegalStateException("source");
    Cursor<String> items = RxJavaBridge.iterate(source);
    source.observer().onNext("a");
    source.observer().onError(failure);
    items.close();
    assertThat(lost.values).containsExactly("a");
    assertThat(lost.ofRxJava).containsExactly(failure);
    assertThat(source.disposals).hasValue(0);
  }
}
