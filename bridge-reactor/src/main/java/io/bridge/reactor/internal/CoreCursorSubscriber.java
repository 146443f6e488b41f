package io.bridge.reactor.internal;

import io.bridge.internal.cursor.CursorSubscriber;
import io.bridge.internal.cursor.FusedQueue;
import io.bridge.internal.cursor.Iteration;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.Fuseable;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Iterates any publisher: it gets the context of the loop, whose discard hook gets lost items.
 *
 * @param <T> the type of the items
 */
class CoreCursorSubscriber<T> extends CursorSubscriber<T> implements CoreSubscriber<T> {

  private final Context context;

  CoreCursorSubscriber(Iteration<T> iteration) {
    super(iteration);
    this.context = ReactorHooks.contextOf(contextOfOwner(), true);
  }

  @Override
  public final Context currentContext() {
    return context;
  }

  @Override
  public final void discard(@Nullable Object value) {
    Operators.onDiscard(value, context);
    super.discard(value);
  }

  /** For a publisher of Reactor: shares the queue of its last operator, if that agrees. */
  static final class OfReactor<T> extends CoreCursorSubscriber<T> {

    OfReactor(Iteration<T> iteration) {
      super(iteration);
    }

    @Override
    @SuppressWarnings("unchecked") // the subscription of a publisher of T
    protected boolean fuse(Subscription upstream, Iteration<T> into) {
      if (!(upstream instanceof Fuseable.QueueSubscription<?> queue)) {
        return true;
      }
      if (queue.requestFusion(Fuseable.SYNC) == Fuseable.SYNC) {
        into.fuse(new Shared<>((Fuseable.QueueSubscription<T>) queue), true);
        return false;
      }
      // The operators before the queue must stay on their thread; the loop has another one.
      int mode = queue.requestFusion(Fuseable.ASYNC | Fuseable.THREAD_BARRIER);
      if (mode == Fuseable.ASYNC) {
        into.fuse(new Shared<>((Fuseable.QueueSubscription<T>) queue), false);
      }
      return true;
    }

    @Override
    public Throwable unwrap(Throwable failure) {
      return Exceptions.unwrap(failure);
    }

    @Override
    protected void undeliverable(Throwable failure) {
      Operators.onErrorDropped(failure, currentContext());
    }
  }

  private record Shared<T>(Fuseable.QueueSubscription<T> queue) implements FusedQueue<T> {

    @Override
    public @Nullable T poll() {
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
}
