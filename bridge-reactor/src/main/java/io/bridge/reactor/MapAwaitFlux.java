package io.bridge.reactor;

import io.bridge.internal.mapping.MapAwaitSubscription;
import io.bridge.reactor.internal.CoreItemSubscriber;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.util.context.Context;

/**
 * A Flux that maps each item of its source with a body.
 *
 * @param <A> the type of the items
 * @param <B> the type of the values
 */
final class MapAwaitFlux<A, B> extends Flux<B> {

  private final Flux<A> items;
  private final MapAwaitSubscription.Settings<A, B> settings;

  private MapAwaitFlux(Flux<A> items, MapAwaitSubscription.Settings<A, B> settings) {
    this.items = items;
    this.settings = settings;
  }

  static <A, B> Flux<B> of(Flux<A> items, MapAwaitSubscription.Settings<A, B> settings) {
    Flux<B> flux = new MapAwaitFlux<>(items, settings);
    return AssemblyTrace.of(flux, onAssembly(flux)); // Reactor's hooks apply as to its own types
  }

  @Override
  public void subscribe(CoreSubscriber<? super B> actual) {
    Context context = actual.currentContext(); // a cancelled subscriber is not kept (RS 3.13)
    settings.subscribe(items, actual, runs -> new CoreItemSubscriber.OfReactor<>(runs, context));
  }
}
