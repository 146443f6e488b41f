package io.bridge.reactor;

import io.bridge.Publishers;
import io.bridge.fixtures.Tck;
import org.reactivestreams.Publisher;

/** B1 for {@link ReactorBridge#toFlux}. */
public class ToFluxTckTest extends Tck.OfPublisher {

  @Override
  public Publisher<Long> createPublisher(long elements) {
    return ReactorBridge.toFlux(
        Publishers.<Long>publisher(emitter -> {
          for (long i = 1; i <= elements; i++) {
            emitter.emit(i);
          }
        }));
  }

  @Override
  protected Publisher<Long> failing(RuntimeException failure) {
    return ReactorBridge.toFlux(
        Publishers.<Long>publisher(emitter -> {
          throw failure;
        }));
  }
}
