package io.bridge.reactor;

import static io.bridge.reactor.ReactorBridge.await;
import static io.bridge.reactor.ReactorBridge.awaitFirstOrNull;
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
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.publisher.Mono;

@Timeout(60)
class MonoCancelTest {

  interface Form {
    @Nullable String of(Mono<String> mono);
  }

  private static Stream<Named<Form>> forms() {
    return Stream.of(
        Named.of("await(Mono)", mono -> await(mono)),
        Named.of("await(Publisher)", mono -> await((Publisher<String>) mono)),
        Named.of("awaitFirstOrNull", mono -> awaitFirstOrNull(mono)));
  }

  private final Probe<String> probe = new Probe<>();
  private final Mono<String> mono = new ProbedMono<>(probe);

  private final BodyRun<@Nullable String> awaiting = new BodyRun<>();
  private final Lost lost = new Lost();

  @AfterEach
  void nothingIsLeft() {
    lost.close();
    assertThat(Thread.interrupted()).isFalse();
    assertThat(probe.overlapped()).as("RS 2.7").isFalse();
  }

  private Coroutine<@Nullable String> start(Form form) {
    return Coroutine.<@Nullable String>start(() -> awaiting.call(() -> form.of(mono)));
  }

  @ParameterizedTest
  @MethodSource("forms")
  @DisplayName("A5 a cancelled await cancels the Mono once, A6 on its own thread")
  void await_cancelled_upstreamOnce(Form form) throws Exception {
    Coroutine<@Nullable String> coroutine = start(form);
    probe.awaitRequest();
    awaiting.awaitParked();
    coroutine.cancel();

    assertThat(awaiting.failure()).isInstanceOf(CancellationException.class);
    assertThat(probe.cancels()).isEqualTo(1);
    assertThat(probe.cancelThreads()).containsExactly(awaiting.thread());
  }

  @ParameterizedTest
  @MethodSource("forms")
  @DisplayName("A5, A9 an interrupt of a plain thread cancels the Mono; the flag stays up")
  void await_interrupted_upstreamOnce(Form form) {
    Fork<Boolean> fork =
        Fork.platform(() -> {
          assertThatThrownBy(() -> form.of(mono)).isInstanceOf(CancellationException.class);
          return Thread.currentThread().isInterrupted();
        });
    probe.awaitRequest();
    fork.awaitParked().interrupt();

    assertThat(fork.join()).isTrue();
    assertThat(probe.cancels()).isEqualTo(1);
  }

  @Test
  @DisplayName("peer: an interrupt of block() before a late onSubscribe leaks the subscription")
  void peer_block_interruptedBeforeLateOnSubscribe_leaks() {
    probe.onSubscribe(withheld -> {});
    Fork<@Nullable String> fork = Fork.<@Nullable String>platform(() -> mono.block()).awaitParked();
    fork.interrupt();
    assertThat(fork.joinFailure()).isNotNull();

    probe.subscriber().onSubscribe(probe);

    assertThat(probe.cancels()).as("a fixed peer would cancel").isZero();
  }

  @ParameterizedTest
  @MethodSource("forms")
  @DisplayName("A5, T1 a timeout cancels the Mono once")
  void await_timedOut_upstreamOnce(Form form) {
    assertThatThrownBy(() ->
            Coroutine.<@Nullable String, RuntimeException>withTimeout(
                Duration.ofMillis(200), () -> form.of(mono)))
        .isInstanceOf(AwaitTimeoutException.class);

    assertThat(probe.cancels()).isEqualTo(1);
  }

  @ParameterizedTest
  @MethodSource("forms")
  @DisplayName("A5 a subscription that comes after the cancellation is cancelled by its bringer")
  void await_lateOnSubscribe_cancelledAtOnce(Form form) throws Exception {
    probe.onSubscribe(withheld -> {});
    Coroutine<@Nullable String> coroutine = start(form);
    probe.awaitSubscriber();
    awaiting.awaitParked();
    coroutine.cancel();
    assertThat(awaiting.failure()).isInstanceOf(CancellationException.class);
    assertThat(probe.cancels()).isZero();

    probe.subscriber().onSubscribe(probe);

    assertThat(probe.cancels()).isEqualTo(1);
    assertThat(probe.cancelThreads()).containsExactly(Thread.currentThread());
    assertThat(probe.requests()).isEmpty();
  }

  @Test
  @DisplayName("A5 a subscription that races with the cancellation is cancelled once, in any order")
  void await_onSubscribeRacesCancel_cancelledOnce() throws Exception {
    Map<String, Integer> outcomes =
        Race.run(
            3_000,
            () ->
                new Race.Round() {
                  final Probe<String> late = new Probe<String>().onSubscribe(withheld -> {});
                  final BodyRun<@Nullable String> awaiting = new BodyRun<>();
                  final Coroutine<@Nullable String> coroutine =
                      Coroutine.<@Nullable String>start(
                          () -> awaiting.call(() -> await(new ProbedMono<>(late))));

                  {
                    late.awaitSubscriber();
                  }

                  @Override
                  public void left() {
                    coroutine.cancel();
                  }

                  @Override
                  public void right() {
                    late.subscriber().onSubscribe(late);
                  }

                  @Override
                  public String outcome() {
                    Throwable failure = awaiting.failure();
                    late.awaitCancel();
                    return failure.getClass().getSimpleName()
                        + (late.cancels() == 1 ? "" : " cancels " + late.cancels())
                        + (late.overlapped() ? " overlapped" : "");
                  }
                });

    assertThat(outcomes).containsOnlyKeys("CancellationException");
  }

  @Test
  @DisplayName("A5 a Mono that ends by itself is not cancelled")
  void await_ended_notCancelled() {
    probe.onRequest(now -> now.next("v").complete());
    assertThat(await(mono)).isEqualTo("v");
    assertThat(probe.cancels()).isZero();
  }

  @Test
  @DisplayName("A5 an Error out of request cancels the Mono and is thrown")
  void await_requestThrows_cancelled() {
    AssertionError error = new AssertionError("mine");
    probe.onRequest(now -> {
      throw error;
    });

    assertThat(catchThrowable(() -> await(mono))).isSameAs(error);

    assertThat(probe.cancels()).isEqualTo(1);
  }

  @Test
  @DisplayName("A11 a failure out of subscribe ends the await")
  void await_subscribeThrows_thatFailure() {
    IllegalStateException refusal = new IllegalStateException("refused");
    probe.onSubscribe(now -> {
      throw refusal;
    });

    assertThat(catchThrowable(() -> await(mono))).isSameAs(refusal);
  }

  @Test
  @DisplayName(
      "A12 a failure after the cancellation goes to Reactor's onErrorDropped, a value away")
  void await_signalsAfterCancel_toReactorsHook() throws Exception {
    Coroutine<@Nullable String> coroutine = start(form -> await(form));
    probe.awaitRequest();
    awaiting.awaitParked();
    coroutine.cancel();
    assertThat(awaiting.failure()).isInstanceOf(CancellationException.class);
    IllegalStateException late = new IllegalStateException("late");

    probe.next("late").fail(late);

    assertThat(lost.droppedErrors).containsExactly(late);
    assertThat(lost.failures).isEmpty();
    assertThat(lost.values).containsExactly("late");
  }

  @Test
  @DisplayName("A11, A12 a second terminal signal goes to onErrorDropped, nothing is thrown")
  void await_twoTerminals_firstWins() {
    IllegalStateException second = new IllegalStateException("second");
    probe.onRequest(now -> now.next("v").complete().fail(second).next("third").complete());

    assertThat(await(mono)).isEqualTo("v");

    assertThat(lost.droppedErrors).containsExactly(second);
    assertThat(lost.values).containsExactly("third");
  }

  @Test
  @DisplayName("A11 a Mono with two items: cancelled, IllegalArgumentException")
  void await_twoItems_tooMany() {
    probe.onRequest(now -> now.next("one").next("two"));

    assertThat(catchThrowable(() -> await(mono))).isInstanceOf(IllegalArgumentException.class);

    assertThat(probe.cancels()).isEqualTo(1);
  }

  @Test
  @DisplayName("A11 a second onSubscribe is cancelled, the first stays (RS 2.5)")
  void await_secondOnSubscribe_cancelled() {
    Probe<String> second = new Probe<>();
    probe.onRequest(now -> {
      now.subscriber().onSubscribe(second);
      now.next("v").complete();
    });

    assertThat(await(mono)).isEqualTo("v");

    assertThat(second.cancels()).isEqualTo(1);
    assertThat(second.requests()).isEmpty();
    assertThat(probe.cancels()).isZero();
  }

  @Test
  @DisplayName("A11 signals before onSubscribe count, the subscription behind them is cancelled")
  void await_signalsBeforeOnSubscribe_count() {
    probe.onSubscribe(now -> {
      now.next("early").complete();
      now.subscriber().onSubscribe(now);
    });

    assertThat(await(mono)).isEqualTo("early");

    assertThat(probe.cancels()).isEqualTo(1);
  }

  @Test
  @DisplayName("A11, RS 2.13: a null signal ends the await and is thrown to the source")
  void await_nullSignals_thrownToTheSource() {
    CompletableFuture<Throwable> ofItem = new CompletableFuture<>();
    probe.onRequest(
        now -> ofItem.complete(catchThrowable(() -> now.next(Nulls.<String>smuggled()))));
    assertThat(catchThrowable(() -> await(mono))).isInstanceOf(NullPointerException.class);
    assertThat(ofItem.join()).isInstanceOf(NullPointerException.class);
    assertThat(probe.cancels()).isEqualTo(1);

    CompletableFuture<Throwable> ofError = new CompletableFuture<>();
    probe.onRequest(
        now -> ofError.complete(catchThrowable(() -> now.fail(Nulls.<Throwable>smuggled()))));
    assertThat(catchThrowable(() -> await(mono))).isInstanceOf(NullPointerException.class);
    assertThat(ofError.join()).isInstanceOf(NullPointerException.class);
    assertThat(probe.cancels()).isEqualTo(2);

    CompletableFuture<Throwable> ofSubscription = new CompletableFuture<>();
    probe.onSubscribe(now ->
        ofSubscription.complete(
            catchThrowable(() -> now.subscriber().onSubscribe(Nulls.<Subscription>smuggled()))));
    assertThat(catchThrowable(() -> await(mono))).isInstanceOf(NullPointerException.class);
    assertThat(ofSubscription.join()).isInstanceOf(NullPointerException.class);
  }

  @Test
  @DisplayName("A13 a Mono that keeps its subscriber after a cancel keeps nothing of ours")
  void await_cancelled_frameIsUnreachable() throws Exception {
    for (WeakReference<?> each : cancelledAwait()) {
      Eventually.until(
          "collected",
          () -> {
            System.gc();
            return each.get() == null;
          });
    }
    assertThat(probe.subscriber()).as("still held by the source").isNotNull();
  }

  private List<WeakReference<?>> cancelledAwait() throws Exception {
    probe.onCancel(nothing -> {});
    BodyRun<@Nullable String> cancelled = new BodyRun<>(); // not the field, which is not collected
    Coroutine<@Nullable String> coroutine =
        Coroutine.<@Nullable String>start(() -> cancelled.call(() -> await(mono)));
    probe.awaitRequest();
    cancelled.awaitParked();
    coroutine.cancel();
    assertThat(cancelled.failure()).isInstanceOf(CancellationException.class);
    Thread thread = cancelled.thread();
    Eventually.until("the end", () -> !thread.isAlive());
    probe.cancelThreads().clear();
    return List.of(new WeakReference<>(thread), new WeakReference<>(coroutine));
  }
}
