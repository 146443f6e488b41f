package io.bridge.reactor;

import io.bridge.fixtures.Tck;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** B1 for {@link ReactorBridge#toMono}: the source ends on another thread. */
public class ToMonoTckTest extends Tck.OfPublisher {

  @Override
  public long maxElementsFromPublisher() {
    return 1;
  }

  @Override
  public Publisher<Long> createPublisher(long elements) {
    return converted(elements == 0 ? Mono.<Long>empty() : Mono.just(elements));
  }

  @Override
  protected Publisher<Long> failing(RuntimeException failure) {
    return converted(Mono.error(failure));
  }

  private static Publisher<Long> converted(Mono<Long> source) {
    Mono<Long> elsewhere = source.subscribeOn(Schedulers.parallel());
    return ReactorBridge.toMono(ReactorBridge.awaitable(elsewhere));
  }
}
