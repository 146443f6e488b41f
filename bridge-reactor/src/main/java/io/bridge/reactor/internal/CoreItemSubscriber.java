package io.bridge.reactor.internal;

import io.bridge.internal.cursor.ItemReceiver;
import io.bridge.internal.cursor.ItemSubscriber;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Passes the items of any publisher on: the source gets the context of the subscriber downstream,
 * whose discard hook gets lost items.
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
   * For a publisher of Reactor: Reactor's hooks get lost failures and items.
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
