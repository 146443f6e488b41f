package io.bridge.testkit;

import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.reactivestreams.tck.PublisherVerification;
import org.reactivestreams.tck.SubscriberBlackboxVerification;
import org.reactivestreams.tck.SubscriberWhiteboxVerification;
import org.reactivestreams.tck.TestEnvironment;

/**
 * Bases for the TCK classes: the time that a loaded machine needs stands here once. What the TCK
 * skips is checked by {@link TckSkipGate}, against {@code tck-skips/<class>.skips} in the test
 * resources of the class's module.
 */
public final class Tck {

  /** Signals must come within this time. */
  private static final int TIMEOUT_MILLIS = 1000;

  /** The TCK watches this long for a signal that must not come. */
  private static final int NO_SIGNALS_MILLIS = 30;

  private Tck() {}

  private static TestEnvironment environment() {
    return new TestEnvironment(TIMEOUT_MILLIS, NO_SIGNALS_MILLIS, NO_SIGNALS_MILLIS);
  }

  /** A publisher of the numbers 1 to n. */
  public abstract static class OfPublisher extends PublisherVerification<Long> {

    /** For a subclass in the module of the publisher. */
    protected OfPublisher() {
      super(environment());
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
      return failing(new IllegalStateException("a failing body"));
    }

    /** A publisher that fails with {@code failure} at once. */
    protected abstract Publisher<Long> failing(RuntimeException failure);
  }

  /** A subscriber. */
  public abstract static class OfSubscriber extends SubscriberBlackboxVerification<Long> {

    /** For a subclass in the module of the subscriber. */
    protected OfSubscriber() {
      super(environment());
    }

    @Override
    public Long createElement(int element) {
      return (long) element;
    }
  }

  /**
   * The same subscriber, watched from inside. Ours ask for all items at once, so what the TCK
   * requests and cancels by itself goes straight to the subscription, beside them.
   */
  public abstract static class OfWatchedSubscriber extends SubscriberWhiteboxVerification<Long> {

    /** For a subclass in the module of the subscriber. */
    protected OfWatchedSubscriber() {
      super(environment());
    }

    /** A fresh subscriber. */
    protected abstract Subscriber<Long> subscriber();

    @Override
    public Subscriber<Long> createSubscriber(WhiteboxSubscriberProbe<Long> probe) {
      return new Watched(subscriber(), probe);
    }

    @Override
    public Long createElement(int element) {
      return (long) element;
    }
  }

  /** Hands each signal on, then tells the TCK of it; one that is refused is not told. */
  private record Watched(
      Subscriber<Long> subscriber,
      SubscriberWhiteboxVerification.WhiteboxSubscriberProbe<Long> probe)
      implements Subscriber<Long> {

    @Override
    public void onSubscribe(Subscription subscription) {
      subscriber.onSubscribe(subscription);
      probe.registerOnSubscribe(
          new SubscriberWhiteboxVerification.SubscriberPuppet() {
            @Override
            public void triggerRequest(long elements) {
              subscription.request(elements);
            }

            @Override
            public void signalCancel() {
              subscription.cancel();
            }
          });
    }

    @Override
    public void onNext(Long item) {
      subscriber.onNext(item);
      probe.registerOnNext(item);
    }

    @Override
    public void onError(Throwable failure) {
      subscriber.onError(failure);
      probe.registerOnError(failure);
    }

    @Override
    public void onComplete() {
      subscriber.onComplete();
      probe.registerOnComplete();
    }
  }
}
