package io.bridge;

import static io.bridge.Scopes.awaitCancelled;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.CoroutineScope.Joiner;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("S3 A12 coroutines that do not heed their cancellation")
@Timeout(60)
class ScopeStragglerTest {

  private static final Duration AFTER = Duration.ofSeconds(10);

  private final CountDownLatch mayEnd = new CountDownLatch(1);
  private final AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
  private final TestTime time = new TestTime();
  private final Undelivered lost = new Undelivered();

  @AfterEach
  void close() {
    mayEnd.countDown();
    lost.close();
  }

  private String stubborn() {
    thread.set(Thread.currentThread());
    Coroutine.shield(() -> Eventually.until("it may end", () -> mayEnd.getCount() == 0));
    return "ended";
  }

  private CoroutineScope<Object, @Nullable Void> withStraggler(Duration after) {
    CoroutineScope<Object, @Nullable Void> scope =
        CoroutineScope.open(
            Joiner.awaitAll(), config -> config.withName("slow").withStragglerReport(after));
    scope.fork(this::stubborn);
    scope.fork(() -> "well-behaved");
    Eventually.until("it has begun", () -> thread.get() != null);
    String alone = "CoroutineScope[slow, running: slow]";
    Eventually.until("it is the only one", () -> scope.toString().equals(alone));
    return scope;
  }

  private void assertReported() {
    Thread straggler = requireNonNull(thread.get());
    assertThat(lost.failures())
        .singleElement()
        .isInstanceOfSatisfying(
            IllegalStateException.class,
            report -> {
              assertThat(report)
                  .hasMessageContainingAll("scope slow", "[#" + straggler.threadId() + ",slow]");
              assertThat(report.getStackTrace())
                  .anySatisfy(frame -> assertThat(frame.getMethodName()).isEqualTo("stubborn"));
            });
  }

  private Fork<String> closing() {
    return Fork.virtual(() ->
        time.run(() -> {
          withStraggler(AFTER).close();
          return "closed";
        }));
  }

  @Test
  @DisplayName("S3 A12 close reports name, thread and place once the time is over, and waits on")
  void close10() {
    Fork<String> closing = closing();
    time.awaitScheduled(1).advance(AFTER.minusNanos(1));
    closing.awaitParked();
    assertThat(lost.failures()).isEmpty();
    time.advance(Duration.ofNanos(1));
    Eventually.until("the report", () -> !lost.failures().isEmpty());
    closing.awaitParked();
    assertReported();
    assertThat(closing.isDone()).isFalse();
    mayEnd.countDown();
    closing.join();
    assertReported();
  }

  @Test
  @DisplayName("S3 A12 what ends in time is not reported, and nothing stays scheduled (T3)")
  void inTime() {
    Fork<String> closing = closing();
    time.awaitScheduled(1).advance(AFTER.minusNanos(1));
    mayEnd.countDown();
    closing.join();
    assertThat(lost.failures()).isEmpty();
    assertThat(time.scheduled()).isZero();
  }

  @Test
  @DisplayName("S3 A12 a report after zero comes at once")
  void atOnce() {
    Fork<String> closing =
        Fork.platform(() -> {
          withStraggler(Duration.ZERO).close();
        });
    Eventually.until("the report", () -> !lost.failures().isEmpty());
    assertReported();
    mayEnd.countDown();
    closing.join();
    assertReported();
  }

  @Test
  @DisplayName("S3 A12 the join of a cancelled scope reports too; the close behind it not again")
  void joinAndClose() {
    Fork<String> joining =
        Fork.platform(() -> {
          try (var scope = withStraggler(Duration.ZERO)) {
            scope.cancel("why");
            assertThatThrownBy(scope::join).isExactlyInstanceOf(CancellationException.class);
            assertThat(Thread.interrupted()).as("the wait was interrupted").isTrue();
          }
        });
    Eventually.until("the report", () -> !lost.failures().isEmpty());
    joining.awaitParked().interrupt();
    Eventually.until("it closes", () -> !joining.thread().isInterrupted());
    mayEnd.countDown();
    joining.join();
    assertReported();
  }

  @Test
  @DisplayName("A12 two threads that wait for the same coroutine report it once")
  void twoWait() {
    CoroutineScope<Object, @Nullable Void> scope = withStraggler(Duration.ZERO);
    Fork<String> first = Fork.platform(() -> scope.close());
    awaitCancelled(scope);
    Fork<String> second = Fork.platform(() -> scope.close());
    first.awaitParked();
    second.awaitParked();
    mayEnd.countDown();
    scope.close();
    first.join();
    second.join();
    assertReported();
  }

  @Test
  @DisplayName("S3 A12 of many stragglers eight are reported, with the number of all")
  void many() {
    int count = 10;
    CountDownLatch begun = new CountDownLatch(count);
    CoroutineScope<Object, @Nullable Void> scope =
        CoroutineScope.background(
            config -> config.withName("slow").withStragglerReport(Duration.ZERO));
    for (int i = 0; i < count; i++) {
      scope.fork(() -> {
        begun.countDown();
        return stubborn();
      });
    }
    Eventually.until("all have begun", () -> begun.getCount() == 0);
    Fork<String> closing = Fork.platform(() -> scope.close());
    Eventually.until("the reports", () -> lost.failures().size() >= 9);
    mayEnd.countDown();
    closing.join();

    assertThat(lost.failures()).hasSize(9);
    assertThat(lost.failures().get(8)).hasMessage("scope slow waits for more: " + count);
  }

  @Test
  @DisplayName("S3 a cancel ends the patience of a close at once, whoever goes on")
  void cancelEndsPatience() {
    AtomicReference<@Nullable CoroutineScope<?, ?>> opened = new AtomicReference<>();
    Fork<String> closing =
        Fork.platform(() -> {
          CoroutineScope<Object, @Nullable Void> scope = withStraggler(Duration.ZERO);
          opened.set(scope);
          scope.close(Duration.ofDays(1));
        });
    Eventually.until("it is open", () -> opened.get() != null);
    closing.awaitParked();
    assertThat(lost.failures()).isEmpty();
    requireNonNull(opened.get()).cancel("why");
    Eventually.until("the report", () -> !lost.failures().isEmpty());
    mayEnd.countDown();
    closing.join();
    assertReported();
  }

  /** A thread whose interrupt takes until the test lets it return. */
  private static final class SlowToInterrupt extends Thread {
    private final Runnable meanwhile;

    SlowToInterrupt(Runnable body, Runnable meanwhile) {
      super(body, "slow-to-interrupt");
      this.meanwhile = meanwhile;
      setDaemon(true);
    }

    @Override
    public void interrupt() {
      super.interrupt();
      if (Thread.currentThread() != this) {
        meanwhile.run();
      }
    }
  }

  @Test
  @DisplayName("S3 A12 a join that is woken by the cancel itself reports nobody")
  void wokenByTheCancel() {
    CountDownLatch waiting = new CountDownLatch(1);
    Runnable untilWaiting = () -> Eventually.until("it waits", () -> waiting.getCount() == 0);
    CoroutineScope<Object, @Nullable Void> scope =
        CoroutineScope.background(
            config -> config.withThreadFactory(body -> new SlowToInterrupt(body, untilWaiting)));
    CountDownLatch begun = new CountDownLatch(1);
    scope.fork(() -> {
      begun.countDown();
      assertThatThrownBy(Scopes::forever).isInstanceOf(InterruptedException.class);
      return stubborn();
    });
    Eventually.until("it has begun", () -> begun.getCount() == 0);
    Fork<String> cancelling = Fork.platform(() -> scope.cancel("why"));
    awaitCancelled(scope);
    Fork<@Nullable Void> joining =
        Fork.<@Nullable Void>virtual(() -> time.<@Nullable Void>run(scope::join));
    time.awaitScheduled(1);
    joining.awaitParked();
    waiting.countDown();
    cancelling.join();
    joining.awaitParked(); // again
    mayEnd.countDown();
    assertThat(joining.joinFailure()).isExactlyInstanceOf(CancellationException.class);
    assertThat(lost.failures()).isEmpty();
    scope.close();
  }
}
