package io.bridge;

import io.bridge.fixtures.Eventually;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** Code on a thread of its own that waits to be cancelled, and what became of it. */
final class Victim {

  /** How it is cancelled. */
  enum By {
    CANCEL,
    INTERRUPT_OF_COROUTINE,
    INTERRUPT_OF_PLATFORM_THREAD,
    INTERRUPT_OF_VIRTUAL_THREAD;

    boolean isCoroutine() {
      return this == CANCEL || this == INTERRUPT_OF_COROUTINE;
    }
  }

  private final By by;
  private final Runnable code;
  private final CountDownLatch begun = new CountDownLatch(1);
  private volatile @Nullable Thread thread;
  private volatile @Nullable Coroutine<?> coroutine;
  private volatile boolean done;
  private volatile @Nullable Throwable thrown;
  private volatile boolean flag;

  private Victim(By by, Runnable code) {
    this.by = by;
    this.code = code;
  }

  static Victim start(By by, Runnable code) {
    Victim victim = new Victim(by, code);
    switch (by) {
      case CANCEL, INTERRUPT_OF_COROUTINE -> victim.coroutine = Coroutine.start(victim::run);
      case INTERRUPT_OF_PLATFORM_THREAD -> Thread.ofPlatform().daemon().start(victim::run);
      case INTERRUPT_OF_VIRTUAL_THREAD -> Thread.ofVirtual().start(victim::run);
    }
    Eventually.until("the victim runs", () -> victim.begun.getCount() == 0);
    return victim;
  }

  private void run() {
    thread = Thread.currentThread();
    begun.countDown();
    try {
      code.run();
    } catch (Throwable t) {
      thrown = t;
    } finally {
      flag = Thread.currentThread().isInterrupted();
      done = true;
    }
  }

  Thread thread() {
    Thread now = thread;
    if (now == null) {
      throw new AssertionError("the victim has not begun");
    }
    return now;
  }

  Coroutine<?> coroutine() {
    Coroutine<?> now = coroutine;
    if (now == null) {
      throw new AssertionError("the victim is no coroutine");
    }
    return now;
  }

  boolean isDone() {
    return done;
  }

  Victim awaitParked() {
    Eventually.until(
        "the victim is parked",
        () -> {
          if (done) {
            throw new AssertionError("the victim has ended: " + thrown);
          }
          Thread.State state = thread().getState();
          return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
        });
    return this;
  }

  /** Cancels or interrupts it. */
  Victim stop() {
    if (by == By.CANCEL) {
      coroutine().cancel("stopped");
    } else {
      thread().interrupt();
    }
    return this;
  }

  /** For code on the victim's thread: waits, without parking, until it has been stopped. */
  static void untilStopped() {
    Eventually.until(
        "stopped", () -> Coroutine.isCancelled() || Thread.currentThread().isInterrupted());
  }

  /** What its code threw. */
  Throwable failure() {
    Eventually.until("the victim ends", () -> done);
    Throwable now = thrown;
    if (now == null) {
      throw new AssertionError("the victim returned");
    }
    return now;
  }

  /** Whether the interrupt flag was up at the end of the code. */
  boolean endedWithFlag() {
    Eventually.until("the victim ends", () -> done);
    return flag;
  }
}
