package io.bridge.rxjava;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.AwaitTimeoutException;
import io.bridge.Coroutine;
import io.bridge.fixtures.BodyRun;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Nulls;
import io.bridge.fixtures.Probe;
import io.bridge.fixtures.Race;
import io.bridge.rxjava.RxProbe.Kind;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.ObservableSource;
import io.reactivex.rxjava3.core.Observer;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.exceptions.UndeliverableException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Subscriber;

@Timeout(60)
class RxCancelTest {

  /** A Flowable in the hands of a test. */
  private static final class ProbedFlowable extends Flowable<String> {

    private final Probe<String> probe;

    ProbedFlowable(Probe<String> probe) {
      this.probe = probe;
    }

    @Override
    protected void subscribeActual(Subscriber<? super String> subscriber) {
      probe.subscribe(subscriber);
    }
  }

  private final RxProbe probe = new RxProbe();

  private final Lost lost = new Lost();

  @AfterEach
  void nothingIsLeft() {
    lost.close();
    assertThat(Thread.interrupted()).isFalse();
    assertThat(lost.failures).as("RxJava's losses go to RxJava's hook").isEmpty();
  }

  private BodyRun<@Nullable String> cancelled(Kind kind) throws Exception {
    BodyRun<@Nullable String> awaiting = new BodyRun<>();
    Coroutine<@Nullable String> coroutine =
        Coroutine.<@Nullable String>start(() -> awaiting.call(() -> probe.await(kind)));
    probe.signals();
    awaiting.awaitParked();
    coroutine.cancel();
    assertThat(awaiting.failure()).isInstanceOf(CancellationException.class);
    return awaiting;
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A5 a cancelled await disposes its source once, A6 on its own thread")
  void await_cancelled_disposedOnce(Kind kind) throws Exception {
    BodyRun<@Nullable String> awaiting = cancelled(kind);

    assertThat(probe.disposers()).containsExactly(awaiting.thread());
    assertThat(lost.rx).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A5, A9 an interrupt of a plain thread disposes the source; the flag stays up")
  void await_interrupted_disposedOnce(Kind kind) {
    Fork<Boolean> fork =
        Fork.platform(() -> {
          assertThatThrownBy(() -> probe.await(kind)).isInstanceOf(CancellationException.class);
          return Thread.currentThread().isInterrupted();
        });
    probe.signals();
    fork.awaitParked().interrupt();

    assertThat(fork.join()).isTrue();
    assertThat(probe.disposers()).containsExactly(fork.thread());
  }

  @Test
  @DisplayName("peer: an interrupted blockingGet loses the flag and throws a RuntimeException (A9)")
  void peer_blockingGet_interrupted_losesTheFlag() {
    Fork<Boolean> fork =
        Fork.platform(() -> {
          assertThatThrownBy(() -> Single.never().blockingGet())
              .isExactlyInstanceOf(RuntimeException.class)
              .hasCauseInstanceOf(InterruptedException.class);
          return Thread.currentThread().isInterrupted();
        });
    fork.awaitParked().interrupt();

    assertThat(fork.join()).as("a fixed peer would keep it").isFalse();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A5, T1 a timeout disposes the source once")
  void await_timedOut_disposedOnce(Kind kind) {
    assertThatThrownBy(() ->
            Coroutine.<@Nullable String, RuntimeException>withTimeout(
                Duration.ofMillis(100), () -> probe.await(kind)))
        .isInstanceOf(AwaitTimeoutException.class);

    assertThat(probe.disposals()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A3 with the interrupt flag up, or cancelled, nothing is subscribed")
  void await_alreadyCancelled_notSubscribed(Kind kind) throws Exception {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> probe.await(kind)).isInstanceOf(CancellationException.class);
    assertThat(Thread.interrupted()).isTrue();

    CompletableFuture<String> go = new CompletableFuture<>();
    BodyRun<@Nullable String> awaiting = new BodyRun<>();
    Coroutine<@Nullable String> coroutine =
        Coroutine.<@Nullable String>start(() ->
            awaiting.call(() -> {
              Eventually.until("cancelled", () -> Coroutine.isCancelled() && go.isDone());
              return probe.await(kind);
            }));
    assertThat(awaiting.thread()).as("the body runs").isNotNull(); // else it never would
    coroutine.cancel();
    go.complete("go");
    assertThat(awaiting.failure()).isInstanceOf(CancellationException.class);

    assertThat(probe.subscriptions()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A5 a disposable that comes after the cancellation is disposed by its bringer")
  void await_lateOnSubscribe_disposedAtOnce(Kind kind) throws Exception {
    probe.onSubscribe(withheld -> {});
    cancelled(kind);
    assertThat(probe.disposals()).isZero();

    probe.link();

    assertThat(probe.disposers()).containsExactly(Thread.currentThread());
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A5 a disposable that races with the cancellation is disposed once, in any order")
  void await_onSubscribeRacesCancel_disposedOnce(Kind kind) throws Exception {
    Map<String, Integer> outcomes =
        Race.run(
            1_000,
            () ->
                new Race.Round() {
                  final RxProbe late = new RxProbe().onSubscribe(withheld -> {});
                  final BodyRun<@Nullable String> awaiting = new BodyRun<>();
                  final Coroutine<@Nullable String> coroutine =
                      Coroutine.<@Nullable String>start(
                          () -> awaiting.call(() -> late.await(kind)));

                  {
                    late.signals();
                  }

                  @Override
                  public void left() {
                    coroutine.cancel();
                  }

                  @Override
                  public void right() {
                    late.link();
                  }

                  @Override
                  public String outcome() {
                    Throwable failure = awaiting.failure();
                    Eventually.until("a disposal", late::isDisposed);
                    return failure.getClass().getSimpleName()
                        + (late.disposals() == 1 ? "" : " disposals " + late.disposals());
                  }
                });

    assertThat(outcomes).containsOnlyKeys("CancellationException");
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A11 a value that races with the cancellation arrives or is discarded, never both")
  void await_valueRacesCancel_oneOutcome(Kind kind) throws Exception {
    int rounds = 1_000;
    Map<String, Integer> outcomes =
        Race.run(
            rounds,
            () ->
                new Race.Round() {
                  final RxProbe racing = new RxProbe();
                  final BodyRun<@Nullable String> awaiting = new BodyRun<>();
                  final Coroutine<@Nullable String> coroutine =
                      Coroutine.<@Nullable String>start(
                          () -> awaiting.call(() -> racing.await(kind)));

                  {
                    racing.signals();
                  }

                  @Override
                  public void left() {
                    coroutine.cancel();
                  }

                  @Override
                  public void right() {
                    racing.done("v");
                  }

                  @Override
                  public String outcome() {
                    @Nullable Throwable failure = awaiting.outcome();
                    assertThat(racing.disposals()).isLessThanOrEqualTo(1);
                    return failure == null ? "value" : failure.getClass().getSimpleName();
                  }
                });

    assertThat(outcomes.keySet()).isSubsetOf("value", "CancellationException");
    int expected = kind == Kind.COMPLETABLE ? 0 : rounds - outcomes.getOrDefault("value", 0);
    assertThat(lost.values).hasSize(expected);
    assertThat(lost.rx).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A5 a source that ends by itself is not disposed")
  void await_ended_notDisposed(Kind kind) {
    probe.onSubscribe(now -> now.link().done("v"));
    assertThat(probe.await(kind)).isEqualTo(kind.value("v"));

    IllegalStateException failure = new IllegalStateException("mine");
    probe.onSubscribe(now -> now.link().fail(failure));
    assertThat(catchThrowable(() -> probe.await(kind))).isSameAs(failure);

    assertThat(probe.disposals()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A5, A11 what subscribe throws ends the await, and what it had handed over")
  void await_subscribeThrows_thatFailure(Kind kind) {
    for (Throwable refusal : List.of(new IllegalStateException("x"), new AssertionError("x"))) {
      int before = probe.disposals();
      probe.onSubscribe(now -> {
        now.link();
        RxCancelTest.<RuntimeException>raise(refusal);
      });
      assertThat(catchThrowable(() -> probe.await(kind))).isSameAs(refusal);
      assertThat(probe.disposals() - before).isEqualTo(1);

      probe.onSubscribe(now -> RxCancelTest.<RuntimeException>raise(refusal));
      assertThat(catchThrowable(() -> probe.await(kind))).isSameAs(refusal);
    }
    assertThat(lost.rx).isEmpty();
  }

  @SuppressWarnings("unchecked") // erased: only the compiler believes that it is an X
  private static <X extends Throwable> void raise(Throwable failure) throws X {
    throw (X) failure;
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A11, A12 what subscribe throws behind the value goes to RxJavaPlugins.onError")
  void await_subscribeThrowsAfterValue_lost(Kind kind) {
    IllegalStateException behind = new IllegalStateException("behind");
    probe.onSubscribe(now -> {
      now.link().done("v");
      throw behind;
    });

    assertThat(probe.await(kind)).isEqualTo(kind.value("v"));

    assertThat(lost.rx).containsExactly(behind);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A11 a second onSubscribe is disposed, the first stays")
  void await_secondOnSubscribe_disposed(Kind kind) {
    Disposable second = Disposable.empty();
    probe.onSubscribe(now -> {
      now.link().signals().onSubscribe().accept(second);
      now.done("v");
    });

    assertThat(probe.await(kind)).isEqualTo(kind.value("v"));

    assertThat(second.isDisposed()).isTrue();
    assertThat(probe.disposals()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A11 signals before onSubscribe count, the disposable behind them is disposed")
  void await_signalsBeforeOnSubscribe_count(Kind kind) {
    probe.onSubscribe(now -> now.done("early").link());
    assertThat(probe.await(kind)).isEqualTo(kind.value("early"));
    assertThat(probe.disposals()).isEqualTo(1);

    IllegalStateException failure = new IllegalStateException("early");
    probe.onSubscribe(now -> now.fail(failure).link());
    assertThat(catchThrowable(() -> probe.await(kind))).isSameAs(failure);
    assertThat(probe.disposals()).isEqualTo(2);
    assertThat(lost.rx).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "COMPLETABLE")
  @DisplayName("A11 a null value ends the await and disposes; nothing is thrown into the source")
  void await_nullValue_nullPointerException(Kind kind) {
    CompletableFuture<String> returned = new CompletableFuture<>();
    probe.onSubscribe(now -> {
      now.link().done(Nulls.<String>smuggled());
      returned.complete("returned");
    });

    assertThat(catchThrowable(() -> probe.await(kind)))
        .isInstanceOf(NullPointerException.class)
        .hasMessageMatching("value|item");

    assertThat(returned).isCompleted();
    assertThat(probe.disposals()).isEqualTo(1);
    assertThat(lost.rx).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A11 a null failure and a null disposable end the await; nothing is thrown")
  void await_nullFailureOrDisposable_nullPointerException(Kind kind) {
    probe.onSubscribe(now -> now.link().fail(Nulls.<Throwable>smuggled()));
    assertThat(catchThrowable(() -> probe.await(kind)))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("failure");
    assertThat(probe.disposals()).isEqualTo(1);

    probe.onSubscribe(now -> now.signals().onSubscribe().accept(Nulls.<Disposable>smuggled()));
    assertThat(catchThrowable(() -> probe.await(kind)))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("disposable");
    assertThat(lost.rx).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A11, A12 of two terminal signals the first wins, the rest goes to RxJava's hook")
  void await_twoTerminals_firstWins(Kind kind) {
    IllegalStateException second = new IllegalStateException("second");
    probe.onSubscribe(now -> now.link().done("v").fail(second).done("third"));
    assertThat(probe.await(kind)).isEqualTo(kind.value("v"));
    assertThat(lost.rx).containsExactly(second);

    IllegalStateException first = new IllegalStateException("first");
    probe.onSubscribe(now -> now.link().fail(first).fail(second).done("fourth"));
    assertThat(catchThrowable(() -> probe.await(kind))).isSameAs(first);
    assertThat(lost.rx).containsExactly(second, second);

    if (kind == Kind.COMPLETABLE) {
      assertThat(lost.values).isEmpty();
    } else {
      assertThat(lost.values).containsExactly("third", "fourth");
    }
    assertThat(probe.disposals()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A12 after the cancellation a failure goes to RxJava's hook, a value is discarded")
  void await_signalsAfterCancel_lost(Kind kind) throws Exception {
    cancelled(kind);
    IllegalStateException late = new IllegalStateException("late");
    IOException checked = new IOException("late");

    probe.done("late").fail(late).fail(checked).fail(new CancellationException("an echo"));

    assertThat(lost.rx).hasSize(2).contains(late);
    assertThat(lost.rx.get(1)).isInstanceOf(UndeliverableException.class).hasCause(checked);
    if (kind != Kind.COMPLETABLE) {
      assertThat(lost.values).containsExactly("late");
    }
    assertThat(probe.disposals()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A11 what dispose throws goes to RxJava's hook, the await is cancelled")
  void await_disposeThrows_lost(Kind kind) throws Exception {
    IllegalStateException refusal = new IllegalStateException("refused");
    probe.onDispose(() -> {
      throw refusal;
    });
    cancelled(kind);

    assertThat(lost.rx).containsExactly(refusal);
  }

  @Test
  @DisplayName("A12 an Observable's item before its failure or before a cancel is discarded")
  void await_itemThenFailureOrCancel_itemDiscarded() throws Exception {
    IllegalStateException failure = new IllegalStateException("mine");
    ObservableSource<String> failing =
        observer -> {
          observer.onSubscribe(Disposable.empty());
          observer.onNext("given up");
          observer.onError(failure);
        };
    assertThat(catchThrowable(() -> RxJavaBridge.await(failing))).isSameAs(failure);
    assertThat(lost.values).containsExactly("given up");
    assertThat(catchThrowable(() -> RxJavaBridge.awaitList(failing))).isSameAs(failure);
    assertThat(lost.values).containsExactly("given up", "given up");

    CompletableFuture<Observer<? super String>> observer = new CompletableFuture<>();
    ObservableSource<String> open =
        newObserver -> {
          newObserver.onSubscribe(probe);
          newObserver.onNext("cancelled");
          observer.complete(newObserver);
        };
    BodyRun<List<String>> awaiting = new BodyRun<>();
    Coroutine<List<String>> coroutine =
        Coroutine.<List<String>>start(() -> awaiting.call(() -> RxJavaBridge.awaitList(open)));
    observer.get();
    awaiting.awaitParked();
    coroutine.cancel();
    assertThat(awaiting.failure()).isInstanceOf(CancellationException.class);
    assertThat(lost.values).containsExactly("given up", "given up", "cancelled");
    assertThat(probe.disposals()).isEqualTo(1);
  }

  @Test
  @DisplayName("A5, A6, A12 a Flowable: cancelled once on the own thread, late failures to RxJava")
  void await_flowable_cancelled() throws Exception {
    Probe<String> upstream = new Probe<>();
    BodyRun<@Nullable String> awaiting = new BodyRun<>();
    Coroutine<@Nullable String> coroutine =
        Coroutine.<@Nullable String>start(
            () -> awaiting.call(() -> RxJavaBridge.await(new ProbedFlowable(upstream))));
    upstream.awaitRequest();
    awaiting.awaitParked();
    coroutine.cancel();
    assertThat(awaiting.failure()).isInstanceOf(CancellationException.class);
    assertThat(upstream.cancelThreads()).containsExactly(awaiting.thread());

    IllegalStateException late = new IllegalStateException("late");
    upstream.next("late").fail(late);

    assertThat(lost.values).containsExactly("late");
    assertThat(lost.rx).containsExactly(late);
    assertThat(upstream.overlapped()).isFalse();
  }

  @Test
  @DisplayName("A11 a hostile Flowable: early, double and late signals")
  void await_flowable_hostile() {
    Probe<String> upstream = new Probe<>();
    ProbedFlowable flowable = new ProbedFlowable(upstream);
    Probe<String> second = new Probe<>();
    IllegalStateException behind = new IllegalStateException("behind");
    upstream.onRequest(now -> {
      now.subscriber().onSubscribe(second);
      now.next("v").complete().fail(behind);
    });
    assertThat(RxJavaBridge.await(flowable)).isEqualTo("v");
    assertThat(second.cancels()).isEqualTo(1);
    assertThat(upstream.cancels()).isZero();
    assertThat(lost.rx).containsExactly(behind);

    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    upstream.onRequest(
        now -> thrown.complete(catchThrowable(() -> now.next(Nulls.<String>smuggled()))));
    assertThat(catchThrowable(() -> RxJavaBridge.await(flowable)))
        .isInstanceOf(NullPointerException.class);
    assertThat(thrown.join()).as("RS 2.13").isInstanceOf(NullPointerException.class);
    assertThat(upstream.cancels()).isEqualTo(1);

    upstream.onSubscribe(now -> {
      throw behind;
    });
    assertThat(catchThrowable(() -> RxJavaBridge.await(flowable)))
        .satisfiesAnyOf(
            failure -> assertThat(failure).isSameAs(behind),
            failure -> assertThat(failure).hasCause(behind)); // Flowable.subscribe wraps
  }
}
