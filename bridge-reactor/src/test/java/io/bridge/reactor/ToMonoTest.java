package io.bridge.reactor;

import static io.bridge.reactor.ReactorBridge.awaitAll;
import static io.bridge.reactor.ReactorBridge.awaitable;
import static io.bridge.reactor.ReactorBridge.toFlux;
import static io.bridge.reactor.ReactorBridge.toMono;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Awaitable;
import io.bridge.Suspension;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.HeldSuspensions;
import io.bridge.fixtures.Nulls;
import io.bridge.fixtures.Probe;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.Exceptions;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.util.context.ContextView;

@DisplayName("B9 toMono and toFlux")
@Timeout(60)
class ToMonoTest {

  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private final HeldSuspensions<Suspension<? super @Nullable String>> hand =
      new HeldSuspensions<>(Suspension::onCancel);
  private final Probe<String> probe = new Probe<>();
  private final Lost lost = new Lost();
  private final List<Object> natively = new CopyOnWriteArrayList<>();

  @AfterEach
  void nothingIsLeft() {
    lost.close();
    assertThat(Thread.interrupted()).isFalse();
    assertThat(probe.overlapped()).as("RS 2.7").isFalse();
    assertThat(lost.droppedItems).isEmpty();
  }

  private void assertNothingLost() {
    assertThat(lost.values).isEmpty();
    assertThat(lost.failures).isEmpty();
    assertThat(lost.droppedErrors).isEmpty();
  }

  private static Mono<String> monoOf(Awaitable<@Nullable String> source) {
    return toMono(source);
  }

  /** A Mono of a source, with Reactor's own discard hook. */
  private Mono<String> watched(Awaitable<@Nullable String> source) {
    return monoOf(source).doOnDiscard(String.class, natively::add);
  }

  private static Stream<Named<Awaitable<@Nullable String>>> values() {
    return Stream.of(
        Named.of("scalar Mono", awaitable(Mono.just("a"))),
        Named.of("Mono", awaitable(Mono.just("a").hide())),
        Named.of("Flux", awaitable(Flux.just("a").hide())),
        Named.of("suspension", suspension -> suspension.resume("a")));
  }

  @ParameterizedTest
  @MethodSource("values")
  @DisplayName("B9 toMono: the value, after the request, for each subscriber")
  void toMono_value(Awaitable<@Nullable String> source) {
    Mono<String> mono = monoOf(source);
    for (int i = 0; i < 2; i++) {
      StepVerifier.create(mono, 0)
          .expectSubscription()
          .thenRequest(1)
          .expectNext("a")
          .expectComplete()
          .verify(DEADLINE);
    }
    assertNothingLost();
  }

  private static Stream<Named<Awaitable<@Nullable String>>> empties() {
    return Stream.of(
        Named.of("scalar Mono", awaitable(Mono.<String>empty())),
        Named.of("Mono", awaitable(Mono.<String>empty().hide())),
        Named.of("Flux", awaitable(Flux.<String>empty().hide())),
        Named.of("suspension", suspension -> suspension.resume(Nulls.<String>smuggled())));
  }

  @ParameterizedTest
  @MethodSource("empties")
  @DisplayName("B9 toMono: null is empty, without a request")
  void toMono_empty(Awaitable<@Nullable String> source) {
    StepVerifier.create(monoOf(source), 0).expectComplete().verify(DEADLINE);
    assertNothingLost();
  }

  @SuppressWarnings("StaticAssignmentOfThrowable") // compared by identity, its trace is of no use
  private static final IOException CHECKED = new IOException("disk");

  private static Stream<Named<Awaitable<@Nullable String>>> failures() {
    return Stream.of(
        Named.of("scalar Mono", awaitable(Mono.<String>error(CHECKED))),
        Named.of("Mono", awaitable(Mono.<String>error(CHECKED).hide())),
        Named.of("Mono, throwing", awaitable(Mono.fromCallable(ToMonoTest::failing))),
        Named.of("Flux", awaitable(Flux.<String>error(CHECKED).hide())),
        Named.of("suspension", suspension -> suspension.fail(CHECKED)),
        Named.of(
            "suspension, throwing",
            suspension -> {
              throw CHECKED;
            }));
  }

  private static String failing() throws IOException {
    throw CHECKED;
  }

  @ParameterizedTest
  @MethodSource("failures")
  @DisplayName("B9 A7 toMono: the failure, the same object, checked too, without a request")
  void toMono_failure(Awaitable<@Nullable String> source) {
    StepVerifier.create(monoOf(source), 0)
        .expectErrorSatisfies(failure -> assertThat(failure).isSameAs(CHECKED))
        .verify(DEADLINE);
    assertNothingLost();
  }

  @Test
  @DisplayName("B9 A7 (2) toMono: Reactor's own layer, too, if the source has signalled it")
  void toMono_propagated() {
    RuntimeException propagated = Exceptions.propagate(CHECKED);
    Mono<String> scalar = Mono.error(propagated);
    for (Mono<String> source : List.of(scalar, scalar.hide())) {
      StepVerifier.create(monoOf(awaitable(source)))
          .expectErrorSatisfies(failure -> assertThat(failure).isSameAs(propagated))
          .verify(DEADLINE);
    }
    assertNothingLost();
  }

  @Test
  @DisplayName("A5 A7 toMono: a second item cancels the source and fails the Mono")
  void toMono_twoItems() {
    probe.onRequest(p -> p.next("a").next("b"));
    StepVerifier.create(watched(awaitable(probe)))
        .expectError(IllegalArgumentException.class)
        .verify(DEADLINE);
    assertThat(probe.cancels()).isEqualTo(1);
    assertThat(lost.values).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  @DisplayName("B9 A6 toMono: a cancel reaches the source once, on the thread that cancels")
  void toMono_cancelled() {
    Disposable ofReactor = monoOf(awaitable(new ProbedMono<>(probe))).subscribe();
    Disposable ofHand = monoOf(hand::take).subscribe();
    assertThat(probe.requests()).containsExactly(Long.MAX_VALUE);

    Fork<String> canceller =
        Fork.platform(() -> {
          ofReactor.dispose();
          ofHand.dispose();
        });
    canceller.join();
    ofReactor.dispose();
    ofHand.dispose();

    assertThat(probe.cancelThreads()).containsExactly(canceller.thread());
    assertThat(hand.cancels()).containsExactly(canceller.thread());
    assertNothingLost();
  }

  @Test
  @DisplayName("A12 toMono: a value after the cancel goes to both discard hooks, once")
  void toMono_lateValue() {
    watched(awaitable(new ProbedMono<>(probe))).subscribe().dispose();
    probe.next("of a Mono").complete();
    watched(hand::take).subscribe().dispose();
    hand.last().resume("of a hand");

    assertThat(natively).containsExactly("of a Mono", "of a hand");
    assertThat(lost.values).containsExactly("of a Mono", "of a hand");
    assertThat(lost.failures).isEmpty();
    assertThat(lost.droppedErrors).isEmpty();
  }

  /** Requests nothing by itself. */
  private static final class Patient extends BaseSubscriber<String> {
    @Override
    protected void hookOnSubscribe(Subscription subscription) {}
  }

  @Test
  @DisplayName("A12 toMono: a value that waits for its request when the cancel comes, likewise")
  void toMono_heldValueCancelled() {
    Patient patient = new Patient();
    watched(hand::take).subscribe(patient);
    hand.last().resume("held");
    assertThat(natively).isEmpty();
    patient.cancel();

    assertThat(natively).containsExactly("held");
    assertThat(lost.values).containsExactly("held");
    assertThat(hand.cancels()).as("it had ended").isEmpty();
  }

  @Test
  @DisplayName("A12 toMono: a failure after the cancel goes to onErrorDropped, an echo nowhere")
  void toMono_lateFailure() {
    IllegalStateException late = new IllegalStateException("late");
    monoOf(awaitable(new ProbedMono<>(probe))).subscribe().dispose();
    probe.fail(new CancellationException("the echo"));
    monoOf(awaitable(new ProbedMono<>(probe))).subscribe().dispose();
    probe.fail(late);
    monoOf(hand::take).subscribe().dispose();
    hand.last().fail(new CancellationException("the echo"));
    hand.last().fail(CHECKED);

    assertThat(lost.droppedErrors).containsExactly(late, CHECKED);
    assertThat(lost.failures).isEmpty();
    assertThat(lost.values).isEmpty();
  }

  @Test
  @DisplayName(
      "A11 A12 toMono: what the subscriber or Reactor's hook throws stays out of the source")
  void toMono_throwingSubscriber() {
    IllegalStateException failure = new IllegalStateException("of the subscriber");
    IllegalArgumentException ofHook = new IllegalArgumentException("of the hook");
    monoOf(hand::take).subscribe(new ThrowingSubscriber(failure));
    hand.last().resume("a");
    assertThat(lost.droppedErrors).containsExactly(failure);
    assertThat(lost.failures).isEmpty();

    Hooks.onErrorDropped(dropped -> {
      throw ofHook;
    });
    monoOf(hand::take).subscribe(new ThrowingSubscriber(failure));
    hand.last().resume("a");
    assertThat(lost.failures).containsExactly(failure, ofHook);
  }

  /** Unlike a BaseSubscriber, it catches nothing. */
  private record ThrowingSubscriber(RuntimeException failure)
      implements reactor.core.CoreSubscriber<String> {
    @Override
    public void onSubscribe(Subscription subscription) {
      subscription.request(1);
    }

    @Override
    public void onNext(String item) {
      throw failure;
    }

    @Override
    public void onError(Throwable error) {
      throw new AssertionError("after a signal that threw", error);
    }

    @Override
    public void onComplete() {
      throw new AssertionError("after a signal that threw");
    }
  }

  private static Mono<String> ofContext() {
    return Mono.deferContextual(ToMonoTest::said);
  }

  private static Mono<String> said(ContextView context) {
    return Mono.just(context.getOrDefault("key", "nothing") + " of " + context.size());
  }

  private static Stream<Named<Awaitable<@Nullable String>>> contextual() {
    Awaitable<@Nullable String> mono = awaitable(ofContext());
    return Stream.of(
        Named.of("Mono", mono),
        Named.of("Flux", awaitable(Flux.deferContextual(ToMonoTest::said))),
        Named.of("subscribed in a lambda", suspension -> mono.subscribe(suspension)),
        Named.of("toMono of toMono", awaitable(monoOf(mono))),
        Named.of("toFlux of toMono", awaitable(ReactorBridge.<String>toFlux(monoOf(mono)))));
  }

  @ParameterizedTest
  @MethodSource("contextual")
  @DisplayName(
      "B9 toMono: a source of Reactor sees what contextWrite wrote downstream, anew each time")
  void toMono_context(Awaitable<@Nullable String> source) {
    Mono<String> mono = monoOf(source);
    assertThat(mono.contextWrite(c -> c.put("key", "first")).block(DEADLINE))
        .isEqualTo("first of 1");
    assertThat(mono.contextWrite(c -> c.put("key", "second").put("other", 2)).block(DEADLINE))
        .isEqualTo("second of 2");
    assertThat(mono.block(DEADLINE)).isEqualTo("nothing of 0");
  }

  @Test
  @DisplayName("B9 outside of a conversion there is no Context: awaitAll passes an empty one")
  void awaitAll_noContext() {
    Awaitable<@Nullable String> source = awaitable(ofContext());
    List<@Nullable String> values = awaitAll(source, source);
    assertThat(values).containsOnly("nothing of 0");
  }

  @Test
  @DisplayName("B9 toFlux: items and demand cross, the end, and a failure as the same object")
  void toFlux_signals() {
    StepVerifier.create(ReactorBridge.<String>toFlux(probe), 0)
        .expectSubscription()
        .thenRequest(2)
        .then(() -> probe.next("a").next("b").complete())
        .expectNext("a", "b")
        .expectComplete()
        .verify(DEADLINE);
    assertThat(probe.requests()).containsExactly(2L);
    StepVerifier.create(ReactorBridge.<String>toFlux(probe), 0)
        .then(() -> probe.complete())
        .expectComplete()
        .verify(DEADLINE);
    StepVerifier.create(ReactorBridge.<String>toFlux(probe), 0)
        .then(() -> probe.fail(CHECKED))
        .expectErrorSatisfies(failure -> assertThat(failure).isSameAs(CHECKED))
        .verify(DEADLINE);
    assertThat(probe.cancels()).isZero();
    assertThat(probe.subscriptions()).isEqualTo(3);
    assertNothingLost();
  }

  @Test
  @DisplayName("B9 toFlux: a cancel reaches the source once, on the thread that cancels")
  void toFlux_cancelled() {
    Disposable subscription = ReactorBridge.<String>toFlux(probe).subscribe();
    Fork<String> canceller = Fork.platform(() -> subscription.dispose());
    canceller.join();
    subscription.dispose();
    assertThat(probe.cancelThreads()).containsExactly(canceller.thread());
    assertNothingLost();
  }

  @Test
  @DisplayName("B9 toFlux: of a Flux it is that Flux; of a Mono it passes the Context on")
  void toFlux_ofReactor() {
    Flux<String> flux = Flux.just("a", "b");
    assertThat(ReactorBridge.<String>toFlux(flux)).isSameAs(flux);
    assertThat(toFlux(ofContext()).contextWrite(c -> c.put("key", "seen")).blockLast(DEADLINE))
        .isEqualTo("seen of 1");
  }
}
