package io.bridge.rxjava;

import io.bridge.fixtures.Tck;
import org.reactivestreams.Publisher;

/** B1 for {@link RxJavaBridge.flowable}. */
public class FlowableTckTest extends Tck.OfPublisher {

  @Override
  public Publisher<Long> createPublisher(long elements) {
    return RxJavaBridge.flowable(emitter -> {
      for (long i = 1; i <= elements; i++) {
        emitter.emit(i);
      }
    });
  }

  @Override
  protected Publisher<Long> failing(RuntimeException failure) {
    return RxJavaBridge.flowable(emitter -> {
      throw failure;
    });
  }
}
