package io.bridge.rxjava;

import io.bridge.fixtures.Tck;
import io.reactivex.rxjava3.schedulers.Schedulers;
import org.reactivestreams.Publisher;

/**
 * B1 for {@link RxJavaBridge#flowable(io.reactivex.rxjava3.core.Scheduler,
 * io.bridge.Emitter.Body)}, B10.
 */
public class FlowableOnSchedulerTckTest extends Tck.OfPublisher {

  @Override
  public Publisher<Long> createPublisher(long elements) {
    return RxJavaBridge.flowable(
        Schedulers.computation(),
        emitter -> {
          for (long i = 1; i <= elements; i++) {
            emitter.emit(i);
          }
        });
  }

  @Override
  protected Publisher<Long> failing(RuntimeException failure) {
    return RxJavaBridge.flowable(
        Schedulers.computation(),
        emitter -> {
          throw failure;
        });
  }
}
