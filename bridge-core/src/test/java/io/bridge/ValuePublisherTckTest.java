package io.bridge;

import io.bridge.fixtures.Tck;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/** B1 for {@link Publishers#toPublisher(Awaitable)}: the source ends on another thread. */
public class ValuePublisherTckTest extends Tck.OfPublisher {

  @Override
  public long maxElementsFromPublisher() {
    return 1;
  }

  @Override
  public Publisher<Long> createPublisher(long elements) {
    Awaitable<@Nullable Long> source = s -> later(() -> resume(s, elements == 0 ? null : elements));
    return Publishers.toPublisher(source);
  }

  @Override
  protected Publisher<Long> failing(RuntimeException failure) {
    Awaitable<@Nullable Long> source = s -> later(() -> s.fail(failure));
    return Publishers.toPublisher(source);
  }

  private static <T extends @Nullable Object> void resume(Suspension<? super T> to, T value) {
    to.resume(value);
  }

  private static void later(Runnable outcome) {
    Thread.ofVirtual().start(outcome);
  }
}
