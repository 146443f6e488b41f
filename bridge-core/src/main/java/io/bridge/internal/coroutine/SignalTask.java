package io.bridge.internal.coroutine;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A signal on its way by an executor (B10), which may take it and throw all the same (A11): it is
 * sent by the executor or given back, never both.
 */
public final class SignalTask implements Runnable {

  private final Runnable signal;
  private final AtomicBoolean taken = new AtomicBoolean();

  private SignalTask(Runnable signal) {
    this.signal = signal;
  }

  /** Returns what the executor threw instead of taking the signal, which is then the caller's. */
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
