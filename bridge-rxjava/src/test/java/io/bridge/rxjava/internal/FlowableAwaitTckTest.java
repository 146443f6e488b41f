package io.bridge.rxjava.internal;

import io.bridge.fixtures.Tck;
import io.bridge.internal.await.Fold;
import org.reactivestreams.Subscriber;

/** B1: the rules of Reactive Streams for the subscriber behind every await of a Flowable. */
public class FlowableAwaitTckTest extends Tck.OfSubscriber {

  @Override
  public Subscriber<Long> createSubscriber() {
    return new FlowableAwait<>(Fold.<Long>last(), null, null);
  }
}
