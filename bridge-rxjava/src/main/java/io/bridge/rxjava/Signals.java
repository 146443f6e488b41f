package io.bridge.rxjava;

import io.reactivex.rxjava3.core.Scheduler;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Makes an executor for signals from a scheduler. */
final class Signals {

  /** A task that tells whether it has begun. */
  private static final class Task implements Runnable {

    private final Runnable signal;
    private final Scheduler.Worker worker;
    private volatile boolean begun;

    Task(Runnable signal, Scheduler.Worker worker) {
      this.signal = signal;
      this.worker = worker;
    }

    @Override
    public void run() {
      begun = true;
      try {
        signal.run();
      } finally {
        worker.dispose();
      }
    }
  }

  private Signals() {}

  /**
   * Returns an executor that throws when the scheduler is shut down. RxJava's own schedulers do not
   * throw then: they return a disposed disposable, and the signal would be lost. A worker returns
   * it for all of these schedulers, but {@code scheduleDirect} does not for {@code
   * Schedulers.io()}.
   */
  static Executor on(Scheduler scheduler) {
    return signal -> {
      Scheduler.Worker worker = scheduler.createWorker();
      Task task = new Task(signal, worker);
      if (worker.schedule(task).isDisposed() && !task.begun) {
        worker.dispose();
        throw new RejectedExecutionException("the scheduler is shut down: " + scheduler);
      }
    };
  }
}
