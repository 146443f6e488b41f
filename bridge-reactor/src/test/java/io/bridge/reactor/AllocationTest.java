package io.bridge.reactor;

import static io.bridge.reactor.ReactorBridge.await;
import static io.bridge.reactor.ReactorBridge.awaitSingle;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.testkit.Allocation;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@DisplayName("A4 what an await of Reactor's types allocates at most")
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
}
