package io.bridge.reactor;

import io.bridge.fixtures.Tck;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/** B1 for {@link ReactorBridge#mapAwait}, B8. */
public class MapAwaitTckTest extends Tck.OfPublisher {

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
        .transform(ReactorBridge.mapAwait(4, item -> item));
  }

  @Override
  protected Publisher<Long> failing(RuntimeException failure) {
    return Flux.just(1L)
        .transform(
            ReactorBridge.mapAwait(
                4,
                item -> {
                  throw failure;
                }));
  }
}
