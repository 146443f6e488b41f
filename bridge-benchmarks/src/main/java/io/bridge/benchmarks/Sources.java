package io.bridge.benchmarks;

import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** Sources that no library made. */
final class Sources {

  private Sources() {}

  /** Emits {@code item} and completes, inside request. */
  static <T> Publisher<T> synchronous(T item) {
    return subscriber -> subscriber.onSubscribe(new OneItem<>(subscriber, item));
  }

  private static final class OneItem<T> implements Subscription {

    private final Subscriber<? super T> subscriber;
    private final T item;
    private boolean done;

    OneItem(Subscriber<? super T> subscriber, T item) {
      this.subscriber = subscriber;
      this.item = item;
    }

    @Override
    public void request(long n) {
      if (!done) {
        done = true;
        subscriber.onNext(item);
        subscriber.onComplete();
      }
    }

    @Override
    public void cancel() {
      done = true;
    }
  }
}
