package io.bridge;

import io.bridge.testkit.Tck;
import java.util.concurrent.Flow;
import org.reactivestreams.FlowAdapters;
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

  /** There and back; the lambda hides the source, which the way back would find again. */
  private static Publisher<Long> viewed(Publisher<Long> source) {
    Flow.Publisher<Long> view = Publishers.toFlowPublisher(source);
    return FlowAdapters.toPublisher(
        (Flow.Publisher<Long>) subscriber -> view.subscribe(subscriber));
  }
}
