package io.bridge.reactor.internal;

import io.bridge.fixtures.Tck;
import io.bridge.internal.await.Fold;
import org.reactivestreams.Subscriber;

/** B1: the rules of Reactive Streams for the subscriber behind every await of Reactor's types. */
public class CoreSubscriberAwaitTckTest extends Tck.OfSubscriber {

  @Override
  public Subscriber<Long> createSubscriber() {
    return new CoreSubscriberAwait<>(Fold.<Long>last(), null, null);
  }
}
