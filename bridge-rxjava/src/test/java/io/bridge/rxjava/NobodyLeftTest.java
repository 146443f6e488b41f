package io.bridge.rxjava;

import static io.bridge.rxjava.RxJavaBridge.flowable;
import static io.bridge.rxjava.RxJavaBridge.mapAwaitFlowable;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Emitter;
import io.bridge.fixtures.BodyRun;
import io.bridge.fixtures.Eventually;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.schedulers.Schedulers;
import io.reactivex.rxjava3.subscribers.DisposableSubscriber;
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

@DisplayName("B4b a flowable that waits for demand when nobody is left is cancelled")
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
  private static final class One extends DisposableSubscriber<Integer> {
    final AtomicInteger seen = new AtomicInteger();

    @Override
    protected void onStart() {
      request(1);
    }

    @Override
    public void onNext(Integer item) {
      seen.incrementAndGet();
    }

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onComplete() {}
  }

  static Stream<Named<UnaryOperator<Flowable<Integer>>>> chains() {
    return Stream.of(
        Named.of("alone", flowable -> flowable),
        Named.of("map and filter", flowable -> flowable.map(i -> i + 1).filter(i -> i > 0)),
        Named.of("observeOn", flow -> flow.observeOn(Schedulers.computation(), false, 2)),
        Named.of("concatMap", flowable -> flowable.concatMap(i -> Flowable.just(i, i), 1)),
        Named.of("mapAwait", flowable -> flowable.compose(mapAwaitFlowable(2, i -> i))));
  }

  private WeakReference<One> subscribed(UnaryOperator<Flowable<Integer>> chain) {
    One subscriber = new One();
    chain.apply(flowable(this::numbers)).subscribe(subscriber);
    Eventually.until("one item", () -> subscriber.seen.get() == 1);
    return new WeakReference<>(subscriber);
  }

  @ParameterizedTest
  @MethodSource("chains")
  @DisplayName("B4b cancelled, silently, and its thread ends")
  void vanished(UnaryOperator<Flowable<Integer>> chain) {
    WeakReference<One> subscriber = subscribed(chain);
    body.awaitParked();
    body.awaitGone();
    assertThat(subscriber.refersTo(null)).isTrue();
    assertThat(lost.failures).isEmpty();
    assertThat(lost.rx).isEmpty();
  }
}
