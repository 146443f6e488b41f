package io.bridge.reactor;

import static io.bridge.reactor.ReactorBridge.await;
import static io.bridge.reactor.ReactorBridge.retry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.AwaitTimeoutException;
import io.bridge.Coroutine;
import io.bridge.fixtures.BodyRun;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Race;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

@Timeout(120)
class RetryCancelTest {

  private static final int ROUNDS = 20_000;
  private static final int MAX_SHIFT = 100;
  private static final Duration BACKOFF = Duration.ofMinutes(1);

  private final ClockScheduler scheduler = new ClockScheduler();
  private final Retry spec = Retry.fixedDelay(5, BACKOFF).scheduler(scheduler);
  private final Lost lost = new Lost();

  @AfterEach
  void nothingIsLeft() {
    lost.close();
    assertNothingLost();
    assertThat(scheduler.pending()).isZero();
    assertThat(Thread.interrupted()).isFalse();
  }

  private void assertNothingLost() {
    assertThat(lost.failures).isEmpty();
    assertThat(lost.values).isEmpty();
    assertThat(lost.droppedErrors).isEmpty();
    assertThat(lost.droppedItems).isEmpty();
  }

  @Test
  @DisplayName(
      "T5, A5 a cancelled backoff ends at once, and its timer; the body does not run again")
  void retry_cancelledInBackoff_endsAtOnce() throws Exception {
    Flaky body = new Flaky(9);
    BodyRun<String> awaiting = new BodyRun<>();
    Coroutine<String> coroutine = Coroutine.start(() -> awaiting.call(() -> retry(spec, body)));
    scheduler.awaitPending();
    awaiting.awaitParked();
    coroutine.cancel();

    assertThat(awaiting.failure()).isInstanceOf(CancellationException.class);
    assertThat(scheduler.pending()).as("timers").isZero();
    scheduler.advance();
    assertThat(body.attempts()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @DisplayName(
      "T5, A9 an interrupted backoff of a plain thread ends; the flag is up, not in dispose")
  void retry_interruptedInBackoff_ends(boolean virtual) {
    Flaky body = new Flaky(9);
    AtomicBoolean flagInCancel = new AtomicBoolean();
    Retry watched =
        Retry.from(signals ->
            signals
                .concatMap(s -> Mono.delay(BACKOFF, scheduler))
                .doOnCancel(() -> flagInCancel.set(Thread.currentThread().isInterrupted())));
    Fork.Action code =
        () -> {
          assertThatThrownBy(() -> retry(watched, body)).isInstanceOf(CancellationException.class);
          assertThat(Thread.currentThread().isInterrupted()).isTrue();
        };
    Fork<String> fork = virtual ? Fork.virtual(code) : Fork.platform(code);
    scheduler.awaitPending();
    fork.awaitParked().interrupt().join();

    assertThat(scheduler.pending()).isZero();
    assertThat(body.attempts()).isEqualTo(1);
    assertThat(flagInCancel).as("B6 what stops the source is not cut short").isFalse();
  }

  @Test
  @DisplayName("T5, T1 a timeout around it ends the backoff")
  void retry_timedOutInBackoff_ends() {
    Flaky body = new Flaky(9);

    assertThatThrownBy(() -> Coroutine.withTimeout(Duration.ofMillis(500), () -> retry(spec, body)))
        .isInstanceOf(AwaitTimeoutException.class);
    assertThat(scheduler.pending()).isZero();
    assertThat(body.attempts()).isEqualTo(1);
  }

  @Test
  @DisplayName("T5 a timeout inside the body is a failure like any other")
  void retry_timeoutInBody_retried() {
    AtomicInteger attempts = new AtomicInteger();

    String value =
        retry(
            Retry.max(1),
            () ->
                attempts.incrementAndGet() == 1
                    ? Coroutine.withTimeout(
                        Duration.ZERO, () -> String.valueOf(await(Mono.never())))
                    : "value");

    assertThat(value).isEqualTo("value");
  }

  @Test
  @DisplayName("T5 a body cancelled in its await is not retried")
  void retry_cancelledInBody_notRetried() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    BodyRun<String> awaiting = new BodyRun<>();
    Coroutine<String> coroutine =
        Coroutine.start(() ->
            awaiting.call(() ->
                retry(
                    Retry.indefinitely(),
                    () -> {
                      attempts.incrementAndGet();
                      return String.valueOf(await(Mono.never()));
                    })));
    awaiting.awaitParked();
    coroutine.cancel();

    assertThat(awaiting.failure()).isInstanceOf(CancellationException.class);
    assertThat(attempts).hasValue(1);
  }

  @Test
  @DisplayName("T5 a body that fails by itself after the cancellation is not retried")
  void retry_cancelledBodyFails_notRetried() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    IOException failure = new IOException();
    BodyRun<String> awaiting = new BodyRun<>();
    Coroutine<String> coroutine =
        Coroutine.start(() ->
            awaiting.call(() ->
                retry(
                    Retry.indefinitely(),
                    () -> {
                      attempts.incrementAndGet();
                      Eventually.until("cancelled", Coroutine::isCancelled);
                      throw failure;
                    })));
    Eventually.until("the body runs", () -> attempts.get() == 1);
    coroutine.cancel();

    assertThat(awaiting.failure()).isSameAs(failure);
    assertThat(attempts).hasValue(1);
  }

  @Test
  @DisplayName("T5, A12 a value that the body returns after the cancellation is returned")
  void retry_cancelledBodyReturns_valueIsReturned() throws Exception {
    CountDownLatch runs = new CountDownLatch(1);
    BodyRun<String> awaiting = new BodyRun<>();
    Coroutine<String> coroutine =
        Coroutine.start(() ->
            awaiting.call(() -> {
              String value =
                  retry(
                      Retry.max(1),
                      () -> {
                        runs.countDown();
                        Eventually.until("cancelled", Coroutine::isCancelled);
                        return "value";
                      });
              return "returned " + value;
            }));
    Eventually.until("the body runs", () -> runs.getCount() == 0);
    coroutine.cancel();

    assertThat(awaiting.value()).isEqualTo("returned value");
    Eventually.until("the end", () -> coroutine.isDone());
    lost.values.clear(); // what the cancelled coroutine does with its value is not ours
  }

  @Test
  @DisplayName("T5 an InterruptedException of the body is not retried, and thrown as itself")
  void retry_bodyInterrupted_notRetried() {
    AtomicInteger attempts = new AtomicInteger();
    AtomicReference<InterruptedException> interruption = new AtomicReference<>();

    assertThatThrownBy(() ->
            retry(
                Retry.indefinitely(),
                () -> {
                  attempts.incrementAndGet();
                  interruption.set(new InterruptedException()); // one that was kept is retried
                  throw interruption.get();
                }))
        .satisfies(thrown -> assertThat(thrown).isSameAs(interruption.get()));
    assertThat(attempts).hasValue(1);
  }

  @Test
  @DisplayName("T5, A3 in a cancelled coroutine the body does not run")
  void retry_alreadyCancelled_bodyDoesNotRun() throws Exception {
    Flaky body = new Flaky(0);
    CountDownLatch cancelled = new CountDownLatch(1);
    BodyRun<String> awaiting = new BodyRun<>();
    Coroutine<String> coroutine =
        Coroutine.start(() ->
            awaiting.call(() -> {
              Eventually.until("cancelled", () -> cancelled.getCount() == 0);
              return retry(Retry.max(1), body);
            }));
    awaiting.thread(); // one that is cancelled before it begins never does
    coroutine.cancel();
    cancelled.countDown();

    assertThat(awaiting.failure()).isInstanceOf(CancellationException.class);
    assertThat(body.attempts()).isZero();
  }

  /** A cancellation against the end of a backoff. */
  private final class CancelAgainstTimer implements Race.Round {
    private final ClockScheduler timers = new ClockScheduler();
    private final AtomicInteger attempts = new AtomicInteger();
    private final Coroutine<?> coroutine =
        Coroutine.start(() ->
            retry(
                Retry.fixedDelay(1, BACKOFF).scheduler(timers),
                () -> {
                  if (attempts.incrementAndGet() == 1) {
                    throw new IOException();
                  }
                }));

    CancelAgainstTimer() {
      timers.awaitPending();
    }

    @Override
    public void left() {
      coroutine.cancel();
    }

    @Override
    public void right() {
      timers.advance();
    }

    @Override
    public String outcome() {
      Eventually.until("the end", coroutine::isDone);
      assertThat(timers.pending()).isZero();
      assertNothingLost();
      return coroutine.state() + " after " + attempts;
    }
  }

  @Test
  @DisplayName(
      "T5 cancellation against the end of a backoff: an attempt runs or not, nothing hangs")
  void retry_cancelAgainstTimer_eitherWay() throws Exception {
    Map<String, Integer> outcomes = Race.run(ROUNDS, CancelAgainstTimer::new);

    assertThat(outcomes.keySet())
        .as(outcomes.toString())
        .isSubsetOf("CANCELLED after 1", "CANCELLED after 2", "SUCCEEDED after 2");
  }

  /** The end of a backoff against the calling thread, which is about to wait for it. */
  private static final class TimerAgainstWait implements Race.Round {
    private final ClockScheduler timers = new ClockScheduler();
    private final Retry spec = Retry.fixedDelay(1, BACKOFF).scheduler(timers);
    private final Flaky body = new Flaky(1);
    private String value = "none";

    @Override
    public void right() throws Exception {
      value = retry(spec, body);
    }

    @Override
    public void left() {
      timers.awaitPending();
      for (int i = ThreadLocalRandom.current().nextInt(MAX_SHIFT); i > 0; i--) {
        Thread.onSpinWait(); // the other side is still on its way
      }
      timers.advance();
    }

    @Override
    public String outcome() {
      return value;
    }
  }

  @Test
  @DisplayName("T5 the end of a backoff against the wait for it: no wake-up is lost")
  void retry_timerAgainstWait_wakes() throws Exception {
    Map<String, Integer> outcomes = Race.run(ROUNDS, TimerAgainstWait::new);

    assertThat(outcomes).containsOnlyKeys("value 2");
  }
}
