package io.bridge;

import static io.bridge.Scopes.LONG;
import static io.bridge.Scopes.assertFree;
import static io.bridge.Scopes.awaitCancelled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.Coroutine.State;
import io.bridge.CoroutineScope.Joiner;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("S3 A9 closing a scope")
@Timeout(60)
class ScopeCloseTest {

  /** Ends when the test says so, cancelled or not. */
  private final CountDownLatch mayEnd = new CountDownLatch(1);

  private final CountDownLatch begun = new CountDownLatch(1);

  private String stubborn() {
    begun.countDown();
    Coroutine.shield(() -> Eventually.until("it may end", () -> mayEnd.getCount() == 0));
    return "ended";
  }

  private Coroutine<String> forkStubborn(CoroutineScope<? super String, ?> scope) {
    Coroutine<String> child = scope.<String>fork(this::stubborn);
    Eventually.until("it has begun", () -> begun.getCount() == 0);
    return child;
  }

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName(
      "A9 S3 close waits, and no cancel or interrupt cuts it short; the flag is up behind it")
  void neverCutShort(Victim.By by) {
    Victim victim =
        Victim.start(
            by,
            () -> {
              Coroutine<String> child;
              try (var scope = CoroutineScope.open()) {
                child = forkStubborn(scope);
              }
              assertThat(child.get()).isEqualTo("ended");
              Await.delay(LONG);
            });
    Eventually.until("it has begun", () -> begun.getCount() == 0);
    victim.awaitParked().stop();
    victim.awaitParked();
    assertThat(victim.isDone()).isFalse();
    mayEnd.countDown();
    assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
    assertThat(victim.endedWithFlag()).isTrue();
  }

  @Test
  @DisplayName("A9 S3 closed with the interrupt flag up: it waits all the same")
  void flagUpBefore() {
    Coroutine<String> child;
    try (var scope = CoroutineScope.open()) {
      child = forkStubborn(scope);
      Fork.platform(() -> {
        awaitCancelled(scope);
        mayEnd.countDown();
      });
      Thread.currentThread().interrupt();
    }
    assertThat(Thread.interrupted()).isTrue();
    assertThat(child.state()).isEqualTo(State.SUCCEEDED);
  }

  @Test
  @DisplayName("S3 closing twice is harmless, by the same thread or by another one")
  void twice() {
    var scope = CoroutineScope.open();
    scope.fork(Scopes::forever);
    scope.close();
    scope.close();
    Fork.platform(() -> scope.close()).join();
    assertThat(scope.isCancelled()).isTrue();
    scope.cancel("late");
    assertFree();
  }

  private static Fork<String> closedElsewhere(CoroutineScope<?, ?> scope) {
    return Fork.platform(() -> scope.close());
  }

  @Test
  @DisplayName(
      "S3 closed by another thread: it waits, the block is cancelled and free behind close")
  void byAnotherThread() {
    try (var scope = CoroutineScope.open()) {
      Coroutine<String> child = forkStubborn(scope);
      Fork<String> closing = closedElsewhere(scope);
      awaitCancelled();
      closing.awaitParked();
      assertThat(child.isDone()).isFalse();
      assertThatThrownBy(() -> scope.fork(() -> "late")).isInstanceOf(IllegalStateException.class);
      mayEnd.countDown();
      Eventually.until("it is closed", closing::isDone);
      assertThat(child.get()).isEqualTo("ended");
      assertThat(catchThrowable(scope::join)).isExactlyInstanceOf(CancellationException.class);
      assertFree();
    }
    assertFree();
  }

  @Test
  @DisplayName("section 8: join and close by a coroutine of the scope, at any depth, are refused")
  void byItsOwn() {
    try (var scope = CoroutineScope.open(Joiner.<String>awaitAll())) {
      scope.fork(() -> {
        assertRefused(scope);
        Coroutine.shield(() -> assertRefused(scope));
        Coroutine.withTimeout(LONG, () -> assertRefused(scope));
        try (var inner = CoroutineScope.open()) {
          inner.fork(() -> {
            assertRefused(scope);
            assertRefused(inner);
          });
          inner.join();
        }
      });
      scope.join();
      assertThat(scope.failures()).isEmpty();
      scope.fork(() -> "still open");
    }
  }

  private static void assertRefused(CoroutineScope<?, ?> scope) {
    for (Throwable refusal :
        new @Nullable Throwable[] {
          catchThrowable(scope::join),
          catchThrowable(scope::close),
          catchThrowable(() -> scope.close(LONG))
        }) {
      assertThat(refusal)
          .isExactlyInstanceOf(IllegalStateException.class)
          .hasMessageContaining("would wait for itself");
    }
  }

  @Test
  @DisplayName("section 8: a failure handler or joiner that closes the scope is refused as well")
  void byItsOwnHandler() {
    Refused refused = new Refused();
    try (CoroutineScope<Object, @Nullable Void> scope =
        CoroutineScope.open(
            Joiner.awaitAll(),
            config -> config.withFailureHandler((child, failure) -> refused.closing(child)))) {
      refused.scope = scope;
      Coroutine<?> child =
          scope.fork(() -> {
            mayEnd.await();
            throw new IllegalStateException("child");
          });
      child.onCompletion(refused::closing);
      mayEnd.countDown();
      scope.join();
    }
    assertThat(refused.count).hasValue(2);
  }

  /** Closes a scope on the threads of its coroutines. */
  private static final class Refused {
    private final AtomicInteger count = new AtomicInteger();
    private volatile @Nullable CoroutineScope<?, ?> scope;

    void closing(Coroutine<?> child) {
      Eventually.until("the scope is known", () -> scope != null);
      CoroutineScope<?, ?> now = scope;
      if (now != null && child.isDone()) {
        assertRefused(now);
        count.incrementAndGet();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @DisplayName("A2 close on a thread that may not wait is refused, and nothing is closed by it")
  void onRefusedThread(boolean busy) {
    Thread loop = Thread.currentThread();
    CoroutineScope<String, @Nullable Void> scope = CoroutineScope.background(config -> config);
    if (busy) {
      forkStubborn(scope);
    }
    try (Undelivered lost = new Undelivered();
        Registration rejection = Await.rejectOn(thread -> thread == loop)) {
      assertThat(rejection).isNotNull();
      for (Throwable refusal :
          new @Nullable Throwable[] {
            catchThrowable(scope::close), catchThrowable(() -> scope.close(LONG))
          }) {
        assertThat(refusal)
            .isExactlyInstanceOf(IllegalStateException.class)
            .hasMessageContaining(loop.getName());
      }
      assertThat(scope.isCancelled()).isFalse();
      scope.fork(() -> "still open");
      assertThat(lost.failures()).isEmpty();
    }
    mayEnd.countDown();
    scope.close();
  }

  @Test
  @DisplayName("A2 whoever opened a scope may close it, wherever threads are refused since then")
  void ownerIsNotRefused() {
    Thread owner = Thread.currentThread();
    var scope = CoroutineScope.open();
    try (Registration rejection = Await.rejectOn(thread -> thread == owner)) {
      assertThat(rejection).isNotNull();
      scope.close();
    }
    assertFree();
  }

  @Test
  @DisplayName("section 8: a fork into a closed scope is refused by name, and nothing is started")
  void forkAfterClose() {
    AtomicInteger ran = new AtomicInteger();
    AtomicInteger made = new AtomicInteger();
    CoroutineScope<Object, @Nullable Void> scope =
        CoroutineScope.open(
            Joiner.awaitAll(),
            config ->
                config
                    .withName("prices")
                    .withThreadFactory(body -> {
                      made.incrementAndGet();
                      return Thread.ofVirtual().unstarted(body);
                    }));
    scope.close();
    assertThatThrownBy(() -> scope.fork(ran::incrementAndGet))
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessageContaining("prices");
    assertThatThrownBy(() -> scope.fork(() -> {})).isInstanceOf(IllegalStateException.class);
    assertThat(made).hasValue(0);
    assertThat(ran).hasValue(0);
  }

  @Test
  @DisplayName(
      "S3 close(patience): what ends in time is not cancelled; a fork is refused meanwhile")
  void patience() {
    TestTime time = new TestTime();
    Probe<String> probe = new Probe<>();
    CoroutineScope<String, @Nullable Void> scope =
        CoroutineScope.background(config -> config.withName("jobs"));
    Coroutine<String> child = scope.fork(() -> Await.awaitSingle(probe));
    probe.awaitRequest();
    Fork<String> closing = Fork.virtual(() -> time.run(() -> closed(scope, LONG)));
    time.awaitScheduled(1);
    closing.awaitParked();
    assertThatThrownBy(() -> scope.fork(() -> "late")).isInstanceOf(IllegalStateException.class);
    time.advance(LONG.minusNanos(1));
    probe.next("a").complete();
    closing.join();
    assertThat(child.get()).isEqualTo("a");
    assertThat(time.scheduled()).isZero();
  }

  private static String closed(CoroutineScope<?, ?> scope, Duration patience) {
    scope.close(patience);
    return "closed";
  }

  @Test
  @DisplayName("S3 close(patience): when it is over, what runs is cancelled and waited for")
  void patienceIsOver() {
    TestTime time = new TestTime();
    Probe<String> probe = new Probe<>();
    CoroutineScope<String, @Nullable Void> scope = CoroutineScope.background(config -> config);
    Coroutine<String> child = scope.fork(() -> Await.awaitSingle(probe));
    probe.awaitRequest();
    Fork<String> closing = Fork.virtual(() -> time.run(() -> closed(scope, LONG)));
    time.awaitScheduled(1).advance(LONG);
    closing.join();
    assertThat(child.state()).isEqualTo(State.CANCELLED);
    assertThat(probe.cancels()).isEqualTo(1);
  }

  @Test
  @DisplayName("S3 close(patience): a cancel of the scope ends the patience")
  void patienceCancelled() {
    Probe<String> probe = new Probe<>();
    CoroutineScope<String, @Nullable Void> scope = CoroutineScope.background(config -> config);
    Coroutine<String> child = scope.fork(() -> Await.awaitSingle(probe));
    probe.awaitRequest();
    Fork<String> closing = Fork.virtual(() -> closed(scope, LONG));
    closing.awaitParked();
    scope.cancel("now");
    closing.join();
    assertThat(child.failure()).isInstanceOf(CancellationException.class).hasMessage("now");
    assertThat(probe.cancels()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName("S3 A9 a cancel or an interrupt ends the patience, not the waiting")
  void impatient(Victim.By by) {
    Probe<String> probe = new Probe<>();
    Victim victim =
        Victim.start(
            by,
            () -> {
              var scope = CoroutineScope.open();
              Coroutine<String> child = scope.fork(() -> Await.awaitSingle(probe));
              scope.close(LONG);
              assertThat(child.state()).isEqualTo(State.CANCELLED);
              Coroutine.checkCancelled();
            });
    probe.awaitRequest();
    victim.awaitParked().stop();
    assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
    assertThat(victim.endedWithFlag()).isTrue();
    assertThat(probe.cancels()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @DisplayName(
      "A12 S4 the failure of a scope around ends the patience; thrown by an await, or lost")
  void patienceOfFailedBlock(boolean awaits) {
    IllegalStateException failure = new IllegalStateException("around");
    Thread owner = Thread.currentThread();
    try (Undelivered lost = new Undelivered()) {
      try (var around = CoroutineScope.open()) {
        CoroutineScope<String, @Nullable Void> scope = CoroutineScope.background(config -> config);
        Coroutine<String> child = scope.fork(Scopes::forever);
        around.fork(() -> {
          Eventually.until("it waits", () -> owner.getState() == Thread.State.WAITING);
          throw failure;
        });
        scope.close(LONG);
        assertThat(child.state()).isEqualTo(State.CANCELLED);
        if (awaits) {
          assertThatThrownBy(Coroutine::checkCancelled).isSameAs(failure);
        }
      }
      assertThat(lost.failures()).filteredOn(thrown -> thrown == failure).hasSize(awaits ? 0 : 1);
      assertThat(lost.failures()).hasSize(awaits ? 0 : 1);
    }
    assertFree();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  @DisplayName("S3 close(patience): zero or less does not wait before the cancel")
  void noPatience(long seconds) {
    var scope = CoroutineScope.open();
    Coroutine<String> child = scope.fork(Scopes::forever);
    scope.close(Duration.ofSeconds(seconds));
    assertThat(child.state()).isEqualTo(State.CANCELLED);
    assertFree();
  }

  @Test
  @DisplayName("S3 close(patience) of a failed scope does not wait, and its block is left")
  void patienceOfFailed() {
    IllegalStateException failure = new IllegalStateException("child");
    var scope = CoroutineScope.open();
    Coroutine<String> child = scope.fork(Scopes::forever);
    Scopes.failing(scope, failure);
    assertThatThrownBy(() -> Await.delay(LONG)).isSameAs(failure);
    scope.close(Duration.ofSeconds(Long.MAX_VALUE));
    assertThat(child.state()).isEqualTo(State.CANCELLED);
    assertFree();
  }
}
