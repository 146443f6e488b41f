package io.bridge;

import io.bridge.fixtures.Tck;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.reactivestreams.Publisher;

/** B1 for {@link Publishers#fromStream}, a new one for each subscriber of a test. */
public class FromStreamTckTest extends Tck.OfPublisher {

  @Override
  public Publisher<Long> createPublisher(long elements) {
    return subscriber ->
        Publishers.<Long>fromStream(LongStream.rangeClosed(1, elements).boxed())
            .subscribe(subscriber);
  }

  @Override
  protected Publisher<Long> failing(RuntimeException failure) {
    return subscriber ->
        Publishers.<Long>fromStream(
                Stream.generate(() -> {
                  throw failure;
                }))
            .subscribe(subscriber);
  }
}
