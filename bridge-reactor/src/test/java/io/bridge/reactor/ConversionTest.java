package io.bridge.reactor;

import static io.bridge.reactor.ReactorBridge.awaitAll;
import static io.bridge.reactor.ReactorBridge.awaitAny;
import static io.bridge.reactor.ReactorBridge.awaitOrThrow;
import static io.bridge.reactor.ReactorBridge.awaitable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.Await;
import io.bridge.Awaitable;
import io.bridge.Coroutine;
import io.bridge.fixtures.BodyRun;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@Timeout(60)
class ConversionTest {

  /** The ways to await a conversion. */
  enum How {
    ALL,
    ANY,
    ALONE;

    @Nullable String of(Awaitable<@Nullable String> source) {
      return switch (this) {
        case ALL -> Await.<@Nullable String>awaitAll(List.of(source)).get(0);
        case ANY -> Await.<@Nullable String>awaitAny(List.of(source));
        case ALONE -> Await.<@Nullable String>await(source);
      };
    }
  }

  private final Probe<String> probe = new Probe<>();
  private final Probe<String> other = new Probe<>();
  private final Awaitable<@Nullable String> probed = awaitable(new ProbedMono<>(probe));
  private final Awaitable<@Nullable String> otherProbed = awaitable(new ProbedMono<>(other));
  private final Lost lost = new Lost();

  @AfterEach
  void nothingIsLeft() {
    lost.close();
    assertThat(Thread.interrupted()).isFalse();
    assertThat(probe.overlapped()).as("RS 2.7").isFalse();
    assertThat(lost.failures).isEmpty();
    assertThat(lost.droppedItems).isEmpty();
  }

  private void assertNothingLost() {
    assertThat(lost.values).isEmpty();
    assertThat(lost.droppedErrors).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B9 a conversion: value, empty is null; again for each await")
  void await_value_orNull(How how) {
    for (int i = 0; i < 2; i++) {
      assertThat(how.of(awaitable(Mono.just("a")))).isEqualTo("a");
      assertThat(how.of(awaitable(Mono.just("a").hide()))).isEqualTo("a");
      assertThat(how.of(awaitable(Flux.just("a").hide()))).isEqualTo("a");
      assertThat(how.of(awaitable(Flux.just("a")))).isEqualTo("a");
      assertThat(how.of(awaitable(Mono.<String>empty()))).isNull();
      assertThat(how.of(awaitable(Flux.<String>empty().hide()))).isNull();
    }
    assertNothingLost();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A7 a conversion: failures arrive as in an await")
  void await_failure_asItself(How how) {
    IllegalStateException unchecked = new IllegalStateException();
    IOException checked = new IOException();
    Stream<Mono<String>> sources =
        Stream.of(
            Mono.error(checked),
            Mono.<String>error(checked).hide(),
            Mono.error(Exceptions.propagate(checked)),
            Mono.fromCallable(() -> {
              throw checked;
            }));

    assertThatThrownBy(() -> how.of(awaitable(Mono.<String>error(unchecked)))).isSameAs(unchecked);
    sources.forEach(source ->
        assertThatThrownBy(() -> how.of(awaitable(source)))
            .isInstanceOf(CompletionException.class)
            .cause()
            .isSameAs(checked));
    assertNothingLost();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A5, A7 a conversion: the second item cancels, once")
  void await_twoItems_cancelled(How how) {
    Probe<String> many = new Probe<>();
    many.onRequest(p -> p.next("a").next("b").next("c"));

    assertThatThrownBy(() -> how.of(awaitable(many))).isInstanceOf(IllegalArgumentException.class);
    assertThat(many.cancels()).isEqualTo(1);
    assertThat(lost.values).containsExactlyInAnyOrder("a", "b", "c");
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A4 a conversion: a scalar is computed in place, on the awaiting thread")
  void await_scalar_inPlace(How how) {
    Mono<String> where = Mono.fromCallable(() -> Thread.currentThread().getName());

    assertThat(how.of(awaitable(where))).isEqualTo(Thread.currentThread().getName());
  }

  @Test
  @DisplayName("A5, A6 a cancelled awaitAll cancels every Mono once, on its own thread")
  void awaitAll_cancelled_everySourceOnce() throws Exception {
    List<Probe<String>> probes = Stream.generate(() -> new Probe<String>()).limit(20).toList();
    List<Awaitable<@Nullable String>> sources = new ArrayList<>();
    probes.forEach(each -> sources.add(awaitable(new ProbedMono<>(each))));
    BodyRun<List<@Nullable String>> awaiting = new BodyRun<>();
    Coroutine<List<@Nullable String>> coroutine =
        Coroutine.start(() -> awaiting.call(() -> Await.<@Nullable String>awaitAll(sources)));
    probes.get(19).awaitRequest();
    awaiting.awaitParked();
    coroutine.cancel();

    assertThat(awaiting.failure()).isInstanceOf(CancellationException.class);
    for (Probe<String> each : probes) {
      assertThat(each.cancelThreads()).containsExactly(awaiting.thread());
      assertThat(each.requests()).containsExactly(Long.MAX_VALUE);
    }
    assertNothingLost();
  }

  @Test
  @DisplayName("A5 a failure cancels the others once; a success of awaitAny, too")
  void await_decided_othersCancelledOnce() {
    IllegalStateException failure = new IllegalStateException();

    assertThatThrownBy(() -> awaitAll(probed, awaitable(Mono.<String>error(failure))))
        .isSameAs(failure);
    assertThat(awaitAny(otherProbed, awaitable(Mono.just("a")))).isEqualTo("a");
    assertThat(List.of(probe.cancels(), other.cancels())).containsExactly(1, 1);
    assertNothingLost();
  }

  @Test
  @DisplayName("A5 an onSubscribe after the end is cancelled, by its bringer, without a request")
  void awaitAll_lateOnSubscribe_cancelled() {
    probe.onSubscribe(withheld -> {});
    IllegalStateException failure = new IllegalStateException();
    assertThatThrownBy(() -> awaitAll(probed, awaitable(Mono.<String>error(failure))))
        .isSameAs(failure);

    Fork<String> bringer = Fork.platform(() -> probe.subscriber().onSubscribe(probe));
    bringer.join();

    assertThat(probe.cancelThreads()).containsExactly(bringer.thread());
    assertThat(probe.requests()).isEmpty();
  }

  @Test
  @DisplayName("A12 a value that comes too late is given up; a failure goes to onErrorDropped")
  void awaitAll_lateSignals_nothingVanishes() {
    IllegalStateException failure = new IllegalStateException();
    IllegalStateException late = new IllegalStateException("late");
    assertThatThrownBy(() -> awaitAll(probed, otherProbed, awaitable(Mono.<String>error(failure))))
        .isSameAs(failure);

    probe.next("late").complete();
    other.fail(late);

    assertThat(lost.values).containsExactly("late");
    assertThat(lost.droppedErrors).containsExactly(late);
  }

  @Test
  @DisplayName("A12 a value that came before the failure of another source is given up")
  void awaitAll_failsAfterAValue_valueIsGivenUp() {
    IllegalStateException failure = new IllegalStateException();

    assertThatThrownBy(() ->
            awaitAll(
                awaitable(Mono.just("a")),
                awaitable(Mono.just("b").hide()),
                awaitable(Mono.<String>error(failure))))
        .isSameAs(failure);
    assertThat(lost.values).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  @DisplayName("A12 the echo of our own cancel is no failure")
  void awaitAll_cancelledSourceFails_noNoise() {
    probe.onCancel(p -> p.fail(new CancellationException()));
    IllegalStateException failure = new IllegalStateException();

    assertThatThrownBy(() -> awaitAll(probed, awaitable(Mono.<String>error(failure))))
        .isSameAs(failure);
    assertNothingLost();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A6, A9 a signal that stops its source on behalf of an interrupt ends the await")
  void await_interruptSwallowedBySource_stillEnds(How how) {
    Mono<String> swallowing =
        Mono.fromDirect(subscriber -> {
          new ProbedMono<>(probe).subscribe(subscriber);
          Thread.currentThread().interrupt();
          Fork<Probe<String>> signals = Fork.platform(() -> probe.next("stopped").complete());
          Eventually.until("the signals were sent", signals::isDone); // join would be interrupted
          assertThat(Thread.interrupted()).as("swallowed").isTrue();
        });
    Fork<String> fork = Fork.platform(() -> String.valueOf(how.of(awaitable(swallowing))));

    assertThat(fork.joinFailure()).isInstanceOf(CancellationException.class);
    assertThat(probe.cancels()).isEqualTo(1);
    assertThat(lost.values).containsExactly("stopped");
  }

  @Test
  @DisplayName("S8, A10 1 000 Monos are awaited without a thread of their own")
  void awaitAll_thousandNever_noThread() throws Exception {
    int sources = 1000;
    List<Awaitable<@Nullable String>> never = new ArrayList<>();
    for (int i = 0; i < sources; i++) {
      never.add(awaitable(Mono.<String>never()));
    }
    long before = nextThreadId();
    BodyRun<List<@Nullable String>> awaiting = new BodyRun<>();
    Coroutine<List<@Nullable String>> coroutine =
        Coroutine.start(() -> awaiting.call(() -> Await.<@Nullable String>awaitAll(never)));
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

  @Test
  @DisplayName("A7 awaitOrThrow throws the checked failure as itself, any other as await does")
  void awaitOrThrow_checked_asItself() throws Exception {
    IOException failure = new IOException();
    Stream<Mono<String>> sources =
        Stream.of(
            Mono.error(failure),
            Mono.<String>error(failure).hide(),
            Mono.error(Exceptions.propagate(failure)));
    sources.forEach(source -> {
      assertThatThrownBy(() -> awaitOrThrow(source, IOException.class)).isSameAs(failure);
      assertThatThrownBy(() -> awaitOrThrow(awaitable(source), IOException.class))
          .isSameAs(failure);
      assertThatThrownBy(() -> awaitOrThrow(source, InterruptedException.class))
          .isInstanceOf(CompletionException.class)
          .cause()
          .isSameAs(failure);
    });
    Flux<String> flux = Flux.error(failure);
    assertThatThrownBy(() -> awaitOrThrow(flux, IOException.class)).isSameAs(failure);
    assertThat(awaitOrThrow(Mono.just("a"), IOException.class)).isEqualTo("a");
    assertThat(awaitOrThrow(Mono.<String>empty(), IOException.class)).isNull();
  }

  @Test
  @DisplayName("A7 awaitOrThrow: our own cancellation is never taken for the source's failure")
  void awaitOrThrow_cancelled_cancellation() throws Exception {
    BodyRun<@Nullable String> awaiting = new BodyRun<>();
    Coroutine<@Nullable String> coroutine =
        Coroutine.<@Nullable String>start(
            () -> awaiting.call(() -> awaitOrThrow(Mono.<String>never(), IOException.class)));
    awaiting.awaitParked();
    coroutine.cancel();

    assertThat(awaiting.failure()).isInstanceOf(CancellationException.class);
    Eventually.until("the end", () -> coroutine.isDone());
  }
}
