package io.bridge.examples;

import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.processors.BehaviorProcessor;
import java.util.concurrent.TimeUnit;

/** Prices that change every millisecond: a hot RxJava stream that keeps its newest tick. */
final class PriceFeed implements AutoCloseable {

  private static final int PERIOD = 100;

  private final BehaviorProcessor<Long> ticks = BehaviorProcessor.createDefault(0L);
  private final Disposable clock;

  PriceFeed() {
    clock =
        Flowable.interval(1, TimeUnit.MILLISECONDS)
            .onBackpressureLatest()
            .subscribe(ticks::onNext, ticks::onError);
  }

  /**
   * The price of {@code product} in cents, now and then after each change. A subscriber that is
   * slower than the feed misses prices, but what it gets is the newest.
   */
  Flowable<Long> of(int product) {
    return ticks.onBackpressureLatest().map(tick -> 1000L + 10L * product + tick % PERIOD);
  }

  @Override
  public void close() {
    clock.dispose();
    ticks.onComplete();
  }
}
