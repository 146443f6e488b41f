package io.bridge.rxjava;

import io.bridge.internal.mapping.MapAwaitSubscription;
import io.bridge.rxjava.internal.FlowableItemSubscriber;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import org.reactivestreams.Subscriber;

/**
 * A Flowable that maps each item of its source with a body.
 *
 * @param <A> the type of the items
 * @param <B> the type of the values
 */
final class MapAwaitFlowable<A, B> extends Flowable<B> {

  private final Flowable<A> items;
  private final MapAwaitSubscription.Settings<A, B> settings;

  private MapAwaitFlowable(Flowable<A> items, MapAwaitSubscription.Settings<A, B> settings) {
    this.items = items;
    this.settings = settings;
  }

  static <A, B> Flowable<B> of(Flowable<A> items, MapAwaitSubscription.Settings<A, B> settings) {
    return RxJavaPlugins.onAssembly(new MapAwaitFlowable<>(items, settings));
  }

  @Override
  protected void subscribeActual(Subscriber<? super B> subscriber) {
    settings.subscribe(items, subscriber, FlowableItemSubscriber::new);
  }
}
