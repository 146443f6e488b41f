package io.bridge.reactor.internal;

import io.bridge.internal.CancelFrame;
import io.bridge.internal.Fold;
import io.bridge.internal.Receiver;
import io.bridge.internal.SubscriberAwait;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Awaits a publisher of Reactor: it gets the context of whoever waits, its hooks what is lost.
 *
 * @param <T> the type of the items
 * @param <R> what the await returns
 */
final class CoreSubscriberAwait<T, R extends @Nullable Object> extends SubscriberAwait<T, R>
    implements CoreSubscriber<T> {

  private final Context context;

  CoreSubscriberAwait(
      Fold<T, R> fold, @Nullable CancelFrame frame, @Nullable Receiver<? super R> receiver) {
    super(fold, frame, receiver);
    this.context =
        ReactorEcosystem.contextOf(contextOfOwner(), receiver == null || receiver.isAwait());
  }

  @Override
  public Context currentContext() {
    return context;
  }

  @Override
  protected void undeliverable(Throwable failure) {
    Operators.onErrorDropped(failure, context);
  }

  @Override
  protected void discard(@Nullable Object value) {
    Operators.onDiscard(value, context);
    super.discard(value);
  }
}
