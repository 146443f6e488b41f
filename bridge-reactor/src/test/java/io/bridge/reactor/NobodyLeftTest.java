package io.bridge.reactor;

import static io.bridge.reactor.ReactorBridge.flux;
import static io.bridge.reactor.ReactorBridge.mapAwait;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Emitter;
import io.bridge.fixtures.BodyRun;
import io.bridge.fixtures.Eventually;
import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

@DisplayName("B4b a flux that waits for demand when nobody is left is cancelled, through operators")
@Timeout(120)
class NobodyLeftTest {

  private final Lost lost = new Lost();
  private final BodyRun<String> body = new BodyRun<>();

  @AfterEach
  void close() {
    lost.close();
  }

  private void numbers(Emitter<Integer> emitter) throws Exception {
    body.call(() -> {
      for (int i = 1; ; i++) {
        emitter.emit(i);
      }
    });
  }

  /** Requests one item. */
  private static final class One extends BaseSubscriber<Integer> {
    final AtomicInteger seen = new AtomicInteger();

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
      subscription.request(1);
    }

    @Override
    protected void hookOnNext(Integer item) {
      seen.incrementAndGet();
    }
  }

  static Stream<Named<UnaryOperator<Flux<Integer>>>> chains() {
    return Stream.of(
        Named.of("alone", flux -> flux),
        Named.of("with a Context", flux -> flux.contextWrite(ctx -> ctx.put("key", "value"))),
        Named.of("map and filter", flux -> flux.map(i -> i + 1).filter(i -> i > 0)),
        Named.of("doOnDiscard", flux -> flux.doOnDiscard(Integer.class, item -> {})),
        Named.of("publishOn", flux -> flux.publishOn(Schedulers.parallel(), 2)),
        Named.of("concatMap", flux -> flux.concatMap(i -> Flux.just(i, i), 1)),
        Named.of("mapAwait", flux -> flux.transform(mapAwait(2, i -> i))));
  }

  private WeakReference<One> subscribed(UnaryOperator<Flux<Integer>> chain) {
    One subscriber = new One();
    chain.apply(flux(this::numbers)).subscribe(subscriber);
    Eventually.until("one item", () -> subscriber.seen.get() == 1);
    return new WeakReference<>(subscriber);
  }

  @ParameterizedTest
  @MethodSource("chains")
  @DisplayName("B4b cancelled, silently, and its thread ends")
  void vanished(UnaryOperator<Flux<Integer>> chain) {
    WeakReference<One> subscriber = subscribed(chain);
    body.awaitParked();
    body.awaitGone();
    assertThat(subscriber.refersTo(null)).isTrue();
    assertThat(lost.failures).isEmpty();
    assertThat(lost.droppedErrors).isEmpty();
  }
}
