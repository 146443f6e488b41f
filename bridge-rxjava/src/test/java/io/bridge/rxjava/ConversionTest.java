package io.bridge.rxjava;

import static io.bridge.rxjava.RxJavaBridge.awaitAll;
import static io.bridge.rxjava.RxJavaBridge.awaitOrThrow;
import static io.bridge.rxjava.RxJavaBridge.awaitable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.Await;
import io.bridge.Awaitable;
import io.bridge.Coroutine;
import io.bridge.fixtures.BodyRun;
import io.bridge.fixtures.Fork;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class ConversionTest {

  /** A conversion of a source of one kind. */
  record Source<S>(String kind, Awaitable<? extends @Nullable S> awaitable) {
    @Nullable S awaitAll() {
      List<? extends @Nullable S> values =
          Await.<@Nullable S>awaitAll(List.<Awaitable<? extends @Nullable S>>of(awaitable));
      return values.get(0);
    }

    @Nullable S awaitAny() {
      return Await.<@Nullable S>awaitAny(List.<Awaitable<? extends @Nullable S>>of(awaitable));
    }

    @Nullable S await() {
      return Await.<@Nullable S>await(awaitable);
    }
  }

  /** The ways to await a conversion. */
  enum How {
    ALL,
    ANY,
    ALONE;

    <S> @Nullable S of(Source<S> source) {
      return switch (this) {
        case ALL -> source.awaitAll();
        case ANY -> source.awaitAny();
        case ALONE -> source.await();
      };
    }
  }

  private final RxProbe probe = new RxProbe();
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

  private static Stream<Source<String>> of(Callable<String> code) {
    return Stream.of(
        new Source<>("Single", awaitable(Single.fromCallable(code))),
        new Source<>("Maybe, scalar", awaitable(Maybe.fromCallable(code))),
        new Source<>("Maybe", awaitable(Maybe.fromCallable(code).hide())),
        new Source<>("Observable, scalar", awaitable(Observable.fromCallable(code))),
        new Source<>("Observable", awaitable(Observable.fromCallable(code).hide())),
        new Source<>("Flowable, scalar", awaitable(Flowable.fromCallable(code))),
        new Source<>("Flowable", awaitable(Flowable.fromCallable(code).hide())));
  }

  private static Stream<Source<?>> empty() {
    return Stream.of(
        new Source<>("Maybe, scalar", awaitable(Maybe.<String>empty())),
        new Source<>("Maybe", awaitable(Maybe.<String>empty().hide())),
        new Source<>("Completable", awaitable(Completable.complete())),
        new Source<>("Observable, scalar", awaitable(Observable.<String>empty())),
        new Source<>("Observable", awaitable(Observable.<String>empty().hide())),
        new Source<>("Flowable, scalar", awaitable(Flowable.<String>empty())),
        new Source<>("Flowable", awaitable(Flowable.<String>empty().hide())));
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B9 a conversion: value in place, empty is null; again for each await")
  void await_value_orNull(How how) {
    for (int i = 0; i < 2; i++) {
      of(() -> Thread.currentThread().getName())
          .forEach(source ->
              assertThat(how.of(source))
                  .as(source.kind)
                  .isEqualTo(Thread.currentThread().getName()));
      empty().forEach(source -> assertThat((Object) how.of(source)).as(source.kind).isNull());
    }
    assertThat(how.of(new Source<>("Maybe", awaitable(Maybe.just("a"))))).isEqualTo("a");
    assertThat(how.of(new Source<>("Single", awaitable(Single.just("a"))))).isEqualTo("a");
    assertNothingLost();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A7 a conversion: failures arrive as in an await")
  void await_failure_asItself(How how) {
    IllegalStateException unchecked = new IllegalStateException();
    IOException checked = new IOException();

    of(
            () -> {
              throw unchecked;
            })
        .forEach(source -> assertThatThrownBy(() -> how.of(source)).isSameAs(unchecked));
    Stream.concat(
            of(() -> {
              throw checked;
            }),
            Stream.of(
                new Source<>("Completable", awaitable(Completable.error(checked))),
                new Source<>("Observable", awaitable(Observable.error(checked))),
                new Source<>("Flowable", awaitable(Flowable.error(checked)))))
        .forEach(source ->
            assertThatThrownBy(() -> how.of(source))
                .as(source.kind)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isSameAs(checked));
    assertNothingLost();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A5, A7 a conversion: the second item disposes the source")
  void await_twoItems_disposed(How how) {
    List<String> disposed = new ArrayList<>();
    Observable<Integer> observable =
        Observable.range(1, 5).hide().doOnDispose(() -> disposed.add("observable"));
    Flowable<Integer> flowable =
        Flowable.range(1, 5).hide().doOnCancel(() -> disposed.add("flowable"));

    assertThatThrownBy(() -> how.of(new Source<>("Observable", awaitable(observable))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> how.of(new Source<>("Flowable", awaitable(flowable))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(disposed).containsExactly("observable", "flowable");
  }

  private Awaitable<? extends @Nullable Object> awaitableOf(RxProbe of, RxProbe.Kind kind) {
    return switch (kind) {
      case SINGLE -> awaitable(of.single());
      case MAYBE -> awaitable(of.maybe());
      case COMPLETABLE -> awaitable(of.completable());
      case OBSERVABLE -> awaitable(of.observable());
    };
  }

  private void awaitWithAFailure(RxProbe.Kind kind) {
    IllegalStateException failure = new IllegalStateException();
    assertThatThrownBy(() ->
            Await.<@Nullable Object>awaitAll(
                awaitableOf(probe, kind), awaitable(Completable.error(failure))))
        .isSameAs(failure);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A5, A6 a cancelled awaitAll disposes every source once, on its own thread")
  void awaitAll_cancelled_everySourceOnce(RxProbe.Kind kind) throws Exception {
    List<RxProbe> probes = Stream.generate(RxProbe::new).limit(20).toList();
    BodyRun<String> awaiting = new BodyRun<>();
    Coroutine<String> coroutine =
        Coroutine.start(() ->
            awaiting.call(() -> {
              List<Awaitable<? extends @Nullable Object>> sources = new ArrayList<>();
              probes.forEach(each -> sources.add(awaitableOf(each, kind)));
              return Await.<@Nullable Object>awaitAll(sources).toString();
            }));
    probes.get(19).signals();
    awaiting.awaitParked();
    coroutine.cancel();

    assertThat(awaiting.failure()).isInstanceOf(CancellationException.class);
    probes.forEach(each -> assertThat(each.disposals()).isEqualTo(1));
    assertThat(probes.get(0).disposers()).containsExactly(awaiting.thread());
    assertNothingLost();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A5 the failure of another source disposes it once")
  void awaitAll_otherFails_disposedOnce(RxProbe.Kind kind) {
    awaitWithAFailure(kind);

    assertThat(probe.disposals()).isEqualTo(1);
    assertNothingLost();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A5 an onSubscribe after the end is disposed, by its bringer")
  void awaitAll_lateOnSubscribe_disposed(RxProbe.Kind kind) {
    probe.onSubscribe(withheld -> {});
    awaitWithAFailure(kind);

    Fork<RxProbe> bringer = Fork.platform(() -> probe.link());
    bringer.join();

    assertThat(probe.disposers()).containsExactly(bringer.thread());
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A12 a value that comes too late is given up")
  void awaitAll_lateValue_givenUp(RxProbe.Kind kind) {
    awaitWithAFailure(kind);

    probe.done("late");

    assertThat(lost.values).isEqualTo(kind.value("late") == null ? List.of() : List.of("late"));
    assertThat(lost.rx).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A12 a failure that comes too late goes to RxJavaPlugins.onError")
  void awaitAll_lateFailure_toTheHook(RxProbe.Kind kind) {
    IllegalStateException late = new IllegalStateException("late");
    awaitWithAFailure(kind);

    probe.fail(late);

    assertThat(lost.ofRxJava).containsExactly(late);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A12 the echo of our own disposal is no failure")
  void awaitAll_disposedSourceFails_noNoise(RxProbe.Kind kind) {
    probe.onDispose(() -> probe.fail(new CancellationException()));
    awaitWithAFailure(kind);

    assertThat(probe.disposals()).isEqualTo(1);
    assertNothingLost();
  }

  @Test
  @DisplayName("S8 1 000 Singles are awaited without a thread of their own")
  void awaitAll_thousandNever_noThread() throws Exception {
    List<Awaitable<Integer>> never = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      never.add(awaitable(Single.<Integer>never()));
    }
    long before = nextThreadId();
    BodyRun<List<Integer>> awaiting = new BodyRun<>();
    Coroutine<List<Integer>> coroutine =
        Coroutine.start(() -> awaiting.call(() -> awaitAll(never)));
    awaiting.awaitParked();
    long started = nextThreadId() - before;
    coroutine.cancel();

    assertThat(awaiting.failure()).isInstanceOf(CancellationException.class);
    assertThat(started).as("of the coroutine, and the JVM's own").isLessThan(50);
  }

  /** Every thread takes a number, a virtual one too. */
  private static long nextThreadId() {
    return Thread.ofVirtual().unstarted(() -> {}).threadId();
  }

  private static Stream<Named<Function<Class<? extends Exception>, ThrowingCallable>>> failing() {
    IOException failure = new IOException("failure");
    return Stream.of(
        Named.of("Single", type -> () -> awaitOrThrow(Single.error(failure), type)),
        Named.of("Maybe", type -> () -> awaitOrThrow(Maybe.error(failure), type)),
        Named.of("Completable", type -> () -> awaitOrThrow(Completable.error(failure), type)),
        Named.of("Observable", type -> () -> awaitOrThrow(Observable.error(failure), type)),
        Named.of("Flowable", type -> () -> awaitOrThrow(Flowable.error(failure), type)));
  }

  @ParameterizedTest
  @MethodSource("failing")
  @DisplayName("A7 awaitOrThrow throws the checked failure as itself, any other as await does")
  void awaitOrThrow_checked_asItself(Function<Class<? extends Exception>, ThrowingCallable> of) {
    assertThatThrownBy(of.apply(IOException.class))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("failure");
    assertThatThrownBy(of.apply(InterruptedException.class))
        .isInstanceOf(CompletionException.class)
        .hasCauseExactlyInstanceOf(IOException.class);
  }

  @Test
  @DisplayName("A7 awaitOrThrow returns what await does")
  void awaitOrThrow_value_returned() throws Exception {
    assertThat(awaitOrThrow(Single.just("a"), IOException.class)).isEqualTo("a");
    assertThat(awaitOrThrow(Maybe.just("a"), IOException.class)).isEqualTo("a");
    assertThat(awaitOrThrow(Maybe.<String>empty(), IOException.class)).isNull();
    awaitOrThrow(Completable.complete(), IOException.class);
    assertThat(awaitOrThrow(Observable.just("a"), IOException.class)).isEqualTo("a");
    assertThat(awaitOrThrow(Flowable.just("a"), IOException.class)).isEqualTo("a");
  }
}
