package io.bridge.rxjava.internal;

import io.bridge.internal.await.Fold;
import io.bridge.internal.await.Receiver;
import io.bridge.internal.await.SubscriberAwait;
import io.bridge.internal.cancel.CancelFrame;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import org.jspecify.annotations.Nullable;

/**
 * Awaits a Flowable: RxJava's hook gets lost failures, and RxJava adds no strict wrapper.
 *
 * @param <T> the type of the items
 * @param <R> the type of the result
 */
final class FlowableAwait<T, R extends @Nullable Object> extends SubscriberAwait<T, R>
    implements FlowableSubscriber<T> {

  FlowableAwait(
      Fold<T, R> fold, @Nullable CancelFrame frame, @Nullable Receiver<? super R> receiver) {
    super(fold, frame, receiver);
  }

  @Override
  protected void undeliverable(Throwable failure) {
    RxJavaPlugins.onError(failure);
  }
}
