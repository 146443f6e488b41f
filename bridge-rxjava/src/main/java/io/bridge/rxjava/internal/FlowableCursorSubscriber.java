package io.bridge.rxjava.internal;

import io.bridge.internal.cursor.CursorSubscriber;
import io.bridge.internal.cursor.Iteration;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import org.reactivestreams.Subscription;

/**
 * Iterates a Flowable: shares the queue of its last operator, if that agrees.
 *
 * @param <T> the type of the items
 */
final class FlowableCursorSubscriber<T> extends CursorSubscriber<T>
    implements FlowableSubscriber<T> {

  FlowableCursorSubscriber(Iteration<T> iteration) {
    super(iteration);
  }

  @Override
  protected boolean fuse(Subscription upstream, Iteration<T> into) {
    return !SharedQueue.fuse(upstream, into);
  }

  @Override
  protected void undeliverable(Throwable failure) {
    RxJavaPlugins.onError(failure);
  }
}
