package io.bridge.reactor;

import io.bridge.fixtures.Tck;
import org.reactivestreams.Publisher;
import reactor.core.scheduler.Schedulers;

/**
 * B1 for {@link ReactorBridge#flux(reactor.core.scheduler.Scheduler, io.bridge.Emitter.Body)}, B10.
 */
public class FluxOnSchedulerTckTest extends Tck.OfPublisher {

  @Override
  public Publisher<Long> createPublisher(long elements) {
    return ReactorBridge.flux(
        Schedulers.parallel(),
        emitter -> {
          for (long i = 1; i <= elements; i++) {
            emitter.emit(i);
          }
        });
  }

  @Override
  protected Publisher<Long> failing(RuntimeException failure) {
    return ReactorBridge.flux(
        Schedulers.parallel(),
        emitter -> {
          throw failure;
        });
  }
}
