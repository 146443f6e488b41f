package io.bridge;

import io.bridge.fixtures.Tck;
import org.reactivestreams.Publisher;

/** B1 for {@link Publishers#publisher}. */
public class PublisherTckTest extends Tck.OfPublisher {

  @Override
  public Publisher<Long> createPublisher(long elements) {
    return Publishers.publisher(emitter -> {
      for (long i = 1; i <= elements; i++) {
        emitter.emit(i);
      }
    });
  }

  @Override
  protected Publisher<Long> failing(RuntimeException failure) {
    return Publishers.publisher(emitter -> {
      throw failure;
    });
  }
}
