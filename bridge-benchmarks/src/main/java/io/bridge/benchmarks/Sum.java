package io.bridge.benchmarks;

import io.reactivex.rxjava3.core.Flowable;
import java.util.concurrent.CountDownLatch;
import reactor.core.publisher.Flux;

/** The floor of a loop: subscribe with a lambda, and wait for the end. */
final class Sum {

  private final CountDownLatch done = new CountDownLatch(1);
  private long sum;

  private Sum() {}

  static long of(Flux<Integer> flux) throws InterruptedException {
    Sum sum = new Sum();
    flux.subscribe(item -> sum.sum += item, sum::failed, sum.done::countDown);
    return sum.result();
  }

  static long of(Flowable<Integer> flowable) throws InterruptedException {
    Sum sum = new Sum();
    var unused = flowable.subscribe(item -> sum.sum += item, sum::failed, sum.done::countDown);
    return sum.result();
  }

  private void failed(Throwable failure) {
    sum = -1;
    done.countDown();
  }

  private long result() throws InterruptedException {
    done.await();
    return sum;
  }
}
