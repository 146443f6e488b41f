package io.bridge.rxjava.internal;

import io.bridge.fixtures.Probe;
import io.bridge.fixtures.Tck;
import io.bridge.rxjava.RxJavaBridge;
import io.reactivex.rxjava3.core.Flowable;
import org.reactivestreams.Subscriber;

/** B1 for {@link FlowableItemSubscriber} of a mapAwait (B8), watched from inside. */
public class FlowableItemSubscriberWhiteboxTckTest extends Tck.OfWatchedSubscriber {

  @Override
  @SuppressWarnings("unchecked") // a subscriber of Long, which the probe withholds
  protected Subscriber<Long> subscriber() {
    Probe<Long> probe = new Probe<Long>().onSubscribe(p -> {});
    var unused =
        Flowable.fromPublisher(probe)
            .compose(RxJavaBridge.<Long, Long>mapAwaitFlowable(16, item -> item))
            .subscribe(value -> {}, failure -> {});
    return (Subscriber<Long>) probe.subscriber();
  }
}
