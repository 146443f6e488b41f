package io.bridge;

import io.bridge.fixtures.Flows;
import io.bridge.fixtures.Tck;
import org.reactivestreams.Publisher;

/** B1 for {@link Publishers#toFlowPublisher}. */
public class ToFlowPublisherTckTest extends Tck.OfPublisher {

  @Override
  public Publisher<Long> createPublisher(long elements) {
    return viewed(
        Publishers.publisher(emitter -> {
          for (long i = 1; i <= elements; i++) {
            emitter.emit(i);
          }
        }));
  }

  @Override
  protected Publisher<Long> failing(RuntimeException failure) {
    return viewed(
        Publishers.publisher(emitter -> {
          throw failure;
        }));
  }

  private static Publisher<Long> viewed(Publisher<Long> source) {
    return Flows.through(Publishers.<Long>toFlowPublisher(source));
  }
}
