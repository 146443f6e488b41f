package io.bridge.rxjava;

import io.bridge.fixtures.Tck;
import io.reactivex.rxjava3.core.Flowable;
import org.reactivestreams.Publisher;

/** B1 for {@link RxJavaBridge#mapAwaitFlowable}, B8. */
public class MapAwaitFlowableTckTest extends Tck.OfPublisher {

  @Override
  public Publisher<Long> createPublisher(long elements) {
    return Flowable.rangeLong(1, elements).compose(RxJavaBridge.mapAwaitFlowable(4, item -> item));
  }

  @Override
  protected Publisher<Long> failing(RuntimeException failure) {
    return Flowable.just(1L)
        .compose(
            RxJavaBridge.mapAwaitFlowable(
                4,
                item -> {
                  throw failure;
                }));
  }
}
