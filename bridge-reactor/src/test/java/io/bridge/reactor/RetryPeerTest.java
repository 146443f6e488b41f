package io.bridge.reactor;

import static io.bridge.reactor.ReactorBridge.retry;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.util.retry.Retry;

/** The reference is Reactor's own operator over a callable that runs in place. */
@Timeout(60)
class RetryPeerTest {

  private static final int MOST_FAILURES = 6;

  /** A delay takes no time. */
  private static final class NoDelay implements Scheduler {
    @Override
    public Disposable schedule(Runnable task) {
      task.run();
      return Disposables.disposed();
    }

    @Override
    public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
      return schedule(task);
    }

    @Override
    public Worker createWorker() {
      throw new UnsupportedOperationException();
    }
  }

  private static Stream<Named<Retry>> specs() {
    Duration second = Duration.ofSeconds(1);
    Scheduler noDelay = new NoDelay();
    return Stream.of(
        Named.of("max 0", Retry.max(0)),
        Named.of("max 2", Retry.max(2)),
        Named.of("max in a row", Retry.maxInARow(2)),
        Named.of("indefinitely", Retry.indefinitely()),
        Named.of("fixedDelay", Retry.fixedDelay(3, second).scheduler(noDelay)),
        Named.of("backoff", Retry.backoff(3, second).jitter(0.9).scheduler(noDelay)),
        Named.of("transient", Retry.max(2).transientErrors(true)),
        Named.of("filter none", Retry.max(5).filter(failure -> false)),
        Named.of("filter type", Retry.max(5).filter(IOException.class::isInstance)),
        Named.of("filter 2nd", Retry.max(5).filter(f -> !"attempt 2".equals(f.getMessage()))),
        Named.of("before fails", Retry.max(2).doBeforeRetryAsync(s -> Mono.error(new Error()))),
        Named.of("after fails", Retry.max(2).doAfterRetryAsync(s -> Mono.error(new Error()))),
        Named.of("exhausted as itself", Retry.max(1).onRetryExhaustedThrow((r, s) -> s.failure())),
        Named.of(
            "exhausted mapped",
            Retry.max(1).onRetryExhaustedThrow((r, s) -> new IOException("mapped", s.failure()))),
        Named.of("companion of all", Retry.from(signals -> signals)),
        Named.of("companion empty", Retry.from(signals -> Flux.empty())),
        Named.of("companion error", Retry.from(signals -> Flux.error(new IOException()))),
        Named.of("companion never", Retry.withThrowable(t -> t.flatMap(Mono::error))),
        Named.of(
            "companion counts",
            Retry.from(signals ->
                signals.flatMap(
                    s -> s.totalRetries() < 2 ? Mono.just(1) : Mono.error(s.failure())))));
  }

  @ParameterizedTest
  @MethodSource("specs")
  @DisplayName("T5 as many attempts, and the same end, as under Mono.retryWhen")
  void retry_anySpec_asRetryWhen(Retry spec) {
    for (int failures = 0; failures <= MOST_FAILURES; failures++) {
      Flaky mine = new Flaky(failures);
      Flaky peers = new Flaky(failures);

      String end = end(() -> retry(spec, mine));
      String peersEnd = end(() -> Mono.fromCallable(peers::call).retryWhen(spec).block());

      assertThat(end).isEqualTo(peersEnd);
      assertThat(mine.attempts()).as(end).isEqualTo(peers.attempts());
    }
  }

  private static String end(Callable<@Nullable String> code) {
    try {
      return String.valueOf(code.call());
    } catch (Throwable t) {
      Throwable inner = Exceptions.unwrap(t);
      Throwable cause = inner.getCause();
      return (inner instanceof CompletionException && cause != null ? cause : inner).toString();
    }
  }
}
