package io.bridge.reactor.internal;

import io.bridge.fixtures.Tck;
import io.bridge.internal.await.Fold;
import org.reactivestreams.Subscriber;

/** B1 for {@link CoreSubscriberAwait}, watched from inside. */
public class CoreSubscriberAwaitWhiteboxTckTest extends Tck.OfWatchedSubscriber {

  @Override
  protected Subscriber<Long> subscriber() {
    return new CoreSubscriberAwait<>(Fold.<Long>last(), null, null);
  }
}
