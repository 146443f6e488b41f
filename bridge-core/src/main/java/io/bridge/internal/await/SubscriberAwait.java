package io.bridge.internal.await;

import io.bridge.Suspension;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.Cancellation;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * Awaits a publisher: translates its signals, legal or not, for the one await that made it. Nothing
 * is thrown into the publisher but the {@code NullPointerException} of RS 2.13 (A11).
 *
 * @param <T> the type of the items
 * @param <R> what the await returns
 */
public class SubscriberAwait<T, R extends @Nullable Object> extends FoldAwait<Subscription, T, R>
    implements Subscriber<T> {

  /**
   * Creates the subscriber of the calling thread, or of a conversion.
   *
   * @param fold what becomes of the items
   * @param frame what {@link Cancellation#enterAwait()} returned; null in a conversion
   * @param receiver gets the outcome of a conversion; null if the calling thread waits
   */
  public SubscriberAwait(
      Fold<T, R> fold, @Nullable CancelFrame frame, @Nullable Receiver<? super R> receiver) {
    super(fold, frame, receiver);
  }

  /** Subscribes to {@code publisher} and waits for the outcome. */
  public final R await(Publisher<? extends T> publisher) {
    subscribeTo(publisher);
    return join();
  }

  /** Subscribes to {@code publisher}, unless the suspension is cancelled; waits for nothing. */
  public final void pass(Publisher<? extends T> publisher, Suspension<?> suspension) {
    if (follow(suspension)) {
      subscribeTo(publisher);
    }
  }

  private void subscribeTo(Publisher<? extends T> publisher) {
    try {
      publisher.subscribe(this);
    } catch (Throwable t) {
      sourceThrew(t);
    }
  }

  @Override
  public final void onSubscribe(Subscription subscription) {
    if (subscription == null) {
      throw nullSignal("subscription");
    }
    begin(subscription);
  }

  @Override
  protected final void linked(Subscription upstream) {
    long demand = demand();
    if (demand > 0) {
      upstream.request(demand);
    }
  }

  @Override
  public final void onNext(T item) {
    if (item == null) {
      throw nullSignal("item");
    }
    item(item);
  }

  @Override
  public final void onError(Throwable failure) {
    if (failure == null) {
      throw nullSignal("failure");
    }
    failedAfterItems(failure);
  }

  @Override
  public final void onComplete() {
    completed();
  }

  @Override
  protected final void cancel(Subscription upstream) {
    upstream.cancel();
  }
}
