package io.bridge.rxjava;

import io.bridge.Publishers;
import io.bridge.fixtures.Tck;
import org.reactivestreams.Publisher;

/** B1 for {@link RxJavaBridge#toFlowable}. */
public class ToFlowableTckTest extends Tck.OfPublisher {

  @Override
  public Publisher<Long> createPublisher(long elements) {
    return RxJavaBridge.toFlowable(
        Publishers.<Long>publisher(emitter -> {
          for (long i = 1; i <= elements; i++) {
            emitter.emit(i);
          }
        }));
  }

  @Override
  protected Publisher<Long> failing(RuntimeException failure) {
    return RxJavaBridge.toFlowable(
        Publishers.<Long>publisher(emitter -> {
          throw failure;
        }));
  }
}
