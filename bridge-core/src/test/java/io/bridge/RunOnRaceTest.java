package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Coroutine.State;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Race;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("S9 B6 runOn: a cancel against the begin and the end of the body")
@Timeout(180)
class RunOnRaceTest {

  private static final int ROUNDS = 20_000;
  private static final int ROUNDS_OF_THREE = 5_000;

  private static boolean isUp() {
    return Thread.currentThread().isInterrupted();
  }

  @Test
  @DisplayName("S9 20 000 cancels against begin: the body runs once and is waited for, or never")
  void cancelAgainstBegin() throws Exception {
    Map<String, Integer> outcomes = Race.balanced(ROUNDS, "began", "withdrawn", Beginning::new);
    Races.assertOnly(outcomes, "began", "withdrawn");
  }

  /** The first side is the executor's thread. */
  private static final class Beginning implements Race.Round {
    private final AtomicReference<@Nullable Runnable> task = new AtomicReference<>();
    private final AtomicBoolean began = new AtomicBoolean();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicBoolean endedBefore = new AtomicBoolean();
    private final Coroutine<String> coroutine =
        Coroutine.start(() -> {
          try {
            return Coroutine.<String, RuntimeException>runOn(task::set, this::body);
          } finally {
            endedBefore.set(ended.get());
          }
        });

    Beginning() {
      Races.spinUntil("submitted", () -> task.get() != null);
    }

    private String body() {
      began.set(true);
      Races.spinNanos(ThreadLocalRandom.current().nextLong(1_000));
      ended.set(true);
      return "a";
    }

    @Override
    public void left() {
      Runnable run = task.get();
      if (run != null) {
        run.run();
      }
    }

    @Override
    public void right() {
      coroutine.cancel();
    }

    @Override
    public String outcome() {
      Races.spinUntil("the end", coroutine::isDone);
      assertThat(isUp()).as("behind the body").isFalse();
      assertThat(endedBefore.get()).as("the body ended before runOn").isEqualTo(began.get());
      assertThat(coroutine.state()).isEqualTo(began.get() ? State.SUCCEEDED : State.CANCELLED);
      left();
      return began.get() ? "began" : "withdrawn";
    }
  }

  @Test
  @DisplayName("S9 5 000 second interrupts while the first is passed on: none is merged with it")
  void secondInterrupt() {
    AtomicInteger seen = new AtomicInteger();
    OneThread executor = OneThread.virtual("executor");
    try {
      for (int round = 0; round < 5_000; round++) {
        seen.set(0);
        Fork<String> caller =
            Fork.virtual(() -> {
              Coroutine.runOn(executor, () -> untilInterruptedTwice(seen));
              return "done";
            });
        Races.spinUntil("begun", () -> executor.thread().getState() == Thread.State.TIMED_WAITING);
        caller.interrupt();
        Races.spinUntil("passed on", () -> seen.get() == 1);
        caller.interrupt();
        assertThat(caller.join()).isEqualTo("done");
      }
    } finally {
      executor.close();
    }
  }

  private static void untilInterruptedTwice(AtomicInteger seen) {
    while (seen.get() < 2) {
      try {
        Thread.sleep(60_000);
      } catch (InterruptedException e) {
        seen.incrementAndGet();
      }
    }
  }

  /** A body that runs on another thread until it is let go. */
  private static final class Ending implements Race.Round {
    private final AtomicBoolean begun = new AtomicBoolean();
    private final AtomicBoolean go = new AtomicBoolean();
    private final OneThread[] executors;
    private final Coroutine<Boolean> coroutine;

    /** The last of {@code path} runs the body, those before it lead there. */
    Ending(OneThread... path) {
      executors = path;
      coroutine = Coroutine.start(() -> on(0));
      Races.spinUntil("begun", begun::get);
    }

    private boolean on(int index) {
      return Coroutine.<Boolean, RuntimeException>runOn(
          executors[index], () -> index == executors.length - 1 ? body() : on(index + 1));
    }

    private boolean body() {
      begun.set(true);
      Races.spinUntil("go", go::get);
      return Coroutine.isCancelled();
    }

    @Override
    public void left() {
      go.set(true);
    }

    @Override
    public void right() {
      coroutine.cancel();
    }

    @Override
    public String outcome() {
      Races.spinUntil("the end", coroutine::isDone);
      for (OneThread executor : executors) {
        assertThat(executor.lateInterrupts()).as("behind the body").isZero();
      }
      return coroutine.state() == State.CANCELLED
          ? "between"
          : coroutine.get() ? "cancelled" : "ended";
    }
  }

  @Test
  @DisplayName("S9 B6 20 000 cancels against the end: no interrupt behind the body")
  void cancelAgainstEnd() throws Exception {
    try (OneThread executor = OneThread.virtual("ui")) {
      Map<String, Integer> outcomes =
          Race.balanced(ROUNDS, "ended", "cancelled", () -> new Ending(executor));
      Races.assertOnly(outcomes, "ended", "cancelled");
    }
  }

  @Test
  @DisplayName("S9 B6 5 000 cancels against the end of a body that came back to its first thread")
  void cancelAgainstEndOfGuest() throws Exception {
    try (OneThread ui = OneThread.virtual("ui");
        OneThread io = OneThread.virtual("io")) {
      Map<String, Integer> outcomes =
          Race.balanced(ROUNDS_OF_THREE, "ended", "cancelled", () -> new Ending(ui, io, ui));
      Races.assertOnly(outcomes, "ended", "cancelled");
    }
  }

  @Test
  @DisplayName("S9 B6 5 000 cancels while a body comes back: run, or cancelled before; no hang")
  void cancelAgainstComingBack() throws Exception {
    try (OneThread ui = OneThread.virtual("ui");
        OneThread io = OneThread.virtual("io")) {
      Map<String, Integer> outcomes =
          Race.balanced(
              ROUNDS_OF_THREE, "came back", "cancelled before", () -> new ComingBack(ui, io));
      Races.assertOnly(outcomes, "came back", "cancelled before");
    }
  }

  private static final class ComingBack implements Race.Round {
    private final AtomicBoolean begun = new AtomicBoolean();
    private final AtomicBoolean go = new AtomicBoolean();
    private final AtomicBoolean cameBack = new AtomicBoolean();
    private final OneThread ui;
    private final OneThread io;
    private final Coroutine<String> coroutine;

    ComingBack(OneThread ui, OneThread io) {
      this.ui = ui;
      this.io = io;
      coroutine =
          Coroutine.start(() ->
              Coroutine.<String, RuntimeException>runOn(
                  ui, () -> Coroutine.<String, RuntimeException>runOn(io, this::inside)));
      Races.spinUntil("begun", begun::get);
    }

    private String inside() {
      begun.set(true);
      Races.spinUntil("go", go::get);
      return Coroutine.<String, RuntimeException>runOn(ui, this::guest);
    }

    /** Only an interrupt ends it: one that is lost on the way to a guest would hang. */
    private String guest() {
      cameBack.set(true);
      try {
        Thread.sleep(Eventually.DEADLINE);
      } catch (InterruptedException e) {
        throw new CancellationException();
      }
      return "the interrupt was lost";
    }

    @Override
    public void left() {
      go.set(true);
    }

    @Override
    public void right() {
      coroutine.cancel();
    }

    @Override
    public String outcome() {
      Races.spinUntil("the end", coroutine::isDone);
      assertThat(coroutine.state()).isEqualTo(State.CANCELLED);
      assertThat(ui.lateInterrupts() + io.lateInterrupts()).as("behind the bodies").isZero();
      return cameBack.get() ? "came back" : "cancelled before";
    }
  }

  @Test
  @DisplayName("S9 B6 20 000 interrupts that land about the end: inside the body or nowhere")
  void interruptAgainstEnd() {
    Fork<int[]> fork = Fork.virtual(RunOnRaceTest::interruptsAboutTheEnd);
    while (!fork.isDone()) { // each round has a deadline, all of them together have the test's
      try {
        Eventually.until("the rounds", fork::isDone);
      } catch (AssertionError slow) {
        assertThat(fork.thread().isAlive()).isTrue();
      }
    }
    assertThat(fork.join()).as("inside, and not").doesNotContain(0);
  }

  /** How many interrupts came inside the body, and how many did not. */
  private static int[] interruptsAboutTheEnd() {
    int[] counts = new int[2];
    long bodyNanos = 10_000; // follows the interrupt's latency, so that both come up
    try (OneThread executor = OneThread.platform("ui")) {
      for (int i = 0; i < ROUNDS; i++) {
        boolean inside =
            isInterruptedInside(
                executor, bodyNanos / 2 + ThreadLocalRandom.current().nextLong(bodyNanos));
        counts[inside ? 0 : 1]++;
        bodyNanos = Math.clamp(bodyNanos + (inside ? -200 : 200), 100, 1_000_000);
      }
      assertThat(executor.lateInterrupts()).as("behind the body").isZero();
    }
    return counts;
  }

  /** The calling thread is interrupted as soon as the body runs, and passes that on. */
  private static boolean isInterruptedInside(OneThread executor, long bodyNanos) {
    AtomicBoolean begun = new AtomicBoolean();
    Executor interrupting =
        task -> {
          executor.execute(task);
          Races.spinUntil("begun", begun::get);
          Thread.currentThread().interrupt();
        };
    boolean inside =
        Coroutine.<Boolean, RuntimeException>runOn(
            interrupting,
            () -> {
              begun.set(true);
              Races.spinNanos(bodyNanos);
              return isUp();
            });
    assertThat(Thread.interrupted()).as("the caller's own flag").isTrue();
    return inside;
  }
}
