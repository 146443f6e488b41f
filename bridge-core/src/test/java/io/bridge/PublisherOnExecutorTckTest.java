package io.bridge;

import io.bridge.fixtures.Tck;
import org.reactivestreams.Publisher;

/** B1 for {@link Publishers#publisher(java.util.concurrent.Executor, Emitter.Body)}, B10. */
public class PublisherOnExecutorTckTest extends Tck.OfPublisher {

  @Override
  public Publisher<Long> createPublisher(long elements) {
    return Publishers.publisher(
        Thread::startVirtualThread,
        emitter -> {
          for (long i = 1; i <= elements; i++) {
            emitter.emit(i);
          }
        });
  }

  @Override
  protected Publisher<Long> failing(RuntimeException failure) {
    return Publishers.publisher(
        Thread::startVirtualThread,
        emitter -> {
          throw failure;
        });
  }
}
