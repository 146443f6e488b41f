package io.bridge.reactor;

import static io.bridge.reactor.ReactorBridge.await;
import static io.bridge.reactor.ReactorBridge.awaitFirst;
import static io.bridge.reactor.ReactorBridge.awaitFirstOrNull;
import static io.bridge.reactor.ReactorBridge.awaitLastOrNull;
import static io.bridge.reactor.ReactorBridge.awaitOptional;
import static io.bridge.reactor.ReactorBridge.awaitSingle;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.Coroutine;
import io.bridge.fixtures.BodyRun;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import java.io.IOException;
import java.time.Duration;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
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
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@Timeout(60)
class MonoAwaitTest {

  /** Every await that takes a Mono, by its own type or as a publisher. */
  interface Form {
    @Nullable String of(Mono<String> mono);
  }

  private static Stream<Named<Form>> forms() {
    return Stream.of(
        Named.of("await(Mono)", mono -> await(mono)),
        Named.of("await(Publisher)", mono -> await(published(mono))),
        Named.of("awaitFirstOrNull", mono -> awaitFirstOrNull(mono)),
        Named.of("awaitLastOrNull", mono -> awaitLastOrNull(mono)),
        Named.of("awaitOptional", mono -> awaitOptional(mono).orElse(null)));
  }

  private static Publisher<String> published(Mono<String> mono) {
    return mono;
  }

  @AfterEach
  void flagIsDown() {
    assertThat(Thread.interrupted()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("forms")
  @DisplayName("section 2, A4: the item of a scalar, a callable, a chain and a delayed Mono")
  void await_value(Form form) {
    assertThat(form.of(Mono.just("just"))).isEqualTo("just");
    assertThat(form.of(Mono.fromCallable(() -> "callable"))).isEqualTo("callable");
    assertThat(form.of(Mono.fromSupplier(() -> "supplier"))).isEqualTo("supplier");
    assertThat(form.of(Mono.just("a").map(a -> a + "b").flatMap(ab -> Mono.just(ab + "c"))))
        .isEqualTo("abc");
    assertThat(form.of(Mono.delay(Duration.ofMillis(1)).map(tick -> "delayed")))
        .isEqualTo("delayed");
    assertThat(form.of(Mono.defer(() -> Mono.just("deferred")))).isEqualTo("deferred");
    assertThat(form.of(Mono.just("hidden").hide())).isEqualTo("hidden");
  }

  @ParameterizedTest
  @MethodSource("forms")
  @DisplayName("A18 empty is null")
  void await_empty_null(Form form) {
    assertThat(form.of(Mono.empty())).isNull();
    assertThat(form.of(Mono.<String>empty().hide())).isNull();
    assertThat(form.of(Mono.fromRunnable(() -> {}))).isNull();
    assertThat(form.of(Mono.just("a").filter("b"::equals))).isNull();
    assertThat(form.of(Mono.delay(Duration.ofMillis(1)).then(Mono.empty()))).isNull();
  }

  @Test
  @DisplayName("A18 a Mono<Void> is awaited to its end")
  void await_monoVoid_awaitsTheEnd() {
    AtomicBoolean ran = new AtomicBoolean();
    Mono<Void> mono = Mono.delay(Duration.ofMillis(1)).doOnNext(tick -> ran.set(true)).then();

    await(mono);

    assertThat(ran).isTrue();
  }

  @Test
  @DisplayName("section 2: awaitSingle takes empty for an error")
  void awaitSingle_empty_noSuchElement() {
    assertThat(awaitSingle(Mono.just("v"))).isEqualTo("v");
    assertThat(awaitFirst(Mono.just("v"))).isEqualTo("v");
    assertThatThrownBy(() -> awaitSingle(Mono.empty())).isInstanceOf(NoSuchElementException.class);
    assertThatThrownBy(() -> awaitSingle((Publisher<String>) Mono.<String>empty().hide()))
        .isInstanceOf(NoSuchElementException.class);
    assertThatThrownBy(() -> awaitFirst(Mono.empty())).isInstanceOf(NoSuchElementException.class);
  }

  @ParameterizedTest
  @MethodSource("forms")
  @DisplayName("A1 the value alone does not end the await of a Mono: the end does")
  void await_valueThenTail_awaitsTheEnd(Form form) {
    Probe<String> probe = new Probe<>();
    Fork<@Nullable String> fork =
        Fork.<@Nullable String>virtual(() -> form.of(new ProbedMono<>(probe)));
    probe.awaitRequest().next("v");
    fork.awaitParked();
    assertThat(probe.cancels()).isZero();

    probe.complete();

    assertThat(fork.join()).isEqualTo("v");
    assertThat(probe.cancels()).isZero();
    assertThat(probe.requests()).containsExactly(Long.MAX_VALUE);
  }

  @ParameterizedTest
  @MethodSource("forms")
  @DisplayName("A1 a commit behind the value of a Mono runs")
  void await_commitBehindTheValue_runs(Form form) {
    AtomicBoolean committed = new AtomicBoolean();
    Mono<String> commit =
        Mono.delay(Duration.ofMillis(20)).doOnNext(tick -> committed.set(true)).then(Mono.empty());

    assertThat(form.of(Mono.fromDirect(Flux.concat(Mono.just("v"), commit)))).isEqualTo("v");

    assertThat(committed).isTrue();
  }

  /** How one failure comes out of a Mono. */
  private static Stream<Named<UnaryOperator<Mono<String>>>> failing() {
    return Stream.of(
        Named.of("as it is", mono -> mono),
        Named.of("hidden", Mono::hide),
        Named.of("in a chain", mono -> Mono.just("v").flatMap(v -> mono)),
        Named.of("delayed", mono -> Mono.delay(Duration.ofMillis(1)).then(mono)));
  }

  @ParameterizedTest
  @MethodSource("failing")
  @DisplayName("A7 an unchecked failure is the same object, an Error too")
  void await_unchecked_sameObject(UnaryOperator<Mono<String>> shape) {
    IllegalStateException unchecked = new IllegalStateException("mine");
    AssertionError error = new AssertionError("mine");
    for (Throwable failure : new Throwable[] {unchecked, error}) {
      Mono<String> mono = shape.apply(Mono.error(failure));
      assertThat(catchThrowable(() -> await(mono))).isSameAs(failure);
      assertThat(catchThrowable(() -> await(published(mono)))).isSameAs(failure);
      assertThat(catchThrowable(() -> awaitSingle(mono))).isSameAs(failure);
    }
  }

  @ParameterizedTest
  @MethodSource("failing")
  @DisplayName("A7 a checked failure is the cause")
  void await_checked_cause(UnaryOperator<Mono<String>> shape) {
    IOException io = new IOException("disk");
    Mono<String> error = shape.apply(Mono.error(io));
    Mono<String> callable =
        shape.apply(
            Mono.fromCallable(() -> {
              throw io;
            }));
    for (Mono<String> mono : java.util.List.of(error, callable)) {
      assertThat(catchThrowable(() -> await(mono)))
          .isInstanceOf(CompletionException.class)
          .cause()
          .isSameAs(io);
      assertThat(catchThrowable(() -> await(published(mono)))).cause().isSameAs(io);
    }
  }

  @ParameterizedTest
  @MethodSource("failing")
  @DisplayName("A7, A4: Reactor's wrapper of a checked failure is removed on the scalar path too")
  void await_propagated_unwrapped(UnaryOperator<Mono<String>> shape) {
    IOException io = new IOException("disk");
    Mono<String> mono =
        shape.apply(
            Mono.fromCallable(() -> {
              throw Exceptions.propagate(io);
            }));

    assertThat(catchThrowable(() -> await(mono)))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isSameAs(io);
  }

  @ParameterizedTest
  @MethodSource("failing")
  @DisplayName("A7 a CancellationException of the source is a failure, not our cancellation")
  void await_foreignCancellation_isAFailure(UnaryOperator<Mono<String>> shape) {
    CancellationException foreign = new CancellationException("somebody else");
    Mono<String> mono = shape.apply(Mono.error(foreign));
    BodyRun<@Nullable String> awaiting = new BodyRun<>();
    Coroutine<@Nullable String> coroutine =
        Coroutine.<@Nullable String>start(() -> awaiting.call(() -> await(mono)));

    assertThat(awaiting.failure())
        .isInstanceOf(CompletionException.class)
        .cause()
        .isSameAs(foreign);
    Eventually.until("the end", coroutine::isDone);
    assertThat(coroutine.state()).isEqualTo(Coroutine.State.FAILED);
  }

  @Test
  @DisplayName("peer: block() changes the shared failure each time; A8, A7 we throw it as it is")
  void peer_block_suppressesIntoTheOriginal() {
    IllegalStateException shared = new IllegalStateException("shared");
    Mono<String> mono = Mono.<String>error(shared).hide();
    for (int i = 0; i < 100; i++) {
      assertThatThrownBy(mono::block).isSameAs(shared);
    }
    assertThat(shared.getSuppressed()).as("one for each block()").hasSize(100);

    IllegalStateException ours = new IllegalStateException("shared");
    Mono<String> awaited = Mono.<String>error(ours).hide();
    for (int i = 0; i < 100; i++) {
      assertThat(catchThrowable(() -> await(awaited))).isSameAs(ours);
    }
    assertThat(ours.getSuppressed()).hasSizeLessThanOrEqualTo(8);
  }

  @ParameterizedTest
  @MethodSource("forms")
  @DisplayName("A3 in a cancelled coroutine nothing is subscribed or called")
  void await_cancelledCoroutine_notSubscribed(Form form) {
    AtomicInteger calls = new AtomicInteger();
    Mono<String> callable = Mono.fromCallable(() -> "call " + calls.incrementAndGet());
    Mono<String> deferred = Mono.defer(() -> Mono.just("call " + calls.incrementAndGet()));
    for (Mono<String> mono : java.util.List.of(callable, deferred, Mono.just("v"))) {
      BodyRun<@Nullable String> awaiting = new BodyRun<>();
      Coroutine.<@Nullable String>start(() ->
          awaiting.call(() -> {
            Coroutine<?> self = Coroutine.current();
            requireNonNull(self).cancel("enough");
            return form.of(mono);
          }));
      assertThat(awaiting.failure()).isInstanceOf(CancellationException.class).hasMessage("enough");
    }
    assertThat(calls).hasValue(0);
  }

  @ParameterizedTest
  @MethodSource("forms")
  @DisplayName("A3 with the interrupt flag up nothing is subscribed, and the flag stays")
  void await_interruptFlagUp_notSubscribed(Form form) {
    Probe<String> probe = new Probe<>();
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> form.of(new ProbedMono<>(probe)))
        .isInstanceOf(CancellationException.class);
    assertThat(Thread.interrupted()).isTrue();

    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> form.of(Mono.just("v"))).isInstanceOf(CancellationException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(probe.subscriptions()).isZero();
  }

  @Test
  @DisplayName("A7 our cancellation inside a blocking callable is a CancellationException")
  void await_cancelledInsideCallable_cancellation() throws Exception {
    Mono<String> blocking =
        Mono.fromCallable(() -> {
          Thread.sleep(Duration.ofMinutes(5));
          return "slept";
        });
    for (Mono<String> mono : java.util.List.of(blocking, blocking.hide())) {
      BodyRun<@Nullable String> awaiting = new BodyRun<>();
      Coroutine<@Nullable String> coroutine =
          Coroutine.<@Nullable String>start(() -> awaiting.call(() -> await(mono)));
      awaiting.awaitParked();
      coroutine.cancel();
      assertThat(awaiting.failure()).isInstanceOf(CancellationException.class);
    }
  }

  @Test
  @DisplayName("A7 our cancellation of an await inside the source is our cancellation outside too")
  void await_cancelledInNestedAwait_cancellation() throws Exception {
    Mono<String> nested = Mono.fromCallable(() -> awaitSingle(Mono.<String>never()));
    for (Mono<String> mono : java.util.List.of(nested, nested.hide())) {
      BodyRun<@Nullable String> awaiting = new BodyRun<>();
      Coroutine<@Nullable String> coroutine =
          Coroutine.<@Nullable String>start(() -> awaiting.call(() -> await(mono)));
      awaiting.awaitParked();
      coroutine.cancel();
      assertThat(awaiting.failure()).isInstanceOf(CancellationException.class);
    }
  }
}
