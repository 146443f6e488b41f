package io.bridge.reactor;

import io.bridge.fixtures.Tck;
import org.reactivestreams.Publisher;

/** B1 for {@link ReactorBridge#flux}. */
public class FluxTckTest extends Tck.OfPublisher {

  @Override
  public Publisher<Long> createPublisher(long elements) {
    return ReactorBridge.flux(emitter -> {
      for (long i = 1; i <= elements; i++) {
        emitter.emit(i);
      }
    });
  }

  @Override
  protected Publisher<Long> failing(RuntimeException failure) {
    return ReactorBridge.flux(emitter -> {
      throw failure;
    });
  }
}
