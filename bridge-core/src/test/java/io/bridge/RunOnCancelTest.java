package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import io.bridge.fixtures.Steps;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("S9 runOn: cancelled code interrupts the executor's thread, only inside the body")
@Timeout(60)
class RunOnCancelTest {

  private static final Duration LONG = Duration.ofSeconds(60);

  private final OneThread executor = OneThread.platform("ui");

  @AfterEach
  void noLateInterrupt() {
    assertThat(executor.lateInterrupts()).as("interrupts behind the body").isZero();
    executor.close();
  }

  private static void sleep() {
    try {
      Thread.sleep(LONG);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static void awaitSleeping(Thread thread) {
    Eventually.until("it sleeps", () -> thread.getState() == Thread.State.TIMED_WAITING);
  }

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName("S9 A5 A9 ends the await in the body, once, on its thread; later ones throw at once")
  void cancelsTheAwait(Victim.By by) {
    Probe<String> awaited = new Probe<>();
    Probe<String> later = new Probe<>();
    AtomicReference<@Nullable Throwable> second = new AtomicReference<>();
    AtomicBoolean sticky = new AtomicBoolean();
    Victim victim =
        Victim.start(
            by,
            () ->
                Coroutine.runOn(
                    executor,
                    () -> {
                      try {
                        Await.await(awaited);
                      } finally {
                        boolean wasUp = Thread.interrupted();
                        sticky.set(wasUp && Coroutine.isCancelled());
                        second.set(catchThrowable(() -> Await.await(later)));
                      }
                    }));
    awaited.awaitRequest();
    victim.awaitParked().stop();
    assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
    if (by == Victim.By.CANCEL) {
      assertThat(victim.failure()).hasMessage("stopped");
    }
    assertThat(victim.endedWithFlag()).isTrue();
    assertThat(awaited.cancelThreads()).containsExactly(executor.thread());
    assertThat(sticky).isTrue();
    assertThat(second.get()).isExactlyInstanceOf(CancellationException.class);
    assertThat(later.subscriptions()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName("S9 B6 interrupts a Thread.sleep in the body; its echo is CancellationException")
  void interruptsSleep(Victim.By by) {
    Victim victim = Victim.start(by, () -> Coroutine.runOn(executor, RunOnCancelTest::sleep));
    awaitSleeping(executor.thread());
    victim.awaitParked().stop();
    assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
    assertThat(victim.endedWithFlag()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName("S9 does not return before a body that has begun has ended, whatever comes")
  void structured(Victim.By by) {
    Steps steps = new Steps();
    Probe<String> cleanup = new Probe<>();
    Victim victim =
        Victim.start(
            by,
            () -> {
              try {
                Coroutine.runOn(
                    executor,
                    () -> {
                      try {
                        sleep();
                      } finally {
                        steps.reach(1);
                        String value = Coroutine.shield(() -> Await.awaitSingle(cleanup));
                        assertThat(value).isEqualTo("cleaned");
                        steps.reach(2);
                      }
                    });
              } finally {
                steps.reach(3);
              }
            });
    awaitSleeping(executor.thread());
    victim.awaitParked().stop();
    cleanup.awaitRequest();
    victim.awaitParked().stop();
    victim.awaitParked().thread().interrupt();
    victim.awaitParked();
    assertThat(steps.last()).isEqualTo(1);
    cleanup.next("cleaned").complete();
    assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
    assertThat(victim.endedWithFlag()).isTrue();
    assertThat(steps.last()).isEqualTo(3);
    assertThat(cleanup.cancels()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName("S9 a body that has not begun never runs, and runOn returns at once")
  void notBegun(Victim.By by) {
    CountDownLatch release = executor.block();
    AtomicBoolean ran = new AtomicBoolean();
    Victim victim = Victim.start(by, () -> Coroutine.runOn(executor, () -> ran.set(true)));
    victim.awaitParked().stop();
    assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
    assertThat(victim.endedWithFlag()).isTrue();
    release.countDown();
    assertThat(executor.lateInterrupts()).isZero();
    assertThat(ran).isFalse();
  }

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName("S9 an executor that drops its task: waits until cancelled")
  void dropped(Victim.By by) {
    Executor dropping = task -> {};
    Victim victim = Victim.start(by, () -> Coroutine.runOn(dropping, () -> {}));
    assertThat(victim.awaitParked().stop().failure())
        .isExactlyInstanceOf(CancellationException.class);
  }

  @Test
  @DisplayName("S9 A3 cancelled inside execute, before the body: it never runs there either")
  void cancelledInExecute() {
    AtomicBoolean ran = new AtomicBoolean();
    Executor cancelling =
        task -> {
          Coroutine<?> current = Coroutine.current();
          if (current != null) {
            current.cancel("inside execute");
          }
          task.run();
        };
    Coroutine<String> coroutine =
        Coroutine.start(() -> {
          Coroutine.runOn(cancelling, () -> ran.set(true));
          return "a";
        });
    Eventually.until("the end", coroutine::isDone);
    assertThat(coroutine.state()).isEqualTo(Coroutine.State.CANCELLED);
    assertThat(ran).isFalse();
  }

  @Test
  @DisplayName("S9 A6 an execute that blocks is reached by the interrupt, and what it throws of it")
  void blockingExecute() {
    Executor blocking = task -> sleep();
    Victim victim = Victim.start(Victim.By.CANCEL, () -> Coroutine.runOn(blocking, () -> {}));
    awaitSleepingVictim(victim);
    try (Undelivered lost = new Undelivered()) {
      assertThat(victim.stop().failure())
          .isExactlyInstanceOf(CancellationException.class)
          .hasMessage("stopped");
      assertThat(lost.failures()).isEmpty();
    }
  }

  private static void awaitSleepingVictim(Victim victim) {
    victim.awaitParked();
    awaitSleeping(victim.thread());
  }

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName("S9 A12 the value of a cancelled body is returned; the next await throws")
  void valueAllTheSame(Victim.By by) {
    Probe<String> later = new Probe<>();
    AtomicReference<@Nullable String> value = new AtomicReference<>();
    CountDownLatch begun = new CountDownLatch(1);
    try (Undelivered lost = new Undelivered()) {
      Victim victim =
          Victim.start(
              by,
              () -> {
                value.set(
                    Coroutine.runOn(
                        executor,
                        () -> {
                          begun.countDown();
                          Victim.untilStopped();
                          return "all the same";
                        }));
                Await.await(later);
              });
      Eventually.until("begun", () -> begun.getCount() == 0);
      assertThat(victim.awaitParked().stop().failure())
          .isExactlyInstanceOf(CancellationException.class);
      assertThat(value.get()).isEqualTo("all the same");
      assertThat(later.subscriptions()).isZero();
      assertThat(lost.values()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName("S9 A12 a failure of cancelled code that is not its echo is thrown as itself")
  void failureAllTheSame(Victim.By by) {
    IllegalStateException failure = new IllegalStateException("cleanup failed");
    Victim victim =
        Victim.start(
            by,
            () ->
                Coroutine.runOn(
                    executor,
                    () -> {
                      try {
                        Thread.sleep(LONG);
                      } catch (InterruptedException e) {
                        throw failure;
                      }
                    }));
    awaitSleeping(executor.thread());
    assertThat(victim.stop().failure()).isSameAs(failure);
  }

  @Test
  @DisplayName("S9 A6 what the interrupt of the executor's thread throws does not end the wait")
  void hostileThread() {
    IllegalStateException ofInterrupt = new IllegalStateException("of interrupt()");
    Steps steps = new Steps();
    Executor hostile =
        task -> {
          Thread thread =
              new Thread(task) {
                @Override
                public void interrupt() {
                  throw ofInterrupt;
                }
              };
          thread.setDaemon(true);
          thread.start();
        };
    try (Undelivered lost = new Undelivered()) {
      Victim victim =
          Victim.start(
              Victim.By.CANCEL,
              () -> {
                Coroutine.runOn(
                    hostile,
                    () -> {
                      steps.reach(1);
                      steps.await(2);
                      assertThat(Coroutine.isCancelled()).isTrue();
                      steps.reach(3);
                    });
                steps.reach(4);
              });
      steps.await(1);
      victim.awaitParked().stop();
      Eventually.until("thrown", () -> lost.failures().equals(List.of(ofInterrupt)));
      victim.awaitParked();
      steps.reach(2);
      Eventually.until("the end", victim::isDone);
      assertThat(steps.last()).isEqualTo(4);
    }
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  @DisplayName("S9 T1 an enclosing deadline interrupts the body; the flag is down on both threads")
  void timeout(Where where) {
    where
        .fork(() -> {
          assertThat(
                  catchThrowable(() ->
                      Coroutine.withTimeout(
                          Duration.ofMillis(5),
                          () -> Coroutine.runOn(executor, RunOnCancelTest::sleep))))
              .isExactlyInstanceOf(AwaitTimeoutException.class)
              .satisfies(TimeoutTest.cutOffIn(RunOnCancelTest.class));
          assertThat(Thread.currentThread().isInterrupted()).isFalse();
          return "done";
        })
        .join();
  }

  @Test
  @DisplayName("S9 T1 T2 a deadline inside the body is the body's, and leaves it usable")
  void timeoutInside() {
    Probe<String> next = new Probe<String>().onRequest(p -> p.next("next").complete());
    Coroutine<String> coroutine =
        Coroutine.start(() ->
            Coroutine.<String, RuntimeException>runOn(
                executor,
                () -> {
                  assertThat(
                          catchThrowable(() ->
                              Coroutine.withTimeout(Duration.ofMillis(5), RunOnCancelTest::sleep)))
                      .isExactlyInstanceOf(AwaitTimeoutException.class);
                  return Await.awaitSingle(next);
                }));
    assertThat(coroutine.await()).isEqualTo("next");
  }

  @Test
  @DisplayName("S9 A9 in a shield, neither a cancel nor an interrupt reaches the body")
  void shielded() {
    for (Victim.By by : Victim.By.values()) {
      Probe<String> probe = new Probe<>();
      Victim victim =
          Victim.start(
              by,
              () -> {
                String value =
                    Coroutine.shield(() ->
                        Coroutine.<String, RuntimeException>runOn(
                            executor, () -> Await.awaitSingle(probe)));
                assertThat(value).isEqualTo("a");
                Coroutine.checkCancelled();
              });
      probe.awaitRequest();
      victim.awaitParked().stop();
      victim.awaitParked();
      probe.next("a").complete();
      assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
      assertThat(probe.cancels()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  @DisplayName("S9 every further interrupt of the caller is passed on, too")
  void secondInterrupt(Where where) {
    Steps steps = new Steps();
    Fork<String> fork =
        where.fork(() -> {
          Coroutine.runOn(
              executor,
              () -> {
                for (int step = 1; step <= 2; step++) {
                  try {
                    Thread.sleep(LONG);
                  } catch (InterruptedException e) {
                    steps.reach(step);
                  }
                }
              });
          return "done";
        });
    awaitSleeping(executor.thread());
    fork.interrupt();
    steps.await(1);
    awaitSleeping(executor.thread());
    fork.interrupt();
    steps.await(2);
    assertThat(fork.join()).isEqualTo("done");
  }

  @Test
  @DisplayName("S9 a foreign interrupt of the executor's thread ends the body's awaits, no more")
  void foreignInterrupt() {
    Probe<String> probe = new Probe<>();
    Probe<String> later = new Probe<>();
    Probe<String> next = new Probe<String>().onRequest(p -> p.next("next").complete());
    AtomicReference<@Nullable Throwable> second = new AtomicReference<>();
    AtomicBoolean flagBehind = new AtomicBoolean();
    Executor looking =
        task ->
            executor.execute(() -> {
              task.run();
              flagBehind.set(Thread.interrupted());
            });
    Coroutine<String> coroutine =
        Coroutine.start(() -> {
          Throwable thrown =
              catchThrowable(() ->
                  Coroutine.runOn(
                      looking,
                      () -> {
                        try {
                          Await.await(probe);
                        } finally {
                          second.set(catchThrowable(() -> Await.await(later)));
                        }
                      }));
          assertThat(thrown).isExactlyInstanceOf(CancellationException.class);
          assertThat(Coroutine.isCancelled()).isFalse();
          return Await.awaitSingle(next);
        });
    probe.awaitRequest();
    Eventually.until("the body waits", () -> executor.thread().getState() == Thread.State.WAITING);
    executor.thread().interrupt();
    assertThat(coroutine.await()).isEqualTo("next");
    assertThat(probe.cancels()).isEqualTo(1);
    assertThat(second.get()).isExactlyInstanceOf(CancellationException.class);
    Eventually.until("the flag stays the executor's", flagBehind::get);
  }

  @Test
  @DisplayName("S9 A9 cancelled at two depths: the checked failure of the body is not lost")
  void deadlineAndFailure() {
    IOException failure = new IOException("after the deadline");
    TestTime time = new TestTime();
    Throwable thrown =
        catchThrowable(() ->
            time.run(() ->
                Coroutine.withTimeout(
                    LONG,
                    () ->
                        Coroutine.runOn(
                            executor,
                            () -> {
                              time.advance(LONG);
                              Victim.untilStopped();
                              throw failure;
                            }))));
    assertThat(thrown).isExactlyInstanceOf(AwaitTimeoutException.class);
    assertThat(thrown.getSuppressed()).containsExactly(failure);
  }
}
