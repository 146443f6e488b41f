package io.bridge.reactor.internal;

import io.bridge.internal.await.Fold;
import io.bridge.internal.await.Receiver;
import io.bridge.internal.await.SubscriberAwait;
import io.bridge.internal.cancel.CancelFrame;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Awaits any publisher: it gets the context of the waiting code, whose discard hook gets lost
 * items.
 *
 * @param <T> the type of the items
 * @param <R> the type of the result
 */
class CoreSubscriberAwait<T, R extends @Nullable Object> extends SubscriberAwait<T, R>
    implements CoreSubscriber<T> {

  private final Context context;

  CoreSubscriberAwait(
      Fold<T, R> fold, @Nullable CancelFrame frame, @Nullable Receiver<? super R> receiver) {
    super(fold, frame, receiver);
    this.context = ReactorHooks.contextOf(contextOfOwner(), receiver == null || receiver.isAwait());
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

  /** For a publisher of Reactor: Reactor's hooks get lost failures and items. */
  static final class OfReactor<T, R extends @Nullable Object> extends CoreSubscriberAwait<T, R> {

    OfReactor(
        Fold<T, R> fold, @Nullable CancelFrame frame, @Nullable Receiver<? super R> receiver) {
      super(fold, frame, receiver);
    }

    @Override
    protected void undeliverable(Throwable failure) {
      Operators.onErrorDropped(failure, currentContext());
    }
  }
}
