package io.bridge.benchmarks;

import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;

/** Adds up the items of a publisher, and asks for {@code batch} of them at a time. */
final class Count implements CoreSubscriber<Integer> {

  private final long batch;
  private final CountDownLatch done = new CountDownLatch(1);
  private @Nullable Subscription upstream;
  private long inBatch;
  private long sum;

  private Count(long batch) {
    this.batch = batch;
  }

  /** The sum of all items, however they come. */
  static long all(Publisher<Integer> publisher) throws InterruptedException {
    return inBatches(publisher, Long.MAX_VALUE);
  }

  /** The same, with a demand that is renewed from onNext. */
  static long inBatches(Publisher<Integer> publisher, long batch) throws InterruptedException {
    Count count = new Count(batch);
    Subscriber<Integer> subscriber = count;
    publisher.subscribe(subscriber);
    count.done.await();
    return count.sum;
  }

  @Override
  public void onSubscribe(Subscription subscription) {
    upstream = subscription;
    subscription.request(batch);
  }

  @Override
  public void onNext(Integer item) {
    sum += item;
    if (++inBatch == batch) {
      inBatch = 0;
      if (upstream != null) {
        upstream.request(batch);
      }
    }
  }

  @Override
  public void onError(Throwable failure) {
    sum = -1;
    done.countDown();
  }

  @Override
  public void onComplete() {
    done.countDown();
  }
}
