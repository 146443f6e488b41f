package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The rows of peers.md, section Await, whose peers are not on our class path: what ours does. The
 * rows of Reactor are in {@code io.bridge.reactor.ReactorPeersTest}, those of RxJava in {@code
 * io.bridge.rxjava.RxJavaPeersTest}. Row, promise and tests, those of other modules by their name:
 *
 * <ul>
 *   <li>Jox {@code fromPublisher}: a late {@code onSubscribe} leaks (A5): {@link
 *       AwaitCancellationTest#lateOnSubscribe}
 *   <li>Mutiny {@code await}: an interrupt does not cancel (A5), milliseconds only (T3): {@link
 *       AwaitCancellationTest#parked}, {@link TimeoutTest#notEarly}
 *   <li>Vert.x {@code await(timeout)}: nothing cancelled, listener stays, flag cleared (A5, A13,
 *       A9): {@link #vertx_timedOutOrInterrupted_listenerGoes}, {@link
 *       TimeoutTest#cancelsTheAwait}; {@code AwaitMemoryTest} of bridge-completablefuture
 *   <li>RxJavaFiberInterop, RxJava 4, Spring: {@code if (cas(null, me)) park()} spins (A10): {@link
 *       NoSpinTest#parked}, {@link NoSpinTest#emit}
 *   <li>kotlinx {@code awaitFirst*} cuts off the COMMIT (A1): {@link #kotlinx_awaitFirst_tailRuns};
 *       {@code MonoAwaitTest.await_commitBehindTheValue_runs}
 *   <li>kotlinx: {@code onError} after the value throws into the publisher (A11): {@link
 *       AwaitHostileSourceTest#errorAfterItem}; {@code ReactorPeersTest}, {@code RxJavaPeersTest},
 *       each {@code awaitFirst_failureBehind_*}
 *   <li>kotlinx {@code Publisher.await*}: cancel blocked behind a publisher in {@code request}, RS
 *       2.7 race (A6): {@link AwaitCancellationTest#cancelNeverWaits}, {@link
 *       AwaitCancellationTest#endlessSource}, {@link AwaitCancellationTest#requestOnAnotherThread}
 *   <li>kotlinx, already cancelled: subscribes, cancels, requests (A3): {@link
 *       AwaitCancellationTest#before}
 *   <li>kotlinx {@code CompletionStage.await} cancels the shared future (A14), a completed one
 *       ignores cancellation (A3): {@code StageAwaitTest.await_cancelled_observes}, {@code
 *       StageAwaitTest.await_completedInCancelledCoroutine_throws}
 *   <li>kotlinx: a foreign cancelled future ends the coroutine silently (A7): {@link
 *       AwaitFailureTest#foreignCancellationIsNotSilent}; {@code
 *       StageAwaitTest.await_foreignCancellation_isAFailure}
 *   <li>kotlinx unwraps one {@code CompletionException} layer (A7): {@code
 *       StageAwaitTest.await_layers_unwrapped}
 *   <li>kotlinx: an error after a cancelled await is swallowed, or ends in one of six places (A12):
 *       {@link AwaitCancellationTest#lateSignals}, {@link SuspendTest#lateOutcome}; {@code
 *       MonoCancelTest.await_signalsAfterCancel_toReactorsHook}, {@code
 *       RxCancelTest.await_signalsAfterCancel_lost}
 *   <li>kotlinx: a value that loses against cancellation is dropped (A12): {@link
 *       AwaitCancellationTest#lateSignals}, {@link AwaitCancellationTest#itemThenCancel}, {@link
 *       AwaitRaceTest#cancelAgainstValue}
 *   <li>kotlinx, {@code -ea}: exceptions are copied (A7), else no frame of the caller (A8): {@link
 *       #kotlinx_copiedExceptions_sameObject}, {@link AwaitFailureTest#unchecked}, {@link
 *       #kotlinx_noFrameOfTheCaller_awaitedAt}
 *   <li>kotlinx Rx: second {@code onSubscribe}, {@code onNext} without one (A11): {@link
 *       AwaitHostileSourceTest#secondOnSubscribe}, {@link
 *       AwaitHostileSourceTest#signalsBeforeOnSubscribe}; {@code RxJavaPeersTest}
 *   <li>kotlinx {@code Mono.awaitSingle}: last of two wins, a null is a value (A11): {@link
 *       AwaitHostileSourceTest#overEmission}, {@link AwaitHostileSourceTest#nullItem}; {@code
 *       ReactorPeersTest}
 *   <li>Subscriber TCK fails (B1): {@code internal.SubscriberAwaitTckTest}, {@code
 *       CoreSubscriberAwaitTckTest}, {@code FlowableAwaitTckTest}
 * </ul>
 */
@DisplayName("what peers get wrong, and ours does not")
@Timeout(60)
class PeerRowsTest {

  /** A client's result as Vert.x has one: listeners, which can be taken back, and no cancel. */
  private static final class Result implements Awaitable<String> {

    final Set<Consumer<String>> listeners = ConcurrentHashMap.newKeySet();

    @Override
    public void subscribe(Suspension<? super String> suspension) {
      Consumer<String> listener = suspension::resume;
      listeners.add(listener);
      suspension.onCancel(() -> listeners.remove(listener));
    }
  }

  @Test
  @DisplayName("A5 A9 A13 Vert.x await(timeout) keeps listener, lowers flag: ours not")
  void vertx_timedOutOrInterrupted_listenerGoes() {
    Result result = new Result();
    assertThatThrownBy(
            () -> Coroutine.withTimeout(Duration.ofMillis(20), () -> Await.<String>await(result)))
        .isInstanceOf(AwaitTimeoutException.class);
    assertThat(result.listeners).isEmpty();

    Fork<Boolean> fork =
        Fork.platform(() -> {
          assertThat(catchThrowable(() -> Await.<String>await(result)))
              .isExactlyInstanceOf(CancellationException.class);
          return Thread.currentThread().isInterrupted();
        });
    Eventually.until("a listener", () -> !result.listeners.isEmpty());
    fork.awaitParked().interrupt();
    assertThat(fork.join()).as("the interrupt flag").isTrue();
    assertThat(result.listeners).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"FIRST", "FIRST_OR_NULL", "FIRST_OR_ELSE"})
  @DisplayName("A1 kotlinx awaitFirst cuts off the COMMIT: every await but first runs the tail")
  void kotlinx_awaitFirst_tailRuns(Kind kind) {
    Probe<String> transaction = new Probe<>();
    Fork<@Nullable Object> fork = Fork.<@Nullable Object>virtual(() -> kind.of(transaction));
    transaction.awaitRequest();
    transaction.next("a");
    assertThat(fork.isDone()).as("before the COMMIT").isFalse();
    transaction.complete(); // it stands for the COMMIT: a cancelled source would not get here
    assertThat(fork.join()).isEqualTo(kind.ofOne);
    assertThat(transaction.cancels()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  @DisplayName(
      "A7 A8 kotlinx -ea copies the exception and moves its suppressed: ours is the object")
  void kotlinx_copiedExceptions_sameObject(Kind kind) {
    IOException cause = new IOException("cause");
    IllegalStateException own = new IllegalStateException("its own suppressed");
    IllegalStateException failure = new IllegalStateException("mine", cause);
    failure.addSuppressed(own);

    Items source = Items.failing(failure).async();

    assertThat(catchThrowable(() -> kind.of(source))).isSameAs(failure).hasCause(cause);
    assertThat(failure.getSuppressed()[0]).isSameAs(own);
    assertThat(failure.getSuppressed().length).isLessThanOrEqualTo(1 + 8);
  }

  @Test
  @DisplayName("A8 kotlinx without -ea has no frame of the caller: ours names the awaiting method")
  void kotlinx_noFrameOfTheCaller_awaitedAt() {
    IllegalStateException failure =
        Fork.virtual(() -> new IllegalStateException("elsewhere")).join();
    assertThat(failureOfAwait(Items.failing(failure).async())).isSameAs(failure);
    assertThat(Stream.of(failure.getSuppressed()).flatMap(site -> Stream.of(site.getStackTrace())))
        .anyMatch(at -> at.getMethodName().equals("failureOfAwait"));
  }

  private static Throwable failureOfAwait(Items source) {
    try {
      return new AssertionError("not failed: " + Await.<String>await(source));
    } catch (IllegalStateException expected) {
      return expected;
    }
  }
}
