package io.bridge.rxjava;

import io.reactivex.rxjava3.core.Scheduler;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** A scheduler as the executor of signals. */
final class Signals {

  /** A task that tells whether it has begun. */
  private static final class Task implements Runnable {

    private final Runnable signal;
    private volatile boolean begun;

    Task(Runnable signal) {
      this.signal = signal;
    }

    @Override
    public void run() {
      begun = true;
      signal.run();
    }
  }

  private Signals() {}

  /**
   * An executor that throws when the scheduler is shut down: RxJava's own schedulers then only
   * return a disposable that is disposed, and the signal would be lost.
   */
  static Executor on(Scheduler scheduler) {
    return signal -> {
      Task task = new Task(signal);
      if (scheduler.scheduleDirect(task).isDisposed() && !task.begun) {
        throw new RejectedExecutionException("the scheduler is shut down: " + scheduler);
      }
    };
  }
}
