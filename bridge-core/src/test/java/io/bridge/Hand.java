package io.bridge;

import io.bridge.fixtures.Eventually;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * An awaitable in the hands of a test, which ends when the test says so; keeps its suspensions.
 *
 * @param <T> the type of the value
 */
final class Hand<T extends @Nullable Object> implements Awaitable<T> {

  private final List<Suspension<? super T>> suspensions = new CopyOnWriteArrayList<>();

  /** The threads that subscribed. */
  final List<Thread> subscribers = new CopyOnWriteArrayList<>();

  /** The threads that ran its onCancel action. */
  final List<Thread> cancels = new CopyOnWriteArrayList<>();

  @Override
  public void subscribe(Suspension<? super T> suspension) {
    subscribers.add(Thread.currentThread());
    suspension.onCancel(() -> cancels.add(Thread.currentThread()));
    suspensions.add(suspension);
  }

  /** The last suspension; waits for the first. */
  Suspension<? super T> get() {
    Eventually.until("subscribed", () -> !suspensions.isEmpty());
    return suspensions.get(suspensions.size() - 1);
  }

  void resume(T value) {
    get().resume(value);
  }

  void fail(Throwable failure) {
    get().fail(failure);
  }
}
