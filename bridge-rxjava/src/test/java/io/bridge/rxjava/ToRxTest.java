package io.bridge.rxjava;

import static io.bridge.rxjava.RxJavaBridge.awaitable;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Awaitable;
import io.bridge.Suspension;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.HeldSuspensions;
import io.bridge.fixtures.Nulls;
import io.bridge.fixtures.Probe;
import io.bridge.fixtures.Race;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.CompletableObserver;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.MaybeObserver;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.core.SingleObserver;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.observers.TestObserver;
import io.reactivex.rxjava3.subscribers.TestSubscriber;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
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

@DisplayName("B9 toSingle, toMaybe, toCompletable, toFlowable, toObservable")
@Timeout(60)
class ToRxTest {

  @SuppressWarnings("StaticAssignmentOfThrowable") // compared by identity, its trace is of no use
  private static final IOException CHECKED = new IOException("disk");

  /** Does what a test says inside each signal of any of RxJava's observers, and catches nothing. */
  private static final class Raw
      implements SingleObserver<String>, MaybeObserver<String>, CompletableObserver {

    private final Consumer<Disposable> inOnSubscribe;
    private final Consumer<String> inSignal;
    private final AtomicReference<@Nullable Disposable> disposable = new AtomicReference<>();

    Raw(Consumer<Disposable> inOnSubscribe, Consumer<String> inSignal) {
      this.inOnSubscribe = inOnSubscribe;
      this.inSignal = inSignal;
    }

    @Override
    public void onSubscribe(Disposable newDisposable) {
      disposable.set(newDisposable);
      inOnSubscribe.accept(newDisposable);
    }

    @Override
    public void onSuccess(String value) {
      inSignal.accept(value);
    }

    @Override
    public void onComplete() {
      inSignal.accept("complete");
    }

    @Override
    public void onError(Throwable failure) {
      inSignal.accept("error");
    }

    Disposable disposable() {
      Disposable now = disposable.get();
      if (now == null) {
        throw new AssertionError("no onSubscribe");
      }
      return now;
    }
  }

  /** What the source is converted into. */
  enum Target {
    SINGLE {
      @Override
      TestObserver<?> test(Awaitable<@Nullable String> source) {
        return RxJavaBridge.<String>toSingle(source).test();
      }

      @Override
      void subscribe(Awaitable<@Nullable String> source, Raw observer) {
        RxJavaBridge.<String>toSingle(source).subscribe((SingleObserver<String>) observer);
      }
    },
    MAYBE {
      @Override
      TestObserver<?> test(Awaitable<@Nullable String> source) {
        return RxJavaBridge.<String>toMaybe(source).test();
      }

      @Override
      void subscribe(Awaitable<@Nullable String> source, Raw observer) {
        RxJavaBridge.<String>toMaybe(source).subscribe((MaybeObserver<String>) observer);
      }
    },
    COMPLETABLE {
      @Override
      TestObserver<?> test(Awaitable<@Nullable String> source) {
        return RxJavaBridge.toCompletable(source).test();
      }

      @Override
      void subscribe(Awaitable<@Nullable String> source, Raw observer) {
        RxJavaBridge.toCompletable(source).subscribe((CompletableObserver) observer);
      }
    };

    abstract TestObserver<?> test(Awaitable<@Nullable String> source);

    abstract void subscribe(Awaitable<@Nullable String> source, Raw observer);

    void assertValue(TestObserver<?> observer, String value) {
      observer.assertComplete();
      List<?> values = observer.values();
      assertThat(values.toString()).isEqualTo(this == COMPLETABLE ? "[]" : "[" + value + "]");
    }

    /** A Completable has no place for a value. */
    List<Object> givenUp(String value) {
      return this == COMPLETABLE ? List.of(value) : List.of();
    }
  }

  private final HeldSuspensions<Suspension<? super @Nullable String>> hand =
      new HeldSuspensions<>(Suspension::onCancel);
  private final RxProbe probe = new RxProbe();
  private final Probe<String> published = new Probe<>();
  private final Lost lost = new Lost();

  @AfterEach
  void nothingIsLeft() {
    lost.close();
    assertThat(Thread.interrupted()).isFalse();
    assertThat(lost.failures).isEmpty();
  }

  private void assertNothingLost() {
    assertThat(lost.values).isEmpty();
    assertThat(lost.rx).isEmpty();
  }

  private static Stream<Arguments> with(List<? extends Awaitable<@Nullable String>> sources) {
    return Stream.of(Target.values())
        .flatMap(target -> sources.stream().map(source -> Arguments.of(target, source)));
  }

  private static <T> Awaitable<@Nullable T> nullable(Awaitable<T> source) {
    return suspension -> source.subscribe(suspension);
  }

  private static Stream<Arguments> values() {
    return with(
        List.of(
            nullable(awaitable(Single.just("a"))),
            awaitable(Maybe.just("a").hide()),
            awaitable(Observable.just("a").hide()),
            awaitable(Flowable.just("a").hide()),
            suspension -> suspension.resume("a")));
  }

  @ParameterizedTest
  @MethodSource("values")
  @DisplayName("B9 the value, for each observer; a Completable gives it up")
  void value(Target target, Awaitable<@Nullable String> source) {
    target.assertValue(target.test(source), "a");
    assertThat(lost.values).isEqualTo(target.givenUp("a"));
    target.assertValue(target.test(source), "a");
    assertThat(lost.rx).isEmpty();
  }

  private static Stream<Arguments> empties() {
    return with(
        List.of(
            awaitable(Maybe.<String>empty()),
            suspension -> awaitable(Completable.complete()).subscribe(onlyEnd(suspension)),
            awaitable(Observable.<String>empty().hide()),
            awaitable(Flowable.<String>empty().hide()),
            suspension -> suspension.resume(Nulls.<String>smuggled())));
  }

  @SuppressWarnings("unchecked") // a Completable resumes with null only
  private static Suspension<? super @Nullable Void> onlyEnd(
      Suspension<? super @Nullable String> suspension) {
    return (Suspension<? super @Nullable Void>) (Suspension<?>) suspension;
  }

  @ParameterizedTest
  @MethodSource("empties")
  @DisplayName("B9 no value: NoSuchElementException of a Single, the end of the others")
  void empty(Target target, Awaitable<@Nullable String> source) {
    TestObserver<?> observer = target.test(source);
    observer.assertNoValues();
    if (target == Target.SINGLE) {
      observer.assertError(NoSuchElementException.class).assertNotComplete();
    } else {
      observer.assertComplete();
    }
    assertNothingLost();
  }

  private static Stream<Arguments> failures() {
    return with(
        List.of(
            nullable(awaitable(Single.<String>error(CHECKED))),
            awaitable(Maybe.<String>error(CHECKED).hide()),
            awaitable(Observable.<String>error(CHECKED).hide()),
            awaitable(Flowable.<String>error(CHECKED).hide()),
            suspension -> suspension.fail(CHECKED),
            suspension -> {
              throw CHECKED;
            }));
  }

  @ParameterizedTest
  @MethodSource("failures")
  @DisplayName("B9 A7 the failure, the same object, checked too")
  void failure(Target target, Awaitable<@Nullable String> source) {
    target.test(source).assertNoValues().assertError(failure -> failure == CHECKED);
    assertNothingLost();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B9 A6 disposal reaches the source once, on the thread that disposes")
  void disposed(Target target) {
    TestObserver<?> ofRxJava = target.test(awaitable(probe.maybe()));
    TestObserver<?> ofHand = target.test(hand::take);

    Fork<String> disposer =
        Fork.platform(() -> {
          ofRxJava.dispose();
          ofHand.dispose();
        });
    disposer.join();
    ofRxJava.dispose();
    ofHand.dispose();

    assertThat(probe.disposers()).containsExactly(disposer.thread());
    assertThat(hand.cancels()).containsExactly(disposer.thread());
    ofHand.assertEmpty();
    assertNothingLost();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B9 A3 disposed inside onSubscribe: the source is not subscribed to")
  void disposedInOnSubscribe(Target target) {
    target.subscribe(hand::take, new Raw(Disposable::dispose, signal -> {}));
    assertThat(hand.subscriptions()).isZero();
    assertNothingLost();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B12 cold: one subscription for each observer, none at assembly")
  void cold(Target target) {
    RxJavaBridge.<String>toSingle(hand::take);
    RxJavaBridge.<String>toMaybe(hand::take);
    RxJavaBridge.toCompletable(hand::take);
    assertThat(hand.subscriptions()).isZero();
    TestObserver<?> first = target.test(hand::take);
    TestObserver<?> second = target.test(hand::take);
    assertThat(hand.subscriptions()).isEqualTo(2);
    hand.last().resume("b");
    target.assertValue(second, "b");
    first.assertEmpty();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A12 after the disposal: a value is discarded once, a failure goes to RxJava's hook")
  void late(Target target) {
    IllegalStateException late = new IllegalStateException("late");
    target.test(hand::take).dispose();
    hand.last().resume("of a hand");
    hand.last().fail(new CancellationException("the echo"));
    target.test(awaitable(probe.maybe())).dispose();
    probe.done("of a Maybe");
    assertThat(lost.rx).isEmpty();
    hand.last().fail(late);
    target.test(awaitable(probe.maybe())).dispose();
    probe.fail(CHECKED);

    assertThat(lost.values).containsExactly("of a hand", "of a Maybe");
    assertThat(lost.ofRxJava).containsExactly(late, CHECKED);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A11 A12 the first outcome wins, the second is given up")
  void secondOutcome(Target target) {
    TestObserver<?> observer = target.test(hand::take);
    hand.last().resume("a");
    hand.last().resume("second");
    hand.last().fail(CHECKED);
    target.assertValue(observer, "a");
    assertThat(lost.values).endsWith("second").hasSize(target.givenUp("a").size() + 1);
    assertThat(lost.ofRxJava).containsExactly(CHECKED);
    assertThat(hand.cancels()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A11 an observer that throws: to RxJava's hook, not into the source")
  void throwingObserver(Target target) {
    IllegalStateException failure = new IllegalStateException("of the observer");
    Raw observer =
        new Raw(
            d -> {},
            signal -> {
              throw failure;
            });
    target.subscribe(hand::take, observer);
    hand.last().resume("a");
    target.subscribe(hand::take, observer);
    hand.last().resume(Nulls.<String>smuggled());
    target.subscribe(hand::take, observer);
    hand.last().fail(CHECKED);

    assertThat(lost.ofRxJava).containsExactly(failure, failure, failure);
    assertThat(hand.cancels()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName(
      "B9 isDisposed: after the outcome, already inside its signal, and after the disposal")
  void isDisposed(Target target) {
    List<Boolean> seen = new CopyOnWriteArrayList<>();
    AtomicReference<@Nullable Raw> inside = new AtomicReference<>();
    Raw observer =
        new Raw(
            d -> seen.add(d.isDisposed()),
            signal -> {
              Raw self = inside.get();
              seen.add(self != null && self.disposable().isDisposed());
            });
    inside.set(observer);
    target.subscribe(hand::take, observer);
    seen.add(observer.disposable().isDisposed());
    hand.last().resume("a");
    assertThat(seen).containsExactly(false, false, true);

    Raw disposed = new Raw(d -> {}, signal -> {});
    target.subscribe(hand::take, disposed);
    disposed.disposable().dispose();
    assertThat(disposed.disposable().isDisposed()).isTrue();
  }

  private WeakReference<Raw> disposedObserver(Target target) {
    Raw forgotten = new Raw(d -> {}, signal -> {});
    target.subscribe(hand::take, forgotten);
    forgotten.disposable().dispose();
    return new WeakReference<>(forgotten);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A13 after the disposal the source, which keeps its side, keeps no observer")
  void observerIsFree(Target target) {
    WeakReference<Raw> free = disposedObserver(target);
    Eventually.until(
        "collected",
        () -> {
          System.gc();
          return free.get() == null;
        });
    hand.last().resume("late");
    assertThat(lost.values).containsExactly("late");
  }

  /** Counts what became of one outcome. */
  private abstract static class Round implements Race.Round {
    final HeldSuspensions<Suspension<? super @Nullable String>> hand =
        new HeldSuspensions<>(Suspension::onCancel);
    final TestObserver<String> observer = RxJavaBridge.<String>toSingle(hand::take).test();
    final Lost lost;

    Round(Lost lost) {
      this.lost = lost;
      lost.values.clear();
      lost.rx.clear();
    }
  }

  @Test
  @DisplayName("A12 race of disposal and value: delivered or discarded, never both, never none")
  void disposalAgainstValue() throws Exception {
    int rounds = 20_000;
    Map<String, Integer> outcomes =
        Race.balanced(
            rounds,
            "discarded",
            "delivered",
            () ->
                new Round(lost) {
                  @Override
                  public void left() {
                    observer.dispose();
                  }

                  @Override
                  public void right() {
                    hand.last().resume("a");
                  }

                  @Override
                  public String outcome() {
                    boolean delivered = observer.values().equals(List.of("a"));
                    assertThat(lost.values).hasSize(delivered ? 0 : 1);
                    assertThat(lost.rx).isEmpty();
                    return delivered ? "delivered" : "discarded";
                  }
                });
    assertThat(outcomes).containsOnlyKeys("delivered", "discarded");
  }

  @Test
  @DisplayName("A11 A12 race of two outcomes: one is delivered, the other given up")
  void valueAgainstFailure() throws Exception {
    int rounds = 20_000;
    Map<String, Integer> outcomes =
        Race.balanced(
            rounds,
            "value",
            "failure",
            () ->
                new Round(lost) {
                  @Override
                  public void left() {
                    hand.last().resume("a");
                  }

                  @Override
                  public void right() {
                    hand.last().fail(CHECKED);
                  }

                  @Override
                  public String outcome() {
                    boolean value = observer.values().equals(List.of("a"));
                    assertThat(lost.values).hasSize(value ? 0 : 1);
                    assertThat(lost.rx).hasSize(value ? 1 : 0);
                    if (!value) {
                      observer.assertError(CHECKED);
                    }
                    return value ? "value" : "failure";
                  }
                });
    assertThat(outcomes).containsOnlyKeys("value", "failure");
  }

  @Test
  @DisplayName("B9 toFlowable: items and demand cross, the end, and a failure as the same object")
  void toFlowable_signals() {
    Flowable<String> flowable = RxJavaBridge.toFlowable(published);
    TestSubscriber<String> subscriber = flowable.test(2);
    assertThat(published.requests()).containsExactly(2L);
    published.next("a").next("b").complete();
    subscriber.assertResult("a", "b");

    TestSubscriber<String> empty = flowable.test(0);
    published.complete();
    empty.assertResult();
    TestSubscriber<String> failed = flowable.test(0);
    published.fail(CHECKED);
    failed.assertFailure(IOException.class).assertError(failure -> failure == CHECKED);
    assertThat(published.cancels()).isZero();
    assertThat(published.subscriptions()).isEqualTo(3);
    assertNothingLost();
  }

  @Test
  @DisplayName("B9 toObservable: all items at once, the end, and a failure as the same object")
  void toObservable_signals() {
    Observable<String> observable = RxJavaBridge.toObservable(published);
    TestObserver<String> observer = observable.test();
    assertThat(published.requests()).containsExactly(Long.MAX_VALUE);
    published.next("a").next("b").complete();
    observer.assertResult("a", "b");

    TestObserver<String> empty = observable.test();
    published.complete();
    empty.assertResult();
    TestObserver<String> failed = observable.test();
    published.fail(CHECKED);
    failed.assertFailure(IOException.class).assertError(failure -> failure == CHECKED);
    assertThat(published.cancels()).isZero();
    assertNothingLost();
  }

  @Test
  @DisplayName("B9 toFlowable, toObservable: a cancel reaches the source once, on that thread")
  void many_cancelled() {
    TestSubscriber<String> subscriber = RxJavaBridge.<String>toFlowable(published).test();
    Probe<String> second = new Probe<>();
    TestObserver<String> observer = RxJavaBridge.<String>toObservable(second).test();

    Fork<String> canceller =
        Fork.platform(() -> {
          subscriber.cancel();
          observer.dispose();
        });
    canceller.join();
    subscriber.cancel();
    observer.dispose();

    assertThat(published.cancelThreads()).containsExactly(canceller.thread());
    assertThat(second.cancelThreads()).containsExactly(canceller.thread());
    assertNothingLost();
  }

  @Test
  @DisplayName("B9 toFlowable of a Flowable is that Flowable")
  void toFlowable_ofFlowable() {
    Flowable<String> flowable = Flowable.just("a", "b");
    assertThat(RxJavaBridge.<String>toFlowable(flowable)).isSameAs(flowable);
  }
}
