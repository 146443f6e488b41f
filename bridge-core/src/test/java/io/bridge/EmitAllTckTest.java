package io.bridge;

import io.bridge.fixtures.Tck;
import java.util.stream.LongStream;
import org.reactivestreams.Publisher;

/** B1 for a body that passes a publisher of others on (B4a). */
public class EmitAllTckTest extends Tck.OfPublisher {

  @Override
  public Publisher<Long> createPublisher(long elements) {
    Publisher<Long> source =
        Publishers.fromIterable(() -> LongStream.rangeClosed(1, elements).boxed().iterator());
    return Publishers.publisher(emitter -> emitter.emitAll(source));
  }

  @Override
  protected Publisher<Long> failing(RuntimeException failure) {
    Publisher<Long> source =
        Publishers.fromIterable(() -> {
          throw failure;
        });
    return Publishers.publisher(emitter -> emitter.emitAll(source));
  }
}
