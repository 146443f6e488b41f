package io.bridge.rxjava;

import io.bridge.fixtures.Tck;
import io.reactivex.rxjava3.core.Flowable;
import org.reactivestreams.Publisher;

/**
 * B1 for {@link RxJavaBridge#mapAwaitFlowableUnordered}, B8. Its items are alike: an optional rule
 * compares orders.
 */
public class MapAwaitFlowableUnorderedTckTest extends Tck.OfPublisher {

  @Override
  public Publisher<Long> createPublisher(long elements) {
    return Flowable.rangeLong(1, elements)
        .compose(RxJavaBridge.mapAwaitFlowableUnordered(4, item -> 1L));
  }

  @Override
  protected Publisher<Long> failing(RuntimeException failure) {
    return Flowable.just(1L)
        .compose(
            RxJavaBridge.mapAwaitFlowableUnordered(
                4,
                item -> {
                  throw failure;
                }));
  }
}
