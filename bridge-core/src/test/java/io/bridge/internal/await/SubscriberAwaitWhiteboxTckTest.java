package io.bridge.internal.await;

import io.bridge.fixtures.Tck;
import java.util.stream.Collectors;
import org.reactivestreams.Subscriber;

/** B1 for {@link SubscriberAwait}, watched from inside. */
public class SubscriberAwaitWhiteboxTckTest extends Tck.OfWatchedSubscriber {

  @Override
  protected Subscriber<Long> subscriber() {
    return new SubscriberAwait<>(Fold.collect(Collectors.<Long>toList()), null, null);
  }
}
