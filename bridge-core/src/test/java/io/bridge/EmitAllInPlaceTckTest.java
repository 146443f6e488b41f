package io.bridge;

import io.bridge.fixtures.Tck;
import org.reactivestreams.Publisher;

/** B1 for a body that passes another one on, in place (N2, B4a). */
public class EmitAllInPlaceTckTest extends Tck.OfPublisher {

  @Override
  public Publisher<Long> createPublisher(long elements) {
    Publisher<Long> inner =
        Publishers.publisher(emitter -> {
          for (long i = 1; i <= elements; i++) {
            emitter.emit(i);
          }
        });
    return Publishers.publisher(emitter -> emitter.emitAll(inner));
  }

  @Override
  protected Publisher<Long> failing(RuntimeException failure) {
    Publisher<Long> inner =
        Publishers.publisher(emitter -> {
          throw failure;
        });
    return Publishers.publisher(emitter -> emitter.emitAll(inner));
  }
}
