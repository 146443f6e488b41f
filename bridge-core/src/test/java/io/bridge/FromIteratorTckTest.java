package io.bridge;

import io.bridge.fixtures.Tck;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.reactivestreams.Publisher;

/** B1 for {@link Publishers#fromIterator}, a new one for each subscriber of a test. */
public class FromIteratorTckTest extends Tck.OfPublisher {

  @Override
  public Publisher<Long> createPublisher(long elements) {
    return subscriber ->
        Publishers.<Long>fromIterator(LongStream.rangeClosed(1, elements).iterator())
            .subscribe(subscriber);
  }

  /** One that has its subscriber already. */
  @Override
  protected Publisher<Long> failing(RuntimeException failure) {
    Publisher<Long> taken = Publishers.fromIterator(Stream.of(1L).iterator());
    Await.awaitCompletion(taken);
    return taken;
  }
}
