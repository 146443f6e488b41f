package io.bridge.rxjava.internal;

import io.bridge.fixtures.Tck;
import io.bridge.internal.await.Fold;
import org.reactivestreams.Subscriber;

/** B1 for {@link FlowableAwait}, watched from inside. */
public class FlowableAwaitWhiteboxTckTest extends Tck.OfWatchedSubscriber {

  @Override
  protected Subscriber<Long> subscriber() {
    return new FlowableAwait<>(Fold.<Long>last(), null, null);
  }
}
