package io.bridge;

import io.bridge.fixtures.Flows;
import io.bridge.fixtures.Tck;
import org.reactivestreams.Publisher;

/** B1 for {@link Publishers#flowPublisher}. */
public class FlowPublisherTckTest extends Tck.OfPublisher {

  @Override
  public Publisher<Long> createPublisher(long elements) {
    return Flows.through(
        Publishers.<Long>flowPublisher(emitter -> {
          for (long i = 1; i <= elements; i++) {
            emitter.emit(i);
          }
        }));
  }

  @Override
  protected Publisher<Long> failing(RuntimeException failure) {
    return Flows.through(
        Publishers.<Long>flowPublisher(emitter -> {
          throw failure;
        }));
  }
}
