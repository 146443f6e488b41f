package io.bridge.reactor.internal;

import io.bridge.internal.cursor.ItemReceiver;
import io.bridge.internal.cursor.ItemSubscriber;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Feeds items of any publisher on: the source sees the context of the subscriber downstream, the
 * discard hook there what is lost.
 *
 * @param <T> the type of the items
 */
public class CoreItemSubscriber<T> extends ItemSubscriber<T> implements CoreSubscriber<T> {

  private final Context context;

  /**
   * Creates the subscriber of a feed.
   *
   * @param feed takes the items
   * @param context of the subscriber downstream
   */
  CoreItemSubscriber(ItemReceiver<T> feed, Context context) {
    super(feed);
    this.context = context;
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

  /**
   * A publisher of Reactor's own: its hooks get what is lost.
   *
   * @param <T> the type of the items
   */
  public static final class OfReactor<T> extends CoreItemSubscriber<T> {

    /**
     * Creates the subscriber of a feed.
     *
     * @param feed takes the items
     * @param context of the subscriber downstream
     */
    public OfReactor(ItemReceiver<T> feed, Context context) {
      super(feed, context);
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
}
