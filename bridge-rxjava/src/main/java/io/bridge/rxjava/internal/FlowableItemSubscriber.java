package io.bridge.rxjava.internal;

import io.bridge.internal.cursor.ItemReceiver;
import io.bridge.internal.cursor.ItemSubscriber;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;

/**
 * Passes the items of a Flowable on: RxJava's hook gets lost failures.
 *
 * @param <T> the type of the items
 */
public final class FlowableItemSubscriber<T> extends ItemSubscriber<T>
    implements FlowableSubscriber<T> {

  /**
   * Creates the subscriber of a feed.
   *
   * @param feed takes the items
   */
  public FlowableItemSubscriber(ItemReceiver<T> feed) {
    super(feed);
  }

  @Override
  protected void undeliverable(Throwable failure) {
    RxJavaPlugins.onError(failure);
  }
}
