package io.bridge.benchmarks;

import io.reactivex.rxjava3.core.Flowable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.infra.Blackhole;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;

/** Takes all items of a source, and waits for its end. */
final class Drain implements CoreSubscriber<Integer> {

  private final long batch;
  private final Blackhole hole;
  private final CountDownLatch done = new CountDownLatch(1);
  private @Nullable Subscription upstream;
  private @Nullable Throwable failure;
  private long inBatch;

  private Drain(long batch, Blackhole hole) {
    this.batch = batch;
    this.hole = hole;
  }

  /** With a lambda, as the floor of a loop. */
  static void all(Flux<Integer> flux, Blackhole hole) throws InterruptedException {
    Drain drain = new Drain(Long.MAX_VALUE, hole);
    flux.subscribe(hole::consume, drain::onError, drain::onComplete);
    drain.await();
  }

  static void all(Flowable<Integer> flowable, Blackhole hole) throws InterruptedException {
    Drain drain = new Drain(Long.MAX_VALUE, hole);
    var _ = flowable.subscribe(hole::consume, drain::onError, drain::onComplete);
    drain.await();
  }

  /** With a demand of {@code batch} items, renewed from onNext. */
  static void inBatches(Publisher<Integer> publisher, long batch, Blackhole hole)
      throws InterruptedException {
    Drain drain = new Drain(batch, hole);
    publisher.subscribe(drain);
    drain.await();
  }

  private void await() throws InterruptedException {
    done.await();
    if (failure != null) {
      throw new IllegalStateException(failure);
    }
  }

  @Override
  public void onSubscribe(Subscription subscription) {
    upstream = subscription;
    subscription.request(batch);
  }

  @Override
  public void onNext(Integer item) {
    hole.consume(item);
    if (++inBatch == batch) {
      inBatch = 0;
      if (upstream != null) {
        upstream.request(batch);
      }
    }
  }

  @Override
  public void onError(Throwable cause) {
    failure = cause;
    done.countDown();
  }

  @Override
  public void onComplete() {
    done.countDown();
  }
}
