package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("T4 delay and timeouts read the time source of the context")
@Timeout(60)
class ClockTest {

  private static final Duration NANO = Duration.ofNanos(1);
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration HOUR = Duration.ofHours(1);

  private final TestTime time = new TestTime();

  private Fork<@Nullable String> fork(Where where, Body<@Nullable String, Exception> body) {
    return where.<@Nullable String>fork(() -> time.<@Nullable String>run(body));
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  @DisplayName("T4 A17 a delay ends at its nanosecond, not before")
  void delay(Where where) {
    Fork<@Nullable String> fork =
        fork(
            where,
            () -> {
              Await.delay(HOUR);
              return "late";
            });
    time.awaitScheduled(1);
    time.advance(HOUR.minus(NANO));
    fork.awaitParked();
    time.advance(NANO);
    assertThat(fork.join()).isEqualTo("late");
    assertThat(time.scheduled()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  @DisplayName("T4 T1 a timeout passes at its nanosecond, not before")
  void timeout(Where where) {
    Probe<String> probe = new Probe<>();
    Fork<@Nullable String> fork =
        fork(
            where,
            () ->
                Coroutine.<@Nullable String, Exception>withTimeout(HOUR, () -> Await.await(probe)));
    probe.awaitRequest();
    time.advance(HOUR.minus(NANO));
    fork.awaitParked();
    assertThat(probe.cancels()).isZero();
    time.advance(NANO);
    assertThat(fork.joinFailure())
        .isExactlyInstanceOf(AwaitTimeoutException.class)
        .extracting(e -> ((AwaitTimeoutException) e).timeout())
        .isEqualTo(HOUR);
    assertThat(probe.cancelThreads()).containsExactly(fork.thread());
    assertThat(time.scheduled()).isZero();
  }

  @Test
  @DisplayName("T4 C1 a coroutine started inside inherits it, and one started by that one")
  void inherited() throws Exception {
    Coroutine<String> coroutine =
        time.run(() ->
            Coroutine.start(() ->
                Coroutine.<String>start(
                        () -> {
                          Await.delay(HOUR);
                          return "late";
                        })
                    .await()));
    assertThat(TimeSource.current()).isSameAs(TimeSource.system());
    time.awaitScheduled(1).advance(HOUR);
    assertThat(coroutine.await()).isEqualTo("late");
  }

  @Test
  @DisplayName("T4 outside nothing changes, and each code has its own time")
  void outside() throws Exception {
    TestTime other = new TestTime();
    time.advance(SECOND);
    assertThat(time.<Long>run(() -> TimeSource.current().nanoTime())).isEqualTo(1_000_000_000L);
    TimeSource inner =
        time.<TimeSource>run(() -> {
          TimeSource nested = other.run(TimeSource::current);
          assertThat(TimeSource.current()).isSameAs(time);
          return nested;
        });
    assertThat(inner).isSameAs(other);
    assertThat(TimeSource.current()).isSameAs(TimeSource.system());
    Await.delay(Duration.ofMillis(1));
    Coroutine.start(() -> Await.delay(Duration.ofMillis(1))).await();
    assertThat(time.scheduled()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName("T3 T4 nothing stays scheduled after a return, a failure, a cancel")
  void nothingStays(Victim.By by) throws Exception {
    assertThat(time.<String>run(() -> Coroutine.withTimeout(HOUR, () -> "a"))).isEqualTo("a");
    assertThat(
            time.<@Nullable String>run(
                () -> Coroutine.<String, Exception>withTimeoutOrNull(HOUR, () -> "a")))
        .isEqualTo("a");
    IOException failure = new IOException("body");
    Body<String, IOException> failing =
        () -> {
          throw failure;
        };
    assertThat(catchThrowable(() -> time.run(() -> Coroutine.withTimeout(HOUR, failing))))
        .isSameAs(failure);
    assertThat(time.scheduled()).isZero();
    Victim victim =
        Victim.start(
            by,
            () ->
                CoroutineContext.<TimeSource, RuntimeException>with(
                    TimeSource.KEY, time, () -> Coroutine.withTimeout(HOUR, ClockTest::waitLong)));
    time.awaitScheduled(2);
    victim.awaitParked().stop();
    assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
    assertThat(time.scheduled()).isZero();
  }

  private static void waitLong() {
    Await.delay(HOUR.plus(SECOND));
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  @DisplayName("T2 T4 nested deadlines in their exact order: the block whose time is over throws")
  void nested(Where where) {
    List<String> order = new CopyOnWriteArrayList<>();
    Fork<@Nullable String> fork =
        fork(
            where,
            () ->
                Coroutine.<@Nullable String, Exception>withTimeout(
                    Duration.ofSeconds(3),
                    () -> {
                      nestedBlock(order, Duration.ofSeconds(1));
                      nestedBlock(order, Duration.ofSeconds(1));
                      nestedBlock(order, Duration.ofSeconds(5));
                      return "not reached";
                    }));
    for (int second = 1; second <= 3; second++) {
      time.awaitScheduled(3);
      fork.awaitParked();
      assertThat(order).hasSize(second - 1);
      time.advance(SECOND);
    }
    assertThat(fork.joinFailure())
        .isExactlyInstanceOf(AwaitTimeoutException.class)
        .satisfies(TimeoutTest.cutOffIn(ClockTest.class))
        .extracting(e -> ((AwaitTimeoutException) e).timeout())
        .isEqualTo(Duration.ofSeconds(3));
    assertThat(order).containsExactly("PT1S", "PT1S", "cancelled");
    assertThat(time.scheduled()).isZero();
  }

  private static void nestedBlock(List<String> order, Duration timeout) {
    try {
      Coroutine.withTimeout(timeout, () -> Await.delay(HOUR));
    } catch (AwaitTimeoutException e) {
      order.add(e.timeout().toString());
    } catch (CancellationException e) {
      order.add("cancelled");
      throw e;
    }
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  @DisplayName("T1 withTimeoutOrNull is null when its own time is over; the flag is down outside")
  void orNull(Where where) {
    AtomicBoolean flag = new AtomicBoolean();
    Fork<@Nullable String> fork =
        fork(
            where,
            () -> {
              String value =
                  Coroutine.<String, Exception>withTimeoutOrNull(
                      SECOND,
                      () -> {
                        Await.delay(HOUR);
                        return "late";
                      });
              flag.set(Thread.currentThread().isInterrupted());
              return value;
            });
    time.awaitScheduled(2);
    fork.awaitParked();
    time.advance(SECOND);
    assertThat(fork.join()).isNull();
    assertThat(flag).isFalse();
    assertThat(time.scheduled()).isZero();
  }

  @Test
  @DisplayName("T1 T2 withTimeoutOrNull lets an inner block's timeout and a failure pass")
  void orNull_othersPass() {
    Fork<@Nullable String> fork =
        fork(
            Where.VIRTUAL,
            () ->
                Coroutine.<String, Exception>withTimeoutOrNull(
                    HOUR,
                    () -> {
                      Coroutine.withTimeout(SECOND, () -> Await.delay(HOUR));
                      return "not reached";
                    }));
    time.awaitScheduled(3);
    fork.awaitParked();
    time.advance(SECOND);
    assertThat(fork.joinFailure())
        .isExactlyInstanceOf(AwaitTimeoutException.class)
        .extracting(e -> ((AwaitTimeoutException) e).timeout())
        .isEqualTo(SECOND);
    IOException failure = new IOException("body");
    Body<String, IOException> failing =
        () -> {
          throw failure;
        };
    assertThat(catchThrowable(() -> Coroutine.withTimeoutOrNull(HOUR, failing))).isSameAs(failure);
  }

  @Test
  @DisplayName("T1 A12 a value that is late for either form is discarded, once")
  void lateValue() throws Exception {
    Body<String, RuntimeException> late =
        () -> {
          time.advance(SECOND);
          return "late";
        };
    try (Undelivered lost = new Undelivered()) {
      assertThat(
              time.<@Nullable String>run(
                  () -> Coroutine.<String, RuntimeException>withTimeoutOrNull(SECOND, late)))
          .isNull();
      assertThat(lost.values()).containsExactly("late");
      assertThatThrownBy(() -> time.run(() -> Coroutine.withTimeout(SECOND, late)))
          .isExactlyInstanceOf(AwaitTimeoutException.class);
      assertThat(lost.values()).containsExactly("late", "late");
      assertThat(lost.failures()).isEmpty();
    }
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @Test
  @DisplayName("T1 A12 a late failure: suppressed in the timeout, or reported if that is null")
  void lateFailure() throws Exception {
    IOException failure = new IOException("late");
    Body<String, IOException> late =
        () -> {
          time.advance(SECOND);
          throw failure;
        };
    try (Undelivered lost = new Undelivered()) {
      assertThatThrownBy(() -> time.run(() -> Coroutine.withTimeout(SECOND, late)))
          .isExactlyInstanceOf(AwaitTimeoutException.class)
          .hasSuppressedException(failure);
      assertThat(lost.failures()).isEmpty();
      assertThat(
              time.<@Nullable String>run(
                  () -> Coroutine.<String, IOException>withTimeoutOrNull(SECOND, late)))
          .isNull();
      assertThat(lost.failures()).containsExactly(failure);
    }
  }

  @Test
  @DisplayName("T3 zero and less is over at once: no body, no timer")
  void zero() throws Exception {
    AtomicBoolean ran = new AtomicBoolean();
    Body<String, RuntimeException> body =
        () -> {
          ran.set(true);
          return "ran";
        };
    for (Duration none : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
      assertThat(
              time.<@Nullable String>run(
                  () -> Coroutine.<String, RuntimeException>withTimeoutOrNull(none, body)))
          .isNull();
      assertThatThrownBy(() -> time.run(() -> Coroutine.withTimeout(none, body)))
          .isExactlyInstanceOf(AwaitTimeoutException.class);
      CoroutineContext.<TimeSource, RuntimeException>with(
          TimeSource.KEY, time, () -> Await.delay(none));
    }
    assertThat(ran).isFalse();
    assertThat(time.scheduled()).isZero();
  }

  /** Throws, or misbehaves otherwise. */
  private record Hostile(Body<Registration, RuntimeException> onSchedule) implements TimeSource {
    @Override
    public long nanoTime() {
      return 0;
    }

    @Override
    public Registration schedule(Duration delay, Runnable task) {
      return onSchedule.call();
    }
  }

  private static void in(TimeSource source, VoidBody<RuntimeException> body) {
    CoroutineContext.<TimeSource, RuntimeException>with(TimeSource.KEY, source, body);
  }

  @Test
  @DisplayName(
      "S3 T4 A12 a patient close whose time source throws: reported, and it closes at once")
  void throwingAtPatientClose() {
    IllegalStateException failure = new IllegalStateException("schedule");
    AtomicBoolean inPatience = new AtomicBoolean(true);
    Hostile hostile =
        new Hostile(() -> {
          if (inPatience.getAndSet(false)) {
            throw failure;
          }
          return () -> {};
        });
    CoroutineScope<Object, @Nullable Void> scope =
        CoroutineScope.open(CoroutineScope.Joiner.awaitAll());
    Coroutine<String> child = scope.fork(Scopes::forever);
    try (Undelivered lost = new Undelivered()) {
      in(hostile, () -> scope.close(HOUR));
      assertThat(lost.failures()).containsExactly(failure);
    }
    assertThat(child.isDone()).isTrue();
    assertThat(scope.isCancelled()).isTrue();
  }

  @Test
  @DisplayName("T4 a time source that throws: nothing runs, and nothing is left behind")
  void throwing() {
    IllegalStateException failure = new IllegalStateException("schedule");
    Hostile hostile =
        new Hostile(() -> {
          throw failure;
        });
    AtomicBoolean ran = new AtomicBoolean();
    in(
        hostile,
        () -> {
          assertThat(catchThrowable(() -> Coroutine.withTimeout(HOUR, () -> ran.set(true))))
              .isSameAs(failure);
          assertThat(catchThrowable(() -> Coroutine.withTimeoutOrNull(HOUR, () -> "ran")))
              .isSameAs(failure);
          assertThat(catchThrowable(() -> Await.delay(HOUR))).isSameAs(failure);
          assertThat(Coroutine.isCancelled()).isFalse();
          assertThat(TimeSource.current()).isSameAs(hostile);
        });
    assertThat(ran).isFalse();
    assertThat(CoroutineContext.current()).isSameAs(CoroutineContext.empty());
  }

  @Test
  @DisplayName("T4 A12 one that throws when a timer is closed: the block is left, it is reported")
  void throwingClose() {
    IllegalStateException failure = new IllegalStateException("close");
    Hostile hostile =
        new Hostile(() ->
            () -> {
              throw failure;
            });
    try (Undelivered lost = new Undelivered()) {
      in(
          hostile,
          () ->
              assertThat(Coroutine.<String, RuntimeException>withTimeout(HOUR, () -> "a"))
                  .isEqualTo("a"));
      assertThat(lost.failures()).containsExactly(failure);
    }
    assertThat(CoroutineContext.current()).isSameAs(CoroutineContext.empty());
  }

  @Test
  @DisplayName("T4 one that runs the task at once: the block times out, nothing hangs")
  void atOnce() {
    TimeSource hasty =
        new TimeSource() {
          @Override
          public long nanoTime() {
            return 0;
          }

          @Override
          public Registration schedule(Duration delay, Runnable task) {
            task.run();
            return () -> {};
          }
        };
    AtomicReference<@Nullable Throwable> inside = new AtomicReference<>();
    in(
        hasty,
        () -> {
          Await.delay(HOUR);
          assertThatThrownBy(() ->
                  Coroutine.withTimeout(
                      HOUR, () -> inside.set(catchThrowable(Coroutine::checkCancelled))))
              .isExactlyInstanceOf(AwaitTimeoutException.class);
        });
    assertThat(inside.get()).isExactlyInstanceOf(CancellationException.class);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }
}
