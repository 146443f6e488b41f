package io.bridge.internal.await;

import io.bridge.Suspension;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.failure.Failures;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * Awaits a publisher: translates its signals, legal or not, for one await. Throws nothing into the
 * publisher except the {@code NullPointerException} of RS 2.13 (A11).
 *
 * @param <T> the type of the items
 * @param <R> the type of the result
 */
public class SubscriberAwait<T, R extends @Nullable Object> extends FoldAwait<Subscription, T, R>
    implements Subscriber<T> {

  // by the owner: the source ran on this thread, so its stack traces have the place of the await
  private boolean inPlace;

  /**
   * Creates the subscriber of the calling thread, or of a conversion.
   *
   * @param fold turns the items into the result
   * @param frame the result of {@link Cancellation#enterAwait()}; null in a conversion
   * @param receiver gets the outcome of a conversion; null if the calling thread waits
   */
  public SubscriberAwait(
      Fold<T, R> fold, @Nullable CancelFrame frame, @Nullable Receiver<? super R> receiver) {
    super(fold, frame, receiver);
  }

  /** Subscribes to {@code publisher} and waits for the outcome. */
  public final R await(Publisher<? extends T> publisher) {
    if (!(publisher instanceof StreamSource<?> source && callsInPlace(source))) {
      subscribeTo(publisher);
    }
    return join();
  }

  @SuppressWarnings("unchecked") // a source only gives items
  private boolean callsInPlace(StreamSource<?> source) {
    try {
      if (!((StreamSource<T>) source).call(this, callingFrame())) {
        return false;
      }
    } catch (Throwable t) {
      sourceThrew(t);
    }
    inPlace = true;
    return true;
  }

  @Override
  protected final RuntimeException thrown(Throwable cause) {
    return inPlace ? Failures.thrownInPlace(cause) : Failures.thrown(cause);
  }

  /** Subscribes to {@code publisher}, unless the suspension is cancelled; does not wait. */
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
