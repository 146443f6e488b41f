package io.bridge;

import static java.util.Objects.requireNonNull;

import java.util.function.Function;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** A publisher whose items are seen through a function, for a subscriber of another type. */
record Mapped<S, T>(Publisher<S> source, Function<? super S, ? extends T> function)
    implements Publisher<T> {

  @Override
  public void subscribe(Subscriber<? super T> subscriber) {
    requireNonNull(subscriber, "subscriber");
    source.subscribe(
        new Subscriber<>() {
          @Override
          public void onSubscribe(Subscription subscription) {
            subscriber.onSubscribe(subscription);
          }

          @Override
          public void onNext(S item) {
            subscriber.onNext(function.apply(item));
          }

          @Override
          public void onError(Throwable failure) {
            subscriber.onError(failure);
          }

          @Override
          public void onComplete() {
            subscriber.onComplete();
          }
        });
  }
}
