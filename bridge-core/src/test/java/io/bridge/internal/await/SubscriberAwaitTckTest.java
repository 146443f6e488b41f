package io.bridge.internal.await;

import io.bridge.fixtures.Tck;
import java.util.stream.Collectors;
import org.reactivestreams.Subscriber;

/** B1 for {@link SubscriberAwait}. */
public class SubscriberAwaitTckTest extends Tck.OfSubscriber {

  @Override
  public Subscriber<Long> createSubscriber() {
    return new SubscriberAwait<>(Fold.collect(Collectors.<Long>toList()), null, null);
  }
}
