package io.bridge;

import static io.bridge.Scopes.LONG;
import static io.bridge.Scopes.SHORT;
import static io.bridge.Scopes.assertFree;
import static io.bridge.Scopes.awaitCancelled;
import static io.bridge.Scopes.awaitEnd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.Coroutine.State;
import io.bridge.CoroutineScope.Joiner;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("T1 T2 T3 T4 the timeout of a scope")
@Timeout(60)
class ScopeTimeoutTest {

  private final TestTime time = new TestTime();

  private static CoroutineScope<Object, @Nullable Void> open(Duration timeout) {
    return CoroutineScope.open(
        Joiner.awaitAllSuccessfulOrThrow(), config -> config.withTimeout(timeout));
  }

  @Test
  @DisplayName("T1 T4 A5 by the current time source: cancels the coroutines, join throws it")
  void expires() throws Exception {
    Probe<String> probe = new Probe<>();
    time.run(() -> {
      try (var scope = open(LONG)) {
        Coroutine<String> child = scope.fork(() -> Await.awaitSingle(probe));
        probe.awaitRequest();
        time.advance(LONG.minusNanos(1));
        assertThat(scope.isCancelled()).isFalse();
        assertFreeOfCancel();
        Fork.platform(() -> time.advance(Duration.ofNanos(1)));
        assertThatThrownBy(scope::join)
            .isInstanceOfSatisfying(
                AwaitTimeoutException.class, e -> assertThat(e.timeout()).isEqualTo(LONG));
        assertThat(child.state()).isEqualTo(State.CANCELLED);
        assertThatThrownBy(scope::join).isExactlyInstanceOf(AwaitTimeoutException.class);
      }
      return "done";
    });
    assertThat(probe.cancels()).isEqualTo(1);
    assertThat(time.scheduled()).isZero();
    assertFree();
  }

  private static void assertFreeOfCancel() {
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    Coroutine.checkCancelled();
  }

  @Test
  @DisplayName("T1 what has failed before it is suppressed in it; what fails first wins")
  void failures() {
    IllegalStateException failure = new IllegalStateException("child");
    try (CoroutineScope<Object, @Nullable Void> scope =
        CoroutineScope.open(Joiner.awaitAll(), config -> config.withTimeout(SHORT))) {
      Scopes.failed(scope, failure);
      awaitEnd(scope.fork(Scopes::forever));
      assertThatThrownBy(scope::join)
          .isExactlyInstanceOf(AwaitTimeoutException.class)
          .hasSuppressedException(failure);
    }
    try (var scope = open(LONG)) {
      Scopes.failing(scope, failure);
      assertThatThrownBy(scope::join).isSameAs(failure);
    }
    assertFree();
  }

  @Test
  @DisplayName("T3 A13 nothing stays registered after close, whether it was joined or not")
  void nothingStays() throws Exception {
    time.run(() -> {
      for (boolean joined : new boolean[] {false, true}) {
        try (var scope = open(LONG)) {
          assertThat(time.scheduled()).isEqualTo(1);
          scope.fork(() -> "a");
          if (joined) {
            scope.join();
          }
        }
        assertThat(time.scheduled()).isZero();
      }
      return "done";
    });
  }

  static Stream<Duration> over() {
    return Stream.of(
        Duration.ZERO,
        Duration.ofNanos(-1),
        Duration.ofSeconds(-1),
        Duration.ofSeconds(Long.MIN_VALUE));
  }

  @ParameterizedTest
  @MethodSource("over")
  @DisplayName("T3 zero and negative are over at once: no coroutine runs")
  void zero(Duration timeout) {
    AtomicInteger ran = new AtomicInteger();
    try (var scope = open(timeout)) {
      assertThat(scope.isCancelled()).isTrue();
      Coroutine<Integer> child = scope.fork(ran::incrementAndGet);
      assertThatThrownBy(Coroutine::checkCancelled)
          .isExactlyInstanceOf(AwaitTimeoutException.class);
      assertThatThrownBy(scope::join).isExactlyInstanceOf(AwaitTimeoutException.class);
      assertThat(child.state()).isEqualTo(State.CANCELLED);
    }
    assertThat(ran).hasValue(0);
    assertFree();
  }

  static Stream<Duration> never() {
    return Stream.of(
        Duration.ofSeconds(Long.MAX_VALUE, 999_999_999),
        Duration.ofNanos(Long.MAX_VALUE),
        Duration.ofDays(365L * 300));
  }

  @ParameterizedTest
  @MethodSource("never")
  @DisplayName("T3 the longest durations never time out, as straggler reports and patience too")
  void never(Duration timeout) {
    CoroutineScope<String, java.util.List<String>> scope =
        CoroutineScope.open(
            Joiner.allSuccessfulOrThrow(),
            config -> config.withTimeout(timeout).withStragglerReport(timeout));
    scope.fork(() -> {
      Await.delay(SHORT);
      return "a";
    });
    assertThat(scope.join()).containsExactly("a");
    scope.fork(() -> {
      Await.delay(SHORT);
      return "b";
    });
    scope.close(timeout);
    assertFree();
  }

  @Test
  @DisplayName("T2 the code around is cancelled first: its cancellation, not the timeout's")
  void outerFirst() {
    Probe<String> probe = new Probe<>();
    Victim victim =
        Victim.start(
            Victim.By.CANCEL,
            () -> {
              try (var scope = open(LONG)) {
                scope.fork(() -> Await.awaitSingle(probe));
                scope.join();
              }
            });
    probe.awaitRequest();
    victim.awaitParked().stop();
    assertThat(victim.failure())
        .isExactlyInstanceOf(CancellationException.class)
        .hasMessage("stopped");
  }

  @Test
  @DisplayName("T4 S3 a time source that throws: open throws it and nothing is left open")
  void throwingSchedule() throws Exception {
    IllegalStateException failure = new IllegalStateException("clock");
    CoroutineContext.<TimeSource, String, Exception>with(
        TimeSource.KEY,
        new BrokenTime(failure, () -> {}),
        () -> {
          assertThatThrownBy(() -> open(LONG)).isSameAs(failure);
          return "done";
        });
    assertFree();
  }

  @Test
  @DisplayName("T4 A12 a time source whose registration throws: close waits, and reports it")
  void throwingRegistration() throws Exception {
    IllegalStateException failure = new IllegalStateException("clock");
    CountDownLatch ended = new CountDownLatch(1);
    try (Undelivered lost = new Undelivered()) {
      CoroutineContext.<TimeSource, String, Exception>with(
          TimeSource.KEY,
          new BrokenTime(
              null,
              () -> {
                throw failure;
              }),
          () -> {
            try (var scope = open(LONG)) {
              CountDownLatch begun = new CountDownLatch(1);
              scope.fork(() -> {
                begun.countDown();
                try {
                  Scopes.forever();
                } finally {
                  ended.countDown();
                }
              });
              begun.await();
            }
            return "done";
          });
      assertThat(lost.failures()).contains(failure);
    }
    assertThat(ended.getCount()).isZero();
    assertFree();
  }

  /** Schedules nothing, and throws where it is told to. */
  private record BrokenTime(@Nullable RuntimeException onSchedule, Registration registration)
      implements TimeSource {
    @Override
    public long nanoTime() {
      return System.nanoTime();
    }

    @Override
    public Registration schedule(Duration delay, Runnable task) {
      if (onSchedule != null) {
        throw onSchedule;
      }
      return registration;
    }
  }

  @Test
  @DisplayName("T1 S3 the timeout of a background scope cancels its coroutines")
  void background() throws Exception {
    time.run(() -> {
      CoroutineScope<String, @Nullable Void> scope =
          CoroutineScope.background(config -> config.withTimeout(SHORT));
      Coroutine<String> child = scope.fork(Scopes::forever);
      time.advance(SHORT);
      awaitCancelled(scope);
      awaitEnd(child);
      assertThatThrownBy(scope::join).isExactlyInstanceOf(AwaitTimeoutException.class);
      scope.close();
      return "done";
    });
    assertFree();
  }
}
