package io.bridge.internal.coroutine;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A signal that is delivered by an executor (B10). The executor may take it and throw all the same
 * (A11): the signal is either sent by the executor or given back, never both.
 */
public final class SignalTask implements Runnable {

  private final Runnable signal;
  private final AtomicBoolean taken = new AtomicBoolean();

  private SignalTask(Runnable signal) {
    this.signal = signal;
  }

  /** Returns the executor's failure if that did not take the signal; then the caller sends it. */
  public static @Nullable Throwable deliver(Executor executor, Runnable signal) {
    SignalTask task = new SignalTask(signal);
    try {
      executor.execute(task);
      return null;
    } catch (Throwable rejection) {
      return task.take() ? rejection : null;
    }
  }

  private boolean take() {
    return taken.compareAndSet(false, true);
  }

  @Override
  public void run() {
    if (take()) {
      signal.run();
    }
  }
}
