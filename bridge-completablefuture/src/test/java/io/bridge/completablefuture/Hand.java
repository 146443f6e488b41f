package io.bridge.completablefuture;

import io.bridge.Awaitable;
import io.bridge.Suspension;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * An awaitable in the hands of a test, which ends when the test says so.
 *
 * @param <T> the type of the value
 */
final class Hand<T extends @Nullable Object> implements Awaitable<T> {

  private final List<Suspension<? super T>> suspensions = new CopyOnWriteArrayList<>();

  /** The threads that ran its onCancel action. */
  final List<Thread> cancels = new CopyOnWriteArrayList<>();

  @Override
  public void subscribe(Suspension<? super T> suspension) {
    suspension.onCancel(() -> cancels.add(Thread.currentThread()));
    suspensions.add(suspension);
  }

  /** One that ends at once. */
  static <T extends @Nullable Object> Awaitable<T> ended(T value) {
    return suspension -> suspension.resume(value);
  }

  /** How often it was subscribed to. */
  int subscriptions() {
    return suspensions.size();
  }

  /** Ends the last suspension. */
  void resume(T value) {
    suspensions.get(suspensions.size() - 1).resume(value);
  }

  /** Ends the last suspension. */
  void fail(Throwable failure) {
    suspensions.get(suspensions.size() - 1).fail(failure);
  }
}
