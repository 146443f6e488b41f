package io.bridge;

import io.bridge.fixtures.Tck;
import java.util.stream.LongStream;
import org.reactivestreams.Publisher;

/** B1 for {@link Publishers#fromIterable}. */
public class FromIterableTckTest extends Tck.OfPublisher {

  @Override
  public Publisher<Long> createPublisher(long elements) {
    return Publishers.fromIterable(() -> LongStream.rangeClosed(1, elements).iterator());
  }

  @Override
  protected Publisher<Long> failing(RuntimeException failure) {
    return Publishers.fromIterable(() -> {
      throw failure;
    });
  }
}
