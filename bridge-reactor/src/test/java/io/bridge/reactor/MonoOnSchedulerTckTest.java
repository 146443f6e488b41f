package io.bridge.reactor;

import io.bridge.fixtures.Tck;
import org.reactivestreams.Publisher;
import reactor.core.scheduler.Schedulers;

/** B1 for {@link ReactorBridge#mono(reactor.core.scheduler.Scheduler, io.bridge.Body)}, B10. */
public class MonoOnSchedulerTckTest extends Tck.OfPublisher {

  @Override
  public long maxElementsFromPublisher() {
    return 1;
  }

  @Override
  public Publisher<Long> createPublisher(long elements) {
    return ReactorBridge.mono(Schedulers.parallel(), () -> elements == 0 ? null : elements);
  }

  @Override
  protected Publisher<Long> failing(RuntimeException failure) {
    return ReactorBridge.mono(
        Schedulers.parallel(),
        () -> {
          throw failure;
        });
  }
}
