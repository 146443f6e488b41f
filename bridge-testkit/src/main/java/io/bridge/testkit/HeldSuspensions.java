package io.bridge.testkit;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;

/**
 * The suspensions of an awaitable, which a test ends by hand; {@code held::take} is the awaitable.
 *
 * @param <S> the type of a suspension, which this module does not know
 */
public final class HeldSuspensions<S> {

  private final List<S> suspensions = new CopyOnWriteArrayList<>();
  private final List<Thread> cancels = new CopyOnWriteArrayList<>();

  private final BiConsumer<S, Runnable> onCancel;

  /** {@code onCancel} registers an action for the cancellation of a suspension. */
  public HeldSuspensions(BiConsumer<S, Runnable> onCancel) {
    this.onCancel = onCancel;
  }

  /** Keeps {@code suspension}, and notes the thread that cancels it. */
  public void take(S suspension) {
    onCancel.accept(suspension, () -> cancels.add(Thread.currentThread()));
    suspensions.add(suspension);
  }

  /** The last suspension; waits for the first. */
  public S last() {
    Eventually.until("subscribed", () -> !suspensions.isEmpty());
    return suspensions.get(suspensions.size() - 1);
  }

  /** How often the awaitable was subscribed to. */
  public int subscriptions() {
    return suspensions.size();
  }

  /** The threads that cancelled a suspension. */
  public List<Thread> cancels() {
    return cancels;
  }
}
