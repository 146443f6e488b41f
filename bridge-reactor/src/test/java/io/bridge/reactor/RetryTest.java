package io.bridge.reactor;

import static io.bridge.reactor.ReactorBridge.retry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.Body;
import io.bridge.Coroutine;
import io.bridge.VoidBody;
import io.bridge.fixtures.Fork;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
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
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

@Timeout(60)
class RetryTest {

  private static final Duration BACKOFF = Duration.ofMillis(100);

  /** Where imperative code runs. */
  enum Where {
    COROUTINE,
    VIRTUAL_THREAD,
    PLATFORM_THREAD;

    <T> Fork<T> run(Callable<T> code) {
      return switch (this) {
        case COROUTINE -> Fork.virtual(() -> Coroutine.<T>start(code::call).await());
        case VIRTUAL_THREAD -> Fork.virtual(code);
        case PLATFORM_THREAD -> Fork.platform(code);
      };
    }
  }

  private final ClockScheduler scheduler = new ClockScheduler();
  private final Lost lost = new Lost();

  @AfterEach
  void nothingIsLeft() {
    lost.close();
    assertThat(lost.failures).isEmpty();
    assertThat(lost.values).isEmpty();
    assertThat(lost.droppedErrors).isEmpty();
    assertThat(lost.droppedItems).isEmpty();
    assertThat(scheduler.pending()).isZero();
    assertThat(Thread.interrupted()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("T5 every attempt runs on the calling thread, with its thread-locals")
  void retry_backoff_attemptsOnCallingThread(Where where) {
    Flaky body = new Flaky(3);
    Fork<List<Thread>> fork =
        where.run(() -> {
          Flaky.LOCAL.set("mine");
          assertThat(retry(Retry.fixedDelay(3, BACKOFF).scheduler(scheduler), body))
              .isEqualTo("value 4");
          return List.of(Thread.currentThread());
        });
    for (int i = 0; i < 3; i++) {
      scheduler.awaitPending().advance();
    }

    Thread caller = fork.join().get(0);
    assertThat(body.threads()).containsExactly(caller, caller, caller, caller);
    assertThat(body.locals()).containsOnly("mine");
    assertThat(scheduler.delays()).containsExactly(BACKOFF, BACKOFF, BACKOFF);
  }

  @Test
  @DisplayName("T5 backoff and jitter are the spec's, on the spec's scheduler")
  void retry_backoffWithJitter_ofTheSpec() {
    Flaky body = new Flaky(4);
    Retry spec =
        Retry.backoff(4, BACKOFF)
            .maxBackoff(Duration.ofMillis(500))
            .jitter(0.5)
            .scheduler(scheduler);
    Fork<String> fork = Fork.platform(() -> retry(spec, body));
    for (int i = 0; i < 4; i++) {
      scheduler.awaitPending().advance();
    }

    assertThat(fork.join()).isEqualTo("value 5");
    long[][] millis = {{100, 150}, {100, 300}, {200, 500}, {100, 500}};
    for (int i = 0; i < millis.length; i++) {
      assertThat(scheduler.delays().get(i).toMillis()).isBetween(millis[i][0], millis[i][1]);
    }
  }

  @Test
  @DisplayName("T5 exhausted: Reactor's own exception, the last failure as its cause")
  void retry_exhausted_retryExhausted() {
    Flaky body = new Flaky(9);

    Throwable thrown = catchThrowable(() -> retry(Retry.max(2), body));

    assertThat(Exceptions.isRetryExhausted(thrown)).isTrue();
    assertThat(thrown).hasCauseExactlyInstanceOf(IOException.class);
    assertThat(thrown.getCause()).hasMessage("attempt 3");
    assertThat(body.attempts()).isEqualTo(3);
  }

  private static Stream<Named<UnaryOperator<Throwable>>> ways() {
    return Stream.of(
        Named.of("as it is", failure -> failure),
        Named.of("in Reactor's layer", failure -> Exceptions.propagate(failure)));
  }

  @ParameterizedTest
  @MethodSource("ways")
  @DisplayName("T5, A7 the body's own checked failure, let through, is thrown as itself")
  void retry_exhaustedThrowsFailure_asItself(UnaryOperator<Throwable> way) {
    Flaky body = new Flaky(9);
    Retry spec = Retry.max(1).onRetryExhaustedThrow((retry, signal) -> way.apply(signal.failure()));

    assertThatThrownBy(() -> retry(spec, body))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("attempt 2");
  }

  @ParameterizedTest
  @MethodSource("ways")
  @DisplayName("T5, A7 a mapped checked failure is the cause of a CompletionException")
  void retry_exhaustedThrowsChecked_wrapped(UnaryOperator<Throwable> way) {
    IOException mapped = new IOException("mapped");
    Retry spec = Retry.max(1).onRetryExhaustedThrow((retry, signal) -> way.apply(mapped));

    assertThatThrownBy(() -> retry(spec, new Flaky(9)))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isSameAs(mapped);
  }

  @Test
  @DisplayName("T5, A7 a mapped unchecked failure is thrown as itself")
  void retry_exhaustedThrowsUnchecked_asItself() {
    IllegalStateException mapped = new IllegalStateException("mapped");
    Retry spec = Retry.max(0).onRetryExhaustedThrow((retry, signal) -> mapped);

    assertThatThrownBy(() -> retry(spec, new Flaky(9))).isSameAs(mapped);
  }

  @Test
  @DisplayName("T5 filter: what it refuses is thrown as itself, at once")
  void retry_filtered_notRetried() {
    Flaky body = new Flaky(9);
    Retry spec = Retry.max(5).filter(failure -> !"attempt 2".equals(failure.getMessage()));

    assertThatThrownBy(() -> retry(spec, body)).hasMessage("attempt 2");
    assertThat(body.attempts()).isEqualTo(2);
  }

  @Test
  @DisplayName("T5 doBeforeRetry sees every failure; what it throws ends the retries")
  void retry_doBeforeRetry_called() throws Exception {
    List<Throwable> seen = new ArrayList<>();
    Flaky body = new Flaky(2);
    assertThat(retry(Retry.max(2).doBeforeRetry(s -> seen.add(s.failure())), body))
        .isEqualTo("value 3");
    assertThat(seen).extracting(Throwable::getMessage).containsExactly("attempt 1", "attempt 2");

    IllegalStateException thrown = new IllegalStateException();
    Retry throwing =
        Retry.max(2)
            .doBeforeRetry(signal -> {
              throw thrown;
            });
    assertThatThrownBy(() -> retry(throwing, new Flaky(2))).isSameAs(thrown);
  }

  @Test
  @DisplayName("T5 a companion that completes ends the retries without a failure: null")
  void retry_companionCompletes_null() throws Exception {
    Flaky body = new Flaky(9);

    assertThat(retry(Retry.from(signals -> Mono.empty()), body)).isNull();
    assertThat(body.attempts()).isZero();
  }

  @Test
  @DisplayName("T5 a companion that fails is the failure")
  void retry_companionFails_itsFailure() {
    IllegalStateException failure = new IllegalStateException();
    Flaky body = new Flaky(9);
    Retry spec = Retry.from(signals -> signals.flatMap(signal -> Mono.error(failure)));

    assertThatThrownBy(() -> retry(spec, body)).isSameAs(failure);
    assertThat(body.attempts()).isEqualTo(1);
    IOException checked = new IOException();
    assertThatThrownBy(
            () -> retry(Retry.from(s -> Mono.error(Exceptions.propagate(checked))), body))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isSameAs(checked);
    Retry broken =
        Retry.from(signals -> {
          throw failure;
        });
    assertThatThrownBy(() -> retry(broken, body)).isSameAs(failure);
    assertThat(body.attempts()).isEqualTo(1);
  }

  @Test
  @DisplayName("T5 a null value is a value; the form without a value")
  void retry_null_isAValue() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    Body<@Nullable String, RuntimeException> body =
        () -> {
          if (attempts.incrementAndGet() < 3) {
            throw new IllegalStateException();
          }
          return null;
        };
    assertThat(ReactorBridge.<@Nullable String, RuntimeException>retry(Retry.max(5), body))
        .isNull();
    assertThat(attempts).hasValue(3);

    Flaky flaky = new Flaky(1);
    VoidBody<IOException> noValue = () -> assertThat(flaky.call()).isNotNull();
    retry(Retry.max(1), noValue);
    assertThat(flaky.attempts()).isEqualTo(2);
  }

  @Test
  @DisplayName("T5 an Error that Reactor takes for fatal is thrown at once")
  void retry_fatalError_thrownAtOnce() {
    AtomicInteger attempts = new AtomicInteger();
    LinkageError fatal = new LinkageError();

    assertThatThrownBy(() ->
            retry(
                Retry.indefinitely(),
                () -> {
                  attempts.incrementAndGet();
                  throw fatal;
                }))
        .isSameAs(fatal);
    assertThat(attempts).hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @DisplayName("T5 any other Error is what the spec says")
  void retry_error_asTheSpecSays(boolean retried) {
    AtomicInteger attempts = new AtomicInteger();
    AssertionError error = new AssertionError();
    Retry spec =
        Retry.max(3).filter(failure -> retried).onRetryExhaustedThrow((r, s) -> s.failure());

    assertThatThrownBy(() ->
            retry(
                spec,
                () -> {
                  attempts.incrementAndGet();
                  throw error;
                }))
        .isSameAs(error);
    assertThat(attempts).hasValue(retried ? 4 : 1);
  }

  @Test
  @DisplayName("T5, A2 a refused thread: IllegalStateException, the body does not run")
  void retry_refusedThread_bodyDoesNotRun() {
    Flaky body = new Flaky(0);
    Mono<String> onParallel =
        Mono.fromCallable(() -> retry(Retry.max(1), body)).subscribeOn(Schedulers.parallel());

    assertThatThrownBy(onParallel::block)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("parallel-");
    assertThat(body.attempts()).isZero();
  }

  @Test
  @DisplayName("T5 a retry inside a retry")
  void retry_nested_each() throws Exception {
    Flaky inner = new Flaky(3);
    AtomicInteger outer = new AtomicInteger();

    String value =
        retry(
            Retry.max(3),
            () -> {
              outer.incrementAndGet();
              return retry(Retry.max(1), inner);
            });

    assertThat(value).isEqualTo("value 4");
    assertThat(outer).hasValue(2);
  }

  @Test
  @DisplayName("T5 one spec serves any number of threads at the same time")
  void retry_sharedSpec_isolated() {
    Retry spec = Retry.fixedDelay(20, Duration.ZERO).scheduler(Schedulers.boundedElastic());
    CountDownLatch bothRun = new CountDownLatch(2);
    List<Flaky> bodies = List.of(new Flaky(20), new Flaky(20));
    List<Fork<String>> forks =
        bodies.stream()
            .map(body ->
                Fork.platform(() -> {
                  bothRun.countDown();
                  bothRun.await();
                  return retry(spec, body);
                }))
            .toList();

    forks.forEach(fork -> assertThat(fork.join()).isEqualTo("value 21"));
  }

  @Test
  @DisplayName("T5 a scheduler that takes no more work fails the retry")
  void retry_disposedScheduler_itsFailure() {
    Scheduler disposed = Schedulers.newSingle("disposed");
    disposed.dispose();

    Throwable thrown =
        catchThrowable(() -> retry(Retry.fixedDelay(3, BACKOFF).scheduler(disposed), new Flaky(9)));

    assertThat(thrown).isInstanceOf(RejectedExecutionException.class);
  }

  @Test
  @DisplayName("T5, A12 a spec that fails while the body runs: its failure, the value is given up")
  void retry_specFailsDuringTheBody_itsFailure() {
    IllegalStateException failure = new IllegalStateException();
    Sinks.One<String> end = Sinks.one();
    Retry spec = Retry.from(signals -> Flux.merge(signals, end.asMono()));

    assertThatThrownBy(() ->
            retry(
                spec,
                () -> {
                  end.tryEmitError(failure).orThrow();
                  return "value";
                }))
        .isSameAs(failure);
    assertThat(lost.values).containsExactly("value");
    lost.values.clear();
  }
}
