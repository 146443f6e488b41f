package io.bridge.rxjava;

import static io.bridge.rxjava.RxJavaBridge.await;
import static io.bridge.rxjava.RxJavaBridge.awaitCollect;
import static io.bridge.rxjava.RxJavaBridge.awaitCompletion;
import static io.bridge.rxjava.RxJavaBridge.awaitFirst;
import static io.bridge.rxjava.RxJavaBridge.awaitFirstOrElse;
import static io.bridge.rxjava.RxJavaBridge.awaitFirstOrNull;
import static io.bridge.rxjava.RxJavaBridge.awaitLast;
import static io.bridge.rxjava.RxJavaBridge.awaitLastOrNull;
import static io.bridge.rxjava.RxJavaBridge.awaitList;
import static io.bridge.rxjava.RxJavaBridge.awaitOptional;
import static io.bridge.rxjava.RxJavaBridge.awaitSingle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.Coroutine;
import io.bridge.fixtures.BodyRun;
import io.bridge.fixtures.Fork;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.ObservableSource;
import io.reactivex.rxjava3.core.Observer;
import io.reactivex.rxjava3.core.Scheduler;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.functions.Supplier;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.io.IOException;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class RxAwaitTest {

  /** One await of a source that is given as a Flowable; null for no value. */
  interface Form {
    @Nullable Object of(Flowable<String> items);
  }

  /** Every await of a many-valued source, by either of its types. */
  private static Stream<Named<Form>> many() {
    return Stream.of(
        Named.of("await(Flowable)", s -> await(s)),
        Named.of("await(Observable)", s -> await(s.toObservable())),
        Named.of("awaitSingle(Flowable)", s -> awaitSingle(s)),
        Named.of("awaitSingle(Observable)", s -> awaitSingle(s.toObservable())),
        Named.of("awaitOptional(Flowable)", s -> awaitOptional(s).orElse(null)),
        Named.of("awaitOptional(Observable)", s -> awaitOptional(s.toObservable()).orElse(null)),
        Named.of("awaitFirst(Flowable)", s -> awaitFirst(s)),
        Named.of("awaitFirst(Observable)", s -> awaitFirst(s.toObservable())),
        Named.of("awaitFirstOrNull(Observable)", s -> awaitFirstOrNull(s.toObservable())),
        Named.of("awaitFirstOrElse(Observable)", s -> awaitFirstOrElse(s.toObservable(), () -> "")),
        Named.of("awaitLast(Flowable)", s -> awaitLast(s)),
        Named.of("awaitLast(Observable)", s -> awaitLast(s.toObservable())),
        Named.of("awaitLastOrNull(Observable)", s -> awaitLastOrNull(s.toObservable())),
        Named.of("awaitList(Flowable)", s -> awaitList(s)),
        Named.of("awaitList(Observable)", s -> awaitList(s.toObservable())),
        Named.of(
            "awaitCollect(Observable)",
            s -> awaitCollect(s.toObservable(), Collectors.joining("+"))),
        Named.of(
            "awaitCompletion(Observable)",
            s -> {
              awaitCompletion(s.toObservable());
              return null;
            }));
  }

  /** Every await, for what they have in common: the way a failure comes out. */
  private static Stream<Named<Form>> all() {
    return Stream.concat(
        many(),
        Stream.of(
            Named.of("await(Single)", s -> await(s.singleOrError())),
            Named.of("await(Maybe)", s -> await(s.singleElement())),
            Named.of("awaitSingle(Maybe)", s -> awaitSingle(s.singleElement())),
            Named.of("awaitOptional(Maybe)", s -> awaitOptional(s.singleElement()).orElse(null)),
            Named.of(
                "await(Completable)",
                s -> {
                  await(s.ignoreElements());
                  return null;
                })));
  }

  private final Lost lost = new Lost();

  @AfterEach
  void nothingIsLeft() {
    lost.close();
    assertThat(Thread.interrupted()).isFalse();
    assertThat(lost.failures).isEmpty();
    assertThat(lost.rx).isEmpty();
  }

  private static Flowable<String> delayed(Flowable<String> items) {
    return items.delay(1, TimeUnit.MILLISECONDS, Schedulers.computation(), true);
  }

  private static Stream<Flowable<String>> shapes(Flowable<String> items) {
    return Stream.of(items, items.hide(), delayed(items));
  }

  @ParameterizedTest
  @MethodSource("all")
  @DisplayName("section 2: one item, from a scalar, a plain and a delayed source")
  void await_oneItem(Form form) {
    Object first = form.of(Flowable.just("v"));
    if (first != null) {
      assertThat(first).isIn("v", List.of("v"));
    }
    shapes(Flowable.just("v")).forEach(s -> assertThat(form.of(s)).isEqualTo(first));
    shapes(Flowable.fromCallable(() -> "v")).forEach(s -> assertThat(form.of(s)).isEqualTo(first));
  }

  @Test
  @DisplayName("section 2, A18: empty is null, Optional.empty, NoSuchElement, fallback or no items")
  void await_empty() {
    shapes(Flowable.empty())
        .forEach(s -> {
          Observable<String> o = s.toObservable();
          Maybe<String> m = s.singleElement();
          assertThat(await(s)).isNull();
          assertThat(await(o)).isNull();
          assertThat(await(m)).isNull();
          assertThat(awaitFirstOrNull(o)).isNull();
          assertThat(awaitLastOrNull(o)).isNull();
          assertThat(awaitOptional(o)).isEmpty();
          assertThat(awaitOptional(m)).isEmpty();
          assertThat(awaitOptional(s)).isEmpty();
          assertThat(awaitFirstOrElse(o, () -> "fallback")).isEqualTo("fallback");
          assertThat(awaitList(o)).isEmpty();
          assertThat(awaitList(s)).isEmpty();
          assertThat(awaitCollect(o, Collectors.joining())).isEmpty();
          awaitCompletion(o);
          await(s.ignoreElements());
          Stream.<ThrowingCallable>of(
                  () -> awaitSingle(s),
                  () -> awaitSingle(o),
                  () -> awaitSingle(m),
                  () -> awaitFirst(o),
                  () -> awaitLast(o),
                  () -> await(s.singleOrError()))
              .forEach(code -> assertThatThrownBy(code).isInstanceOf(NoSuchElementException.class));
        });
    assertThat(await(Maybe.<String>empty())).isNull();
    assertThat(await(Observable.<String>empty())).isNull();
    assertThat(await(Maybe.<String>fromRunnable(() -> {}))).isNull();
  }

  @Test
  @DisplayName("section 2: several items: first and dispose, last, list, collect, completion")
  void await_severalItems() {
    shapes(Flowable.just("a", "b", "c"))
        .forEach(s -> {
          AtomicInteger disposals = new AtomicInteger();
          Observable<String> o = s.toObservable().doOnDispose(disposals::incrementAndGet);
          assertThat(awaitLast(o)).isEqualTo("c");
          assertThat(awaitLastOrNull(o)).isEqualTo("c");
          assertThat(awaitList(o)).containsExactly("a", "b", "c").isUnmodifiable();
          assertThat(awaitList(s)).containsExactly("a", "b", "c");
          assertThat(awaitCollect(o, Collectors.joining("+"))).isEqualTo("a+b+c");
          awaitCompletion(o);
          assertThat(disposals).as("ended by itself").hasValue(0);
          assertThat(awaitFirst(o)).isEqualTo("a");
          assertThat(awaitFirstOrNull(o)).isEqualTo("a");
          assertThat(awaitFirstOrElse(o, () -> "fallback")).isEqualTo("a");
          assertThat(awaitFirst(s)).isEqualTo("a");
          assertThat(disposals).hasValue(3);
        });
  }

  @Test
  @DisplayName("A5, section 2: a second item disposes and is an IllegalArgumentException")
  void await_tooMany_disposed() {
    Stream.<Function<Observable<String>, @Nullable Object>>of(
            o -> await(o), o -> awaitSingle(o), o -> awaitOptional(o))
        .forEach(form -> {
          AtomicInteger disposals = new AtomicInteger();
          Observable<String> never =
              Observable.just("a", "b")
                  .concatWith(Observable.never())
                  .doOnDispose(disposals::incrementAndGet);
          assertThatThrownBy(() -> form.apply(never)).isInstanceOf(IllegalArgumentException.class);
          assertThat(disposals).hasValue(1);
        });
    AtomicInteger cancels = new AtomicInteger();
    Flowable<String> never =
        Flowable.just("a", "b").concatWith(Flowable.never()).doOnCancel(cancels::incrementAndGet);
    assertThatThrownBy(() -> await(never)).isInstanceOf(IllegalArgumentException.class);
    assertThat(cancels).hasValue(1);
    assertThat(lost.values).containsOnly("a", "b").hasSize(8);
  }

  @Test
  @DisplayName("A1 one value awaits the end: what comes behind the item runs")
  void await_tail_runs() {
    AtomicInteger tails = new AtomicInteger();
    Flowable<String> s =
        Flowable.just("v")
            .hide()
            .concatWith(delayed(Flowable.empty()))
            .doOnComplete(tails::incrementAndGet);
    assertThat(await(s)).isEqualTo("v");
    assertThat(await(s.toObservable())).isEqualTo("v");
    assertThat(awaitSingle(s.toObservable())).isEqualTo("v");
    assertThat(await(s.singleElement())).isEqualTo("v");
    assertThat(tails).hasValue(4);
    assertThat(awaitFirst(s.toObservable())).isEqualTo("v");
    assertThat(tails).as("awaitFirst cuts off").hasValue(4);
  }

  @ParameterizedTest
  @MethodSource("all")
  @DisplayName("A7 a failure: unchecked and Error the same object, checked as the cause")
  void await_failure(Form form) {
    IllegalStateException unchecked = new IllegalStateException("mine");
    AssertionError error = new AssertionError("mine");
    IOException checked = new IOException("mine");
    shapes(Flowable.error(unchecked))
        .forEach(s -> assertThat(catchThrowable(() -> form.of(s))).isSameAs(unchecked));
    shapes(Flowable.error(error))
        .forEach(s -> assertThat(catchThrowable(() -> form.of(s))).isSameAs(error));
    shapes(Flowable.error(checked))
        .forEach(s ->
            assertThat(catchThrowable(() -> form.of(s)))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isSameAs(checked));
    CancellationException foreign = new CancellationException("of the source");
    assertThat(catchThrowable(() -> form.of(Flowable.<String>error(foreign).hide())))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isSameAs(foreign);
  }

  @Test
  @DisplayName("peer: blockingGet wraps a checked failure in a bare RuntimeException (A7)")
  void peer_blockingGet_checked_runtimeException() {
    IOException checked = new IOException("mine");

    assertThat(catchThrowable(() -> Single.error(checked).blockingGet()))
        .isExactlyInstanceOf(RuntimeException.class)
        .hasCause(checked);
    assertThat(catchThrowable(() -> await(Single.error(checked))))
        .isInstanceOf(CompletionException.class)
        .hasCause(checked);
  }

  @Test
  @DisplayName("A4 scalars and callables are asked in place, without a subscription, once each")
  void await_supplier_notSubscribed() {
    AtomicInteger subscriptions = new AtomicInteger();
    RxJavaPlugins.setOnMaybeSubscribe((maybe, observer) -> {
      subscriptions.incrementAndGet();
      return observer;
    });
    RxJavaPlugins.setOnObservableSubscribe((observable, observer) -> {
      subscriptions.incrementAndGet();
      return observer;
    });
    RxJavaPlugins.setOnFlowableSubscribe((flowable, subscriber) -> {
      subscriptions.incrementAndGet();
      return subscriber;
    });
    AtomicInteger calls = new AtomicInteger();
    Callable<Integer> callable = calls::incrementAndGet;

    assertThat(await(Maybe.just("v"))).isEqualTo("v");
    assertThat(await(Observable.just("v"))).isEqualTo("v");
    assertThat(await(Flowable.just("v"))).isEqualTo("v");
    assertThat(awaitFirst(Observable.just("v"))).isEqualTo("v");
    assertThat(awaitLast(Flowable.just("v"))).isEqualTo("v");
    assertThat(awaitList(Observable.just("v"))).containsExactly("v");
    assertThat(awaitList(Observable.empty())).isEmpty();
    awaitCompletion(Observable.just("discarded"));
    assertThat(await(Maybe.fromCallable(callable))).isEqualTo(1);
    assertThat(await(Observable.fromCallable(callable))).isEqualTo(2);
    assertThat(await(Flowable.fromCallable(callable))).isEqualTo(3);
    assertThat(await(Maybe.fromSupplier(calls::incrementAndGet))).isEqualTo(4);
    assertThat(await(Maybe.<String>fromAction(calls::incrementAndGet))).isNull();
    assertThat(calls).hasValue(5);
    assertThat(subscriptions).hasValue(0);
    assertThat(lost.values).containsExactly("discarded");
  }

  /** Not one of RxJava's classes: that it is a Supplier says nothing about its items. */
  private static final class SupplierByChance
      implements ObservableSource<String>, Supplier<String> {
    @Override
    public String get() {
      return "supplied";
    }

    @Override
    public void subscribe(Observer<? super String> observer) {
      observer.onSubscribe(Disposable.disposed());
      observer.onNext("observed");
      observer.onComplete();
    }
  }

  @Test
  @DisplayName("A4 a foreign source that happens to be a Supplier is subscribed")
  void await_foreignSupplier_subscribed() {
    assertThat(await(new SupplierByChance())).isEqualTo("observed");
  }

  /** One kind of source of a callable, the fast paths among them. */
  private static Stream<Named<Function<Callable<String>, ThrowingCallable>>> callables() {
    return Stream.of(
        Named.of("Single", code -> () -> await(Single.fromCallable(code))),
        Named.of("Maybe", code -> () -> await(Maybe.fromCallable(code))),
        Named.of("Completable", code -> () -> await(Completable.fromCallable(code))),
        Named.of("Observable", code -> () -> await(Observable.fromCallable(code))),
        Named.of("awaitList", code -> () -> awaitList(Observable.fromCallable(code))),
        Named.of("Flowable", code -> () -> await(Flowable.fromCallable(code))));
  }

  @ParameterizedTest
  @MethodSource("callables")
  @DisplayName("A7 what a callable throws: as a failure of any other source")
  void await_callableThrows(Function<Callable<String>, ThrowingCallable> kind) {
    IllegalStateException unchecked = new IllegalStateException("mine");
    AssertionError error = new AssertionError("mine");
    IOException checked = new IOException("mine");
    assertThat(
            catchThrowable(
                kind.apply(() -> {
                  throw unchecked;
                })))
        .isSameAs(unchecked);
    assertThat(
            catchThrowable(
                kind.apply(() -> {
                  throw error;
                })))
        .isSameAs(error);
    assertThat(
            catchThrowable(
                kind.apply(() -> {
                  throw checked;
                })))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isSameAs(checked);
  }

  @ParameterizedTest
  @MethodSource("callables")
  @DisplayName("B11 a fatal error of a callable comes out, though RxJava throws it at its caller")
  void await_callableFatal(Function<Callable<String>, ThrowingCallable> kind) {
    NoClassDefFoundError fatal = new NoClassDefFoundError("mine");
    assertThat(
            catchThrowable(
                kind.apply(() -> {
                  throw fatal;
                })))
        .isSameAs(fatal);
  }

  @ParameterizedTest
  @MethodSource("callables")
  @DisplayName("A6, A9 a callable that sleeps in place is interrupted by an interrupt and a cancel")
  void await_callableSleeps_interrupted(Function<Callable<String>, ThrowingCallable> kind)
      throws Exception {
    ThrowingCallable sleeping =
        kind.apply(() -> {
          Thread.sleep(60_000);
          return "slept";
        });
    Fork<Boolean> fork =
        Fork.platform(() -> {
          assertThat(catchThrowable(sleeping)).isInstanceOf(CancellationException.class);
          return Thread.currentThread().isInterrupted();
        });
    fork.awaitParked().interrupt();
    assertThat(fork.join()).isTrue();

    BodyRun<Throwable> awaiting = new BodyRun<>();
    Coroutine<Throwable> coroutine =
        Coroutine.<Throwable>start(() -> awaiting.call(() -> catchThrowable(sleeping)));
    awaiting.awaitParked();
    coroutine.cancel();
    assertThat(awaiting.value()).isInstanceOf(CancellationException.class);
  }

  private static Stream<Named<Scheduler>> nonBlocking() {
    return Stream.of(
        Named.of("computation", Schedulers.computation()), Named.of("single", Schedulers.single()));
  }

  private static Throwable failureOn(Scheduler scheduler, ThrowingCallable code) {
    return Single.fromCallable(() -> catchThrowable(code)).subscribeOn(scheduler).blockingGet();
  }

  @ParameterizedTest
  @MethodSource("nonBlocking")
  @DisplayName("A2 refused on RxJava's non-blocking threads before subscribing, A19 the message")
  void await_nonBlockingThread_refused(Scheduler scheduler) {
    RxProbe probe = new RxProbe();
    Stream.<ThrowingCallable>concat(
            Stream.of(RxProbe.Kind.values()).map(kind -> () -> probe.await(kind)),
            Stream.of(
                () -> await(Single.just("v")),
                () -> await(Maybe.just("v")),
                () -> await(Maybe.empty()),
                () -> await(Completable.complete()),
                () -> await(Observable.just("v")),
                () -> await(Flowable.just("v")),
                () -> awaitFirst(Observable.just("v")),
                () -> awaitList(Flowable.just("v"))))
        .forEach(code ->
            assertThat(failureOn(scheduler, code))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("\"Rx")
                .hasMessageContaining("future(() -> "));
    assertThat(probe.subscriptions()).isZero();
  }

  @Test
  @DisplayName("A2 io() and newThread() may block; peer: blockingGet blocks a computation thread")
  void await_io_allowed() {
    Single<String> delayed = delayed(Flowable.just("v")).singleOrError();
    for (Scheduler scheduler : List.of(Schedulers.io(), Schedulers.newThread())) {
      Single<String> awaited =
          Single.<String>fromCallable(() -> await(delayed)).subscribeOn(scheduler);
      assertThat(awaited.blockingGet()).isEqualTo("v");
    }
    Single<String> elsewhere = Single.just("v").subscribeOn(Schedulers.io());
    Single<String> blocked =
        Single.<String>fromCallable(() -> elsewhere.blockingGet())
            .subscribeOn(Schedulers.computation());
    assertThat(blocked.blockingGet()).as("a fixed peer would refuse").isEqualTo("v");
  }
}
