package io.bridge.rxjava.internal;

import io.bridge.internal.cursor.FusedQueue;
import io.bridge.internal.cursor.Iteration;
import io.reactivex.rxjava3.operators.QueueFuseable;
import org.jspecify.annotations.Nullable;

/**
 * The queue of an operator, shared by a loop.
 *
 * @param queue of the operator
 * @param <T> the type of the items
 */
record SharedQueue<T>(QueueFuseable<T> queue) implements FusedQueue<T> {

  /**
   * Lets {@code iteration} share the queue of {@code upstream}, if it has one and agrees.
   *
   * @return whether upstream sends no signals at all
   */
  @SuppressWarnings("unchecked") // the upstream of a source of T
  static <T> boolean fuse(Object upstream, Iteration<T> iteration) {
    if (!(upstream instanceof QueueFuseable<?> queue)) {
      return false;
    }
    if (queue.requestFusion(QueueFuseable.SYNC) == QueueFuseable.SYNC) {
      iteration.fuse(new SharedQueue<>((QueueFuseable<T>) queue), true);
      return true;
    }
    // The operators before the queue must stay on their thread; the loop has another one.
    int mode = queue.requestFusion(QueueFuseable.ASYNC | QueueFuseable.BOUNDARY);
    if (mode == QueueFuseable.ASYNC) {
      iteration.fuse(new SharedQueue<>((QueueFuseable<T>) queue), false);
    }
    return false;
  }

  @Override
  public @Nullable T poll() throws Throwable {
    return queue.poll();
  }

  @Override
  public boolean isEmpty() {
    return queue.isEmpty();
  }

  @Override
  public void clear() {
    queue.clear();
  }
}
