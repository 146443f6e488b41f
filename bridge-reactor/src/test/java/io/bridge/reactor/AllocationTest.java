package io.bridge.reactor;

import static io.bridge.Publishers.iterate;
import static io.bridge.reactor.ReactorBridge.await;
import static io.bridge.reactor.ReactorBridge.awaitSingle;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Cursor;
import io.bridge.fixtures.Allocation;
import io.bridge.fixtures.Fork;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@DisplayName("A4, I5 what an await and a loop of Reactor's types allocate at most")
@Timeout(120)
class AllocationTest {

  private static final class Ignoring implements CoreSubscriber<Integer> {

    @Override
    public void onSubscribe(Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(Integer item) {}

    @Override
    public void onError(Throwable failure) {
      throw new AssertionError(failure);
    }

    @Override
    public void onComplete() {}
  }

  @Test
  @DisplayName("A4 nothing for Mono.just, Mono.empty, Flux.just")
  void await_scalar_nothing() {
    Mono<Integer> just = Mono.just(1);
    Mono<Integer> empty = Mono.empty();
    Flux<Integer> flux = Flux.just(1);

    assertThat(Allocation.bytesOf(() -> awaitSingle(just))).isZero();
    assertThat(Allocation.bytesOf(() -> await(empty))).isZero();
    assertThat(Allocation.bytesOf(() -> awaitSingle(flux))).isZero();
  }

  @Test
  @DisplayName("A4 beyond what Reactor itself needs, one subscriber for a Mono that is no scalar")
  void await_synchronousMono_oneSubscriber() {
    Mono<Integer> hidden = Mono.just(1).hide();
    Ignoring ignoring = new Ignoring();

    double bytes = Allocation.bytesOf(() -> awaitSingle(hidden));
    double ofReactor = Allocation.bytesOf(() -> hidden.subscribe(ignoring));

    assertThat(bytes - ofReactor).isLessThanOrEqualTo(64);
  }

  /** On a short stack: how much of it an open cursor notes counts, too. */
  private static double bytesOfLoop(Flux<Integer> flux) {
    return Fork.platform(() ->
            Allocation.bytesOf(() -> {
              try (Cursor<Integer> items = iterate(flux)) {
                while (items.hasNext()) {
                  items.next();
                }
              }
            }))
        .join();
  }

  @Test
  @DisplayName("I5 a loop over one item: what is open notes its stack, what has ended does not")
  void iterate_oneItem() {
    assertThat(bytesOfLoop(Flux.range(0, 1))).isLessThanOrEqualTo(1_500);
    assertThat(bytesOfLoop(Flux.range(0, 1).hide())).isLessThanOrEqualTo(600);
  }
}
