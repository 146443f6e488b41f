package io.bridge.reactor;

import io.bridge.fixtures.Tck;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/**
 * B1 for {@link ReactorBridge#mapAwaitUnordered}, B8. Its items are alike: an optional rule
 * compares orders.
 */
public class MapAwaitUnorderedTckTest extends Tck.OfPublisher {

  @Override
  public Publisher<Long> createPublisher(long elements) {
    return Flux.<Long, Long>generate(
            () -> 1L,
            (next, sink) -> {
              if (next > elements) {
                sink.complete();
              } else {
                sink.next(next);
              }
              return next + 1;
            })
        .transform(ReactorBridge.mapAwaitUnordered(4, item -> 1L));
  }

  @Override
  protected Publisher<Long> failing(RuntimeException failure) {
    return Flux.just(1L)
        .transform(
            ReactorBridge.mapAwaitUnordered(
                4,
                item -> {
                  throw failure;
                }));
  }
}
