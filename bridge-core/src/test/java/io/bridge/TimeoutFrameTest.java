package io.bridge;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.Coroutine.State;
import io.bridge.CoroutineScope.Joiner;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("T1 T2 A9 a block with a deadline inside code that is cancelled as well")
@Timeout(60)
class TimeoutFrameTest {

  private static final Duration LIMIT = Duration.ofHours(1);

  private final TestTime time = new TestTime();
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch mayEnd = new CountDownLatch(1);

  /** Goes on, whatever comes, until it may end; then ends as cancelled code does. */
  private String busy() {
    begun.countDown();
    Eventually.until("it may end", () -> mayEnd.getCount() == 0);
    Coroutine.checkCancelled();
    return "not cancelled";
  }

  private void awaitBegun() {
    Eventually.until("the block has begun", () -> begun.getCount() == 0);
  }

  @Test
  @DisplayName("T2 the code around is cancelled, then the deadline passes: it ends by the cancel")
  void cancelledThenTimedOut() {
    Coroutine<String> coroutine =
        Coroutine.start(() -> time.run(() -> Coroutine.withTimeout(LIMIT, this::busy)));
    awaitBegun();
    coroutine.cancel("why");
    time.advance(LIMIT);
    mayEnd.countDown();
    Scopes.awaitEnd(coroutine);

    assertThat(coroutine.state()).isEqualTo(State.CANCELLED);
    assertThat(coroutine.failure()).isInstanceOf(CancellationException.class).hasMessage("why");
  }

  @Test
  @DisplayName("T1 T2 the same, but the block fails by something else: it ends by the deadline")
  void cancelledThenFailed() {
    IllegalStateException ofBody = new IllegalStateException("of the body");
    Coroutine<String> coroutine =
        Coroutine.start(() ->
            time.run(() ->
                Coroutine.<String, RuntimeException>withTimeout(
                    LIMIT,
                    () -> {
                      var unused = catchThrowable(this::busy);
                      throw ofBody;
                    })));
    awaitBegun();
    coroutine.cancel();
    time.advance(LIMIT);
    mayEnd.countDown();
    Scopes.awaitEnd(coroutine);

    assertThat(coroutine.failure())
        .isExactlyInstanceOf(AwaitTimeoutException.class)
        .hasSuppressedException(ofBody);
  }

  @Test
  @DisplayName("T2 a block that begins in cancelled code, as cleanup may: its deadline ends it")
  void beginsCancelled() {
    CountDownLatch runs = new CountDownLatch(1);
    Coroutine<@Nullable Throwable> coroutine =
        Coroutine.<@Nullable Throwable>start(() -> {
          runs.countDown();
          Scopes.awaitCancelled();
          return catchThrowable(() -> time.run(() -> Coroutine.withTimeout(LIMIT, this::busy)));
        });
    Eventually.until("it runs", () -> runs.getCount() == 0);
    coroutine.cancel();
    awaitBegun();
    time.advance(LIMIT);
    mayEnd.countDown();
    Scopes.awaitEnd(coroutine);

    assertThat(coroutine.get()).isExactlyInstanceOf(AwaitTimeoutException.class);
  }

  @Test
  @DisplayName("T1 S3 the deadline reaches the scope inside, though the block itself goes on")
  void scopeInside() {
    AtomicReference<@Nullable Coroutine<String>> child = new AtomicReference<>();
    Fork<String> fork =
        Fork.platform(() -> {
          time.run(() ->
              catchThrowable(() ->
                  Coroutine.withTimeout(
                      LIMIT,
                      () -> {
                        try (CoroutineScope<String, @Nullable Void> scope =
                            CoroutineScope.open(Joiner.awaitAll())) {
                          child.set(scope.fork(Scopes::forever));
                          return busy();
                        }
                      })));
        });
    awaitBegun();
    time.advance(LIMIT);
    Eventually.until(
        "the child ends",
        () -> {
          Coroutine<String> forked = child.get();
          return forked != null && forked.isDone();
        });
    mayEnd.countDown();
    fork.join();
  }

  @Test
  @DisplayName("A9 a foreign interrupt inside the block cancels the coroutine around")
  void foreignInterrupt() {
    AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
    Coroutine<String> coroutine =
        Coroutine.start(() ->
            Coroutine.withTimeout(
                LIMIT,
                () -> {
                  thread.set(Thread.currentThread());
                  var unused = catchThrowable(() -> Await.suspend(suspension -> {}));
                  return busy();
                }));
    Eventually.until(
        "it waits",
        () -> {
          Thread waiting = thread.get();
          return waiting != null && waiting.getState() == Thread.State.WAITING;
        });
    Thread waiting = thread.get();
    requireNonNull(waiting).interrupt();
    awaitBegun();
    mayEnd.countDown();
    Scopes.awaitEnd(coroutine);
    assertThat(coroutine.state()).isEqualTo(State.CANCELLED);
  }
}
