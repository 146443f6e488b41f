package io.bridge.testkit;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;

/** The observer under test, whatever its library calls it; a script may send it nulls. */
public interface Signals {

  /** Hands over an upstream. */
  void onSubscribe(@Nullable Upstream upstream);

  /** Sends an item, or the value where the library has one at most. */
  void onNext(@Nullable String item);

  /** Sends a failure. */
  void onError(@Nullable Throwable failure);

  /** Sends the end. */
  void onComplete();

  /** A subscriber of Reactive Streams. */
  static Signals of(Subscriber<? super String> subscriber) {
    return of(
        upstream -> subscriber.onSubscribe(Nulls.<Upstream>smuggled(upstream)),
        subscriber::onNext,
        subscriber::onError,
        subscriber::onComplete);
  }

  /** Any observer, by its methods. */
  static Signals of(
      Consumer<@Nullable Upstream> subscribe,
      Consumer<String> next,
      Consumer<Throwable> error,
      Runnable complete) {
    return new Signals() {
      @Override
      public void onSubscribe(@Nullable Upstream upstream) {
        subscribe.accept(upstream);
      }

      @Override
      public void onNext(@Nullable String item) {
        next.accept(Nulls.<String>smuggled(item));
      }

      @Override
      public void onError(@Nullable Throwable failure) {
        error.accept(Nulls.<Throwable>smuggled(failure));
      }

      @Override
      public void onComplete() {
        complete.run();
      }
    };
  }
}
