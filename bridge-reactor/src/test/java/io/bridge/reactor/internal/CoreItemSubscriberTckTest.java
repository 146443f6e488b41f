package io.bridge.reactor.internal;

import io.bridge.fixtures.Probe;
import io.bridge.fixtures.Tck;
import io.bridge.reactor.ReactorBridge;
import org.reactivestreams.Subscriber;
import reactor.core.publisher.Flux;

/** B1 for {@link CoreItemSubscriber} of a mapAwait (B8). */
public class CoreItemSubscriberTckTest extends Tck.OfSubscriber {

  @Override
  @SuppressWarnings("unchecked") // a subscriber of Long, which the probe withholds
  public Subscriber<Long> createSubscriber() {
    Probe<Long> probe = new Probe<Long>().onSubscribe(p -> {});
    var unused =
        Flux.from(probe)
            .transform(ReactorBridge.<Long, Long>mapAwait(16, item -> item))
            .subscribe(value -> {}, failure -> {});
    return (Subscriber<Long>) probe.subscriber();
  }
}
