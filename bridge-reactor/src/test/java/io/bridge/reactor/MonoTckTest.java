package io.bridge.reactor;

import io.bridge.fixtures.Tck;
import org.reactivestreams.Publisher;

/** B1 for {@link ReactorBridge#mono(io.bridge.Body)}. */
public class MonoTckTest extends Tck.OfPublisher {

  @Override
  public long maxElementsFromPublisher() {
    return 1;
  }

  @Override
  public Publisher<Long> createPublisher(long elements) {
    return ReactorBridge.mono(() -> elements == 0 ? null : elements);
  }

  @Override
  protected Publisher<Long> failing(RuntimeException failure) {
    return ReactorBridge.mono(() -> {
      throw failure;
    });
  }
}
