package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Probe;
import io.bridge.fixtures.Steps;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("S9 runOn inside runOn: there and back on executors with one thread each")
@Timeout(60)
class RunOnNestingTest {

  private static final Duration LONG = Duration.ofSeconds(60);

  private final OneThread ui = OneThread.platform("ui");
  private final OneThread io = OneThread.platform("io");
  private final List<String> ran = new CopyOnWriteArrayList<>();

  @AfterEach
  void noLateInterrupt() {
    assertThat(ui.lateInterrupts()).as("interrupts behind the bodies of ui").isZero();
    assertThat(io.lateInterrupts()).as("interrupts behind the bodies of io").isZero();
    ui.close();
    io.close();
  }

  private void note(String what) {
    ran.add(what + "@" + Thread.currentThread().getName());
  }

  private static void sleep() {
    try {
      Thread.sleep(LONG);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static void awaitSleeping(OneThread executor) {
    Eventually.until("it sleeps", () -> executor.thread().getState() == Thread.State.TIMED_WAITING);
  }

  private void thereAndBack(VoidBody<RuntimeException> innermost) {
    Coroutine.runOn(ui, () -> Coroutine.runOn(io, () -> Coroutine.runOn(ui, innermost)));
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  @DisplayName("S9 A, B, A, B: each body on its own thread, the waiting ones take what comes back")
  void there(Where where) {
    where
        .fork(() -> {
          Coroutine.runOn(
              ui,
              () -> {
                note("1");
                Coroutine.runOn(
                    io,
                    () -> {
                      note("2");
                      Coroutine.runOn(
                          ui,
                          () -> {
                            note("3");
                            Coroutine.runOn(io, () -> note("4"));
                            note("5");
                          });
                      Coroutine.runOn(ui, () -> note("6"));
                      note("7");
                    });
                note("8");
              });
          return "done";
        })
        .join();
    assertThat(ran).containsExactly("1@ui", "2@io", "3@ui", "4@io", "5@ui", "6@ui", "7@io", "8@ui");
  }

  @Test
  @DisplayName("S9 A, A: in place; A, B, C, A: over two")
  void farther() {
    try (OneThread third = OneThread.virtual("third")) {
      Coroutine<String> coroutine =
          Coroutine.start(() -> {
            Coroutine.runOn(ui, () -> Coroutine.shield(() -> Coroutine.runOn(ui, () -> note("1"))));
            Coroutine.runOn(
                ui,
                () ->
                    Coroutine.runOn(
                        io,
                        () -> Coroutine.runOn(third, () -> Coroutine.runOn(ui, () -> note("2")))));
            return Coroutine.runOn(ui, () -> Coroutine.runOn(ui, () -> "of the inner one"));
          });
      assertThat(coroutine.await()).isEqualTo("of the inner one");
      assertThat(ran).containsExactly("1@ui", "2@ui");
      assertThat(third.lateInterrupts()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName("S9 B6 a cancel reaches a sleep in the innermost body, over all threads")
  void cancel(Victim.By by) {
    Victim victim = Victim.start(by, () -> thereAndBack(RunOnNestingTest::sleep));
    awaitSleeping(ui);
    assertThat(victim.stop().failure()).isExactlyInstanceOf(CancellationException.class);
    assertThat(victim.endedWithFlag()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName("S9 A5 and an await there")
  void cancelAwait(Victim.By by) {
    Probe<String> probe = new Probe<>();
    Victim victim = Victim.start(by, () -> thereAndBack(() -> Await.await(probe)));
    probe.awaitRequest();
    assertThat(victim.stop().failure()).isExactlyInstanceOf(CancellationException.class);
    assertThat(probe.cancelThreads()).containsExactly(ui.thread());
  }

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName("S9 A9 a shield between keeps the cancel from the body that came back")
  void shieldBetween(Victim.By by) {
    Probe<String> cleanup = new Probe<>();
    Steps steps = new Steps();
    Victim victim =
        Victim.start(
            by,
            () ->
                Coroutine.runOn(
                    ui,
                    () ->
                        Coroutine.runOn(
                            io,
                            () -> {
                              Coroutine.shield(() ->
                                  Coroutine.runOn(
                                      ui,
                                      () -> {
                                        String value = Await.awaitSingle(cleanup);
                                        assertThat(value).isEqualTo("cleaned");
                                        steps.reach(1);
                                      }));
                              steps.reach(2);
                              sleep();
                            })));
    cleanup.awaitRequest();
    victim.stop();
    victim.awaitParked();
    cleanup.next("cleaned").complete();
    assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
    assertThat(steps.last()).isEqualTo(2);
    assertThat(cleanup.cancels()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName("S9 A9 cleanup of a cancelled body can still come back, in a shield")
  void cleanupComesBack(Victim.By by) {
    Probe<String> awaited = new Probe<>();
    Probe<String> cleanup = new Probe<>();
    Steps steps = new Steps();
    Victim victim =
        Victim.start(
            by,
            () ->
                Coroutine.runOn(
                    ui,
                    () ->
                        Coroutine.runOn(
                            io,
                            () -> {
                              try {
                                Await.await(awaited);
                              } finally {
                                Coroutine.shield(() ->
                                    Coroutine.runOn(
                                        ui,
                                        () -> {
                                          String value = Await.awaitSingle(cleanup);
                                          assertThat(value).isEqualTo("cleaned");
                                          steps.reach(1);
                                        }));
                              }
                            })));
    awaited.awaitRequest();
    victim.stop();
    cleanup.awaitRequest();
    cleanup.next("cleaned").complete();
    assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
    assertThat(victim.endedWithFlag()).isTrue();
    assertThat(steps.last()).isEqualTo(1);
    assertThat(awaited.cancelThreads()).containsExactly(io.thread());
  }

  @Test
  @DisplayName("S9 T1 a deadline on the way reaches the body that came back, and only that far")
  void deadlineBetween() {
    Coroutine<String> coroutine =
        Coroutine.start(() -> {
          Coroutine.runOn(
              ui,
              () -> {
                try {
                  Coroutine.withTimeout(
                      Duration.ofMillis(5),
                      () ->
                          Coroutine.runOn(io, () -> Coroutine.runOn(ui, RunOnNestingTest::sleep)));
                } catch (AwaitTimeoutException e) {
                  note("in time");
                }
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
                Await.delay(Duration.ofMillis(1));
              });
          return "done";
        });
    assertThat(coroutine.await()).isEqualTo("done");
    assertThat(ran).containsExactly("in time@ui");
  }

  @Test
  @DisplayName(
      "S9 an executor that is the same only in effect is another one: waits until cancelled")
  void wrapped() {
    AtomicBoolean innermost = new AtomicBoolean();
    CountDownLatch submitted = new CountDownLatch(1);
    Executor wrapper =
        task -> {
          ui.execute(task);
          submitted.countDown();
        };
    Victim victim =
        Victim.start(
            Victim.By.CANCEL,
            () ->
                Coroutine.runOn(
                    ui,
                    () ->
                        Coroutine.runOn(
                            io, () -> Coroutine.runOn(wrapper, () -> innermost.set(true)))));
    Eventually.until("submitted", () -> submitted.getCount() == 0);
    assertThat(victim.stop().failure()).isExactlyInstanceOf(CancellationException.class);
    assertThat(ui.lateInterrupts()).isZero();
    assertThat(innermost).isFalse();
  }
}
