package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("T1 T2 T3 withTimeout")
@Timeout(60)
class TimeoutTest {

  private static final Duration SHORT = Duration.ofMillis(10);
  private static final Duration LONG = Duration.ofSeconds(60);

  /** The threads a timeout works on. */
  enum On {
    COROUTINE {
      @Override
      <T extends @Nullable Object> T run(Body<T, Exception> code) {
        return Coroutine.start(code).await();
      }
    },
    VIRTUAL {
      @Override
      <T extends @Nullable Object> T run(Body<T, Exception> code) {
        return Fork.<T>virtual(code::call).join();
      }
    },
    PLATFORM {
      @Override
      <T extends @Nullable Object> T run(Body<T, Exception> code) {
        return Fork.<T>platform(code::call).join();
      }
    };

    abstract <T extends @Nullable Object> T run(Body<T, Exception> code);
  }

  /** What was cut off is the one thing that is suppressed, and its stack has a line of the test. */
  static Consumer<Throwable> cutOffIn(Class<?> test) {
    return timedOut -> {
      assertThat(timedOut.getSuppressed()).hasSize(1);
      assertThat(timedOut.getSuppressed()[0])
          .isInstanceOfAny(CancellationException.class, InterruptedException.class);
      assertThat(timedOut.getSuppressed()[0].getStackTrace())
          .anyMatch(frame -> frame.getClassName().startsWith(test.getName()));
    };
  }

  private static void assertFlagDown() {
    assertThat(Thread.currentThread().isInterrupted()).as("the interrupt flag").isFalse();
  }

  @ParameterizedTest
  @EnumSource(On.class)
  @DisplayName("T1 A5 cancels what is awaited inside once, on its thread; the flag is down outside")
  void cancelsTheAwait(On on) {
    Probe<String> probe = new Probe<>();
    TestTime time = new TestTime();
    Fork<String> clock =
        Fork.platform(() -> {
          probe.awaitRequest();
          time.advance(SHORT);
        });
    Thread thread =
        on.run(() -> {
          AwaitTimeoutException timedOut =
              catchThrowableOfType(
                  AwaitTimeoutException.class,
                  () ->
                      time.<@Nullable String>run(() ->
                          Coroutine.<@Nullable String, RuntimeException>withTimeout(
                              SHORT, () -> Await.await(probe))));
          assertThat(timedOut.timeout()).isEqualTo(SHORT);
          assertThat(timedOut).satisfies(cutOffIn(TimeoutTest.class));
          assertThat((Throwable) timedOut).isNotInstanceOf(CancellationException.class);
          assertFlagDown();
          return Thread.currentThread();
        });
    assertThat(probe.cancelThreads()).containsExactly(thread);
    clock.join();
  }

  @ParameterizedTest
  @EnumSource(On.class)
  @DisplayName("T1 interrupts a Thread.sleep inside; the flag is down outside")
  void interruptsSleep(On on) {
    assertThat(
            on.<Boolean>run(() -> {
              assertThatThrownBy(() -> Coroutine.withTimeout(SHORT, () -> Thread.sleep(60_000)))
                  .isExactlyInstanceOf(AwaitTimeoutException.class)
                  .satisfies(cutOffIn(TimeoutTest.class));
              assertFlagDown();
              Thread.sleep(1);
              Await.delay(Duration.ofMillis(1));
              return true;
            }))
        .isTrue();
  }

  @ParameterizedTest
  @EnumSource(On.class)
  @DisplayName("T1 A9 inside a timed-out block every await throws CancellationException")
  void sticky(On on) {
    Probe<String> probe = new Probe<>();
    AtomicReference<@Nullable Throwable> first = new AtomicReference<>();
    AtomicReference<@Nullable Throwable> second = new AtomicReference<>();
    Throwable thrown =
        on.run(() ->
            catchThrowable(() ->
                Coroutine.withTimeout(
                    SHORT,
                    () -> {
                      first.set(catchThrowable(() -> Await.delay(LONG)));
                      boolean wasUp = Thread.interrupted();
                      assertThat(wasUp).isTrue();
                      assertThat(Coroutine.isCancelled()).isTrue();
                      second.set(catchThrowable(() -> Await.await(probe)));
                      return "too late";
                    })));
    assertThat(thrown).isExactlyInstanceOf(AwaitTimeoutException.class);
    assertThat(first.get()).isExactlyInstanceOf(CancellationException.class);
    assertThat(second.get()).isExactlyInstanceOf(CancellationException.class);
    assertThat(probe.subscriptions()).isZero();
  }

  @ParameterizedTest
  @EnumSource(On.class)
  @DisplayName("T1 a foreign failure after the deadline is suppressed in the timeout")
  void foreignFailure(On on) {
    IOException failure = new IOException("cleanup failed");
    Throwable thrown =
        on.run(() ->
            catchThrowable(() ->
                Coroutine.withTimeout(
                    SHORT,
                    () -> {
                      try {
                        Await.delay(LONG);
                      } catch (CancellationException e) {
                        throw failure;
                      }
                    })));
    assertThat(thrown)
        .isExactlyInstanceOf(AwaitTimeoutException.class)
        .hasSuppressedException(failure);
  }

  private static void awaitsTooLong() {
    Await.delay(LONG);
  }

  private static void cutOff() {
    assertThat(catchThrowable(() -> awaitsTooLong())).isInstanceOf(CancellationException.class);
  }

  /** Of nested blocks that are both over, either may have cut it off. */
  private static Stream<Throwable> suppressedIn(Throwable failure) {
    return Stream.of(failure.getSuppressed())
        .flatMap(entry -> Stream.concat(Stream.of(entry), suppressedIn(entry)));
  }

  private static Consumer<Throwable> names(String method) {
    return timedOut ->
        assertThat(suppressedIn(timedOut).flatMap(cut -> Stream.of(cut.getStackTrace())))
            .anyMatch(frame -> frame.getMethodName().equals(method));
  }

  @ParameterizedTest
  @EnumSource(On.class)
  @DisplayName("T1 (2) the timeout says which await it cut off, also where the block hides that")
  void saysWhere(On on) {
    IOException other = new IOException("instead");
    on.run(() -> {
      assertThatThrownBy(() -> Coroutine.withTimeout(SHORT, () -> awaitsTooLong()))
          .satisfies(names("awaitsTooLong"));
      assertThatThrownBy(
              () -> // swallowed
              Coroutine.withTimeout(SHORT, () -> cutOff()))
          .satisfies(names("awaitsTooLong"));
      assertThatThrownBy(() ->
              Coroutine.withTimeout(
                  SHORT,
                  () -> {
                    cutOff();
                    throw other;
                  }))
          .satisfies(names("awaitsTooLong"))
          .hasSuppressedException(other);
      assertThatThrownBy(
              () -> // both are over when the blocks are left
              Coroutine.withTimeout(
                      SHORT,
                      () ->
                          Coroutine.withTimeout(
                              SHORT.multipliedBy(2),
                              () -> {
                                cutOff();
                                Coroutine.shield(() -> Await.delay(SHORT.multipliedBy(3)));
                              })))
          .satisfies(names("awaitsTooLong"));
      return "done";
    });
  }

  @Test
  @DisplayName(
      "T1 (2) A12 withTimeoutOrNull reports what the block failed with, not what it cut off")
  void cutOffIsNotReported() {
    IOException other = new IOException("instead");
    try (Undelivered lost = new Undelivered()) {
      assertThat(
              Coroutine.<@Nullable String, RuntimeException>withTimeoutOrNull(
                  SHORT,
                  () -> {
                    awaitsTooLong();
                    return "in vain";
                  }))
          .isNull();
      assertThat(lost.failures()).isEmpty();
      Throwable thrown =
          catchThrowable(() ->
              Coroutine.withTimeoutOrNull(
                  SHORT,
                  () -> {
                    cutOff();
                    throw other;
                  }));
      assertThat(thrown).isNull();
      assertThat(lost.failures()).containsExactly(other);
    }
  }

  @ParameterizedTest
  @EnumSource(On.class)
  @DisplayName("T1 in time: the value, null, and a checked failure as itself; nothing is cancelled")
  void inTime(On on) {
    IOException failure = new IOException("in time");
    on.run(() -> {
      assertThat(Coroutine.withTimeout(LONG, () -> Await.awaitSingle(Items.of("a"))))
          .isEqualTo("a");
      String nothing = Coroutine.<@Nullable String, Exception>withTimeout(LONG, () -> null);
      assertThat(nothing).isNull();
      assertThat(
              catchThrowable(() ->
                  Coroutine.withTimeout(
                      LONG,
                      () -> {
                        throw failure;
                      })))
          .isSameAs(failure);
      assertFlagDown();
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
  @DisplayName("T3 zero and negative time out at once, without running the body")
  void zero(Duration timeout) {
    Probe<String> probe = new Probe<>();
    assertThatThrownBy(() ->
            Coroutine.withTimeout(
                timeout,
                () -> {
                  Await.await(probe);
                }))
        .isExactlyInstanceOf(AwaitTimeoutException.class);
    assertThat(probe.subscriptions()).isZero();
  }

  static Stream<Duration> never() {
    return Stream.of(
        Duration.ofSeconds(Long.MAX_VALUE, 999_999_999),
        Duration.ofNanos(Long.MAX_VALUE),
        Duration.ofDays(365L * 300));
  }

  @ParameterizedTest
  @MethodSource("never")
  @DisplayName("T3 the longest durations never time out")
  void never(Duration timeout) {
    assertThat(
            Coroutine.<String, RuntimeException>withTimeout(
                timeout,
                () -> {
                  Await.delay(SHORT);
                  return "a";
                }))
        .isEqualTo("a");
  }

  @Test
  @DisplayName("T3 nanoseconds are honoured: no timeout comes early")
  void notEarly() {
    for (int micros = 100; micros <= 3_000; micros += 500) {
      Duration timeout = Duration.ofNanos(micros * 1_000L + 7);
      long start = System.nanoTime();
      assertThatThrownBy(() -> Coroutine.withTimeout(timeout, () -> Await.delay(LONG)))
          .isInstanceOf(AwaitTimeoutException.class);
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(timeout.toNanos());
    }
  }

  @ParameterizedTest
  @EnumSource(On.class)
  @DisplayName("T2 nested: the inner deadline is nearer, the inner block throws, the outer goes on")
  void innerIsNearer(On on) {
    String value =
        on.run(() ->
            Coroutine.withTimeout(
                LONG,
                () -> {
                  AwaitTimeoutException timedOut =
                      catchThrowableOfType(
                          AwaitTimeoutException.class,
                          () -> Coroutine.withTimeout(SHORT, () -> Await.delay(LONG)));
                  assertThat(timedOut.timeout()).isEqualTo(SHORT);
                  assertFlagDown();
                  assertThat(Coroutine.isCancelled()).isFalse();
                  Await.delay(Duration.ofMillis(1));
                  return Await.awaitSingle(Items.of("a"));
                }));
    assertThat(value).isEqualTo("a");
  }

  @ParameterizedTest
  @EnumSource(On.class)
  @DisplayName("T2 nested: the outer deadline is nearer, the outer block throws, not the inner")
  void outerIsNearer(On on) {
    AtomicReference<@Nullable Throwable> inner = new AtomicReference<>();
    Throwable outer =
        on.run(() -> {
          Throwable thrown =
              catchThrowable(() ->
                  Coroutine.withTimeout(
                      SHORT,
                      () -> {
                        try {
                          Coroutine.withTimeout(LONG, () -> Await.delay(LONG));
                        } catch (RuntimeException e) {
                          inner.set(e);
                          throw e;
                        }
                      }));
          assertFlagDown();
          return thrown;
        });
    assertThat(inner.get()).isExactlyInstanceOf(CancellationException.class);
    assertThat(outer).isExactlyInstanceOf(AwaitTimeoutException.class);
    assertThat(((AwaitTimeoutException) outer).timeout()).isEqualTo(SHORT);
  }

  @Test
  @DisplayName("T2 an outer cancellation while an inner block times out is not swallowed")
  void outerCancellation() {
    Probe<String> after = new Probe<>();
    Victim victim =
        Victim.start(
            Victim.By.CANCEL,
            () -> {
              Coroutine<?> own = Coroutine.current();
              assertThatThrownBy(() ->
                      Coroutine.withTimeout(
                          SHORT,
                          () -> {
                            // both have happened before the block is left
                            assertThat(catchThrowable(() -> Await.delay(LONG)))
                                .isInstanceOf(CancellationException.class);
                            if (own != null) {
                              own.cancel("stopped");
                            }
                          }))
                  .isInstanceOf(AwaitTimeoutException.class);
              Await.await(after);
            });
    assertThat(victim.failure())
        .isExactlyInstanceOf(CancellationException.class)
        .hasMessage("stopped");
    assertThat(after.subscriptions()).isZero();
    assertThat(victim.endedWithFlag()).isTrue();
  }

  @Test
  @DisplayName("T2 A7 a coroutine cancelled inside a block ends as cancelled, not as timed out")
  void cancelInsideBlock() {
    Probe<String> probe = new Probe<>();
    Victim victim =
        Victim.start(
            Victim.By.CANCEL,
            () ->
                Coroutine.withTimeout(
                    LONG,
                    () -> {
                      Await.await(probe);
                    }));
    probe.awaitRequest();
    victim.awaitParked().stop();
    assertThat(victim.failure())
        .isExactlyInstanceOf(CancellationException.class)
        .hasMessage("stopped");
    assertThat(probe.cancels()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  @DisplayName("A9 a foreign interrupt inside a block on a plain thread: flag up outside too")
  void foreignInterrupt(Where where) {
    Probe<String> probe = new Probe<>();
    Fork<Boolean> fork =
        where.fork(() -> {
          assertThat(
                  catchThrowable(() ->
                      Coroutine.withTimeout(
                          LONG,
                          () -> {
                            Await.await(probe);
                          })))
              .isExactlyInstanceOf(CancellationException.class);
          return Thread.interrupted();
        });
    probe.awaitRequest();
    fork.awaitParked().interrupt();
    assertThat(fork.join()).isTrue();
    assertThat(probe.cancels()).isEqualTo(1);
  }

  @Test
  @DisplayName("T3 no thread per timeout, and nothing stays registered after a normal return")
  void nothingStays() {
    List<Object> referent = new ArrayList<>(List.of(new Object()));
    java.lang.ref.WeakReference<@Nullable Object> weak =
        new java.lang.ref.WeakReference<>(referent.get(0));
    for (int i = 0; i < 10_000; i++) {
      Object kept = referent.get(0);
      Coroutine.withTimeout(LONG, () -> assertThat(kept).isNotNull());
    }
    referent.clear();
    Eventually.until(
        "collected",
        () -> {
          System.gc();
          return weak.get() == null;
        });
    long timers =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith("bridge-timer"))
            .filter(thread -> thread.isDaemon())
            .count();
    assertThat(timers).isBetween(1L, 2L);
  }

  @Test
  @DisplayName("T1 A6 the timeout of a block whose source blocks in request ends at its return")
  void timeoutInsideRequest() {
    TestTime time = new TestTime();
    Probe<String> probe =
        new Probe<String>()
            .onRequest(p -> {
              Fork.platform(() -> time.advance(SHORT));
              Victim.untilStopped();
            });
    assertThatThrownBy(() ->
            time.<@Nullable String>run(() ->
                Coroutine.<@Nullable String, RuntimeException>withTimeout(
                    SHORT, () -> Await.await(probe))))
        .isExactlyInstanceOf(AwaitTimeoutException.class);
    assertThat(probe.cancels()).isEqualTo(1);
    assertFlagDown();
  }
}
