package io.bridge.rxjava;

import static io.bridge.rxjava.RxJavaBridge.await;
import static io.bridge.rxjava.RxJavaBridge.awaitFirst;
import static io.bridge.rxjava.RxJavaBridge.single;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Coroutine;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.ThreadCpu;
import io.reactivex.rxjava3.core.ObservableSource;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.exceptions.UndeliverableException;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The rows of peers.md, section Await, that name RxJava: what the peer does today, so that a fixed
 * peer is noticed, and ours beside it. Row, promise and tests:
 *
 * <ul>
 *   <li>{@code blockingGet}: interrupt flag lost (A9), a checked failure in a bare RuntimeException
 *       (A7), no frame of the caller (A8): {@link
 *       RxCancelTest#peer_blockingGet_interrupted_losesTheFlag}, {@link
 *       RxCancelTest#await_interrupted_disposedOnce}, {@link
 *       RxAwaitTest#peer_blockingGet_checked_runtimeException}, {@link
 *       #peer_blockingGet_noFrameOfTheCaller}
 *   <li>{@code fromCompletionStage}: layers stay, dispose does not reach the future (A7, A14):
 *       {@code io.bridge.examples.merge.StagePeersTest}, where both adapters are on the path
 *   <li>dispose of an {@code io()} worker comes out as {@code UndeliverableException} (B6): {@link
 *       #peer_disposeOfIo_undeliverable}, {@link RxBuilderTest#builder_disposed_interruptsQuietly}
 *   <li>RxJavaFiberInterop, RxJava 4: spin after a stray unpark (A10): {@link
 *       #await_strayWakeUps_usesNoCpu}, and {@code io.bridge.NoSpinTest} of bridge-core
 *   <li>kotlinx Rx: a second {@code onSubscribe}, an item without one, a failure behind the value
 *       (A11): {@link RxCancelTest#await_secondOnSubscribe_disposed}, {@link
 *       RxCancelTest#await_signalsBeforeOnSubscribe_count}, {@link
 *       RxCancelTest#await_twoTerminals_firstWins}, {@link #awaitFirst_failureBehind_reported}
 *   <li>kotlinx, Subscriber TCK (B1): {@code internal.FlowableAwaitTckTest}
 * </ul>
 */
@DisplayName("RxJava's own ways of waiting, and ours beside them")
@Timeout(60)
class RxJavaPeersTest {

  private final Lost lost = new Lost();

  @AfterEach
  void nothingIsLeft() {
    lost.close();
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  @DisplayName("A7 A8 RxJava blockingGet of another thread's failure has no frame of the caller")
  void peer_blockingGet_noFrameOfTheCaller() {
    Single<String> failing =
        Single.<String>fromCallable(
                () -> {
                  throw new IllegalStateException("elsewhere");
                })
            .subscribeOn(Schedulers.io());

    assertThat(isNamedBy(failureOfPeer(failing), "failureOfPeer"))
        .as("a fixed peer would name its caller")
        .isFalse();
    Throwable ours = failureOfAwait(failing);
    assertThat(ours).isExactlyInstanceOf(IllegalStateException.class).hasMessage("elsewhere");
    assertThat(isNamedBy(ours, "failureOfAwait")).isTrue();
  }

  private static Throwable failureOfPeer(Single<String> failing) {
    try {
      return new AssertionError("not failed: " + failing.blockingGet());
    } catch (IllegalStateException expected) {
      return expected;
    }
  }

  private static Throwable failureOfAwait(Single<String> failing) {
    try {
      return new AssertionError("not failed: " + await(failing));
    } catch (IllegalStateException expected) {
      return expected;
    }
  }

  private static boolean isNamedBy(Throwable failure, String method) {
    return Stream.concat(Stream.of(failure), Stream.of(failure.getSuppressed()))
        .flatMap(thrown -> Stream.of(thrown.getStackTrace()))
        .anyMatch(at -> at.getMethodName().equals(method));
  }

  @Test
  @DisplayName("B6 RxJava dispose of a sleeping io() worker is an UndeliverableException: ours not")
  void peer_disposeOfIo_undeliverable() {
    AtomicReference<@Nullable Thread> worker = new AtomicReference<>();
    Disposable peers =
        Single.fromCallable(() -> sleep(worker)).subscribeOn(Schedulers.io()).subscribe();
    untilAsleep(worker);
    peers.dispose();
    Eventually.until("a fixed peer would report nothing", () -> !lost.rx.isEmpty());
    assertThat(lost.rx)
        .singleElement()
        .satisfies(noise ->
            assertThat(noise)
                .isInstanceOf(UndeliverableException.class)
                .hasCauseInstanceOf(InterruptedException.class));

    AtomicReference<@Nullable Coroutine<?>> body = new AtomicReference<>();
    worker.set(null);
    Disposable ours =
        single(
                () -> {
                  body.set(Coroutine.current());
                  return sleep(worker);
                })
            .subscribe();
    untilAsleep(worker);
    ours.dispose();
    Eventually.until("the end", () -> requireNonNull(body.get()).isDone());
    assertThat(lost.rx).as("nothing new").hasSize(1);
    assertThat(lost.failures).isEmpty();
  }

  private static String sleep(AtomicReference<@Nullable Thread> worker) throws Exception {
    worker.set(Thread.currentThread());
    Thread.sleep(Duration.ofMinutes(5));
    return "never";
  }

  private static void untilAsleep(AtomicReference<@Nullable Thread> worker) {
    Eventually.until(
        "it sleeps",
        () -> {
          Thread thread = worker.get();
          return thread != null && thread.getState() == Thread.State.TIMED_WAITING;
        });
  }

  @Test
  @DisplayName("A11 kotlinx Rx awaitFirst throws at a failure behind the item: ours reports it")
  void awaitFirst_failureBehind_reported() {
    IllegalStateException behind = new IllegalStateException("behind");
    Disposable upstream = Disposable.empty();
    ObservableSource<String> source =
        observer -> {
          observer.onSubscribe(upstream);
          observer.onNext("first");
          observer.onError(behind);
        };
    assertThat(awaitFirst(source)).isEqualTo("first");
    assertThat(lost.ofRxJava).containsExactly(behind);
  }

  @Test
  @DisplayName("A10 RxJavaFiberInterop spins after a sleep and a stray unpark: our await parks")
  void await_strayWakeUps_usesNoCpu() {
    RxProbe probe = new RxProbe();
    Fork<@Nullable String> fork =
        Fork.<@Nullable String>platform(() -> {
          Thread.sleep(1);
          LockSupport.unpark(Thread.currentThread());
          return probe.await(RxProbe.Kind.SINGLE);
        });
    probe.signals();
    LockSupport.unpark(fork.awaitParked().thread());
    Duration before = ThreadCpu.of(fork.thread());
    long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
    Eventually.until("a second is over", () -> System.nanoTime() - end > 0);
    assertThat(ThreadCpu.of(fork.thread()).minus(before)).isLessThan(Duration.ofMillis(20));
    probe.done("v");
    assertThat(fork.join()).isEqualTo("v");
  }
}
