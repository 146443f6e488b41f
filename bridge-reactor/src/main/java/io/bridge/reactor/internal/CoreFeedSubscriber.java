package io.bridge.reactor.internal;

import io.bridge.internal.Feed;
import io.bridge.internal.FeedSubscriber;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Feeds items of Reactor on: the source sees the context of the subscriber downstream, Reactor's
 * hooks what is lost.
 *
 * @param <T> the type of the items
 */
public final class CoreFeedSubscriber<T> extends FeedSubscriber<T> implements CoreSubscriber<T> {

  private final Context context;

  /**
   * Creates the subscriber of a feed.
   *
   * @param feed takes the items
   * @param context of the subscriber downstream
   */
  public CoreFeedSubscriber(Feed<T> feed, Context context) {
    super(feed);
    this.context = context;
  }

  @Override
  public Context currentContext() {
    return context;
  }

  @Override
  public Throwable unwrap(Throwable failure) {
    return Exceptions.unwrap(failure);
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
