package io.bridge.testkit;

import java.util.concurrent.Flow;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;

/** The JDK's publishers in tests that know those of Reactive Streams only. */
public final class Flows {

  /** A subscriber that {@link FlowAdapters} does not know. */
  private record Hidden<T>(Flow.Subscriber<? super T> subscriber) implements Flow.Subscriber<T> {

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscriber.onSubscribe(subscription);
    }

    @Override
    public void onNext(T item) {
      subscriber.onNext(item);
    }

    @Override
    public void onError(Throwable failure) {
      subscriber.onError(failure);
    }

    @Override
    public void onComplete() {
      subscriber.onComplete();
    }
  }

  private Flows() {}

  /**
   * Shows {@code publisher} as one of Reactive Streams, all of whose signals go through the JDK's
   * types: {@link FlowAdapters} alone would find the adapters that it made itself, and remove them.
   */
  public static <T> Publisher<T> through(Flow.Publisher<T> publisher) {
    Flow.Publisher<T> hidden =
        subscriber ->
            publisher.subscribe(subscriber == null ? subscriber : new Hidden<>(subscriber));
    return FlowAdapters.toPublisher(hidden);
  }
}
