package io.bridge.internal.stream;

import static java.util.Objects.requireNonNull;

import io.bridge.Undeliverable;
import io.bridge.VoidItemBody;
import io.bridge.internal.await.StreamSource;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.coroutine.InPlaceStream;
import io.bridge.internal.failure.Failures;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * Runs an action for each item of a stream in place (N2): as code of the consumer, inside the
 * body's emit. If the action throws, the body is cancelled, as by any subscriber. Proof:
 * InPlaceStreamTest.
 *
 * @param <T> the type of the items
 * @param <X> the checked exception of the action
 */
public final class InPlaceConsumer<T, X extends Exception> implements Subscriber<T> {

  private final VoidItemBody<? super T, X> action;

  // by the consuming thread
  private @Nullable InPlaceStream stream;
  private @Nullable LostSignals lost;
  private @Nullable Subscription subscription;
  private @Nullable Throwable thrown;
  private @Nullable Throwable failure;

  private InPlaceConsumer(VoidItemBody<? super T, X> action) {
    this.action = action;
  }

  /**
   * Runs {@code action} for each item of {@code publisher}; false, and nothing has happened, if it
   * is no stream of ours or gets a thread.
   *
   * @param publisher the source
   * @param action the code for one item
   * @param frame the result of {@link Cancellation#enterAwait()}
   * @param <T> the type of the items
   * @param <X> the checked exception of the action
   * @return whether it was run
   * @throws X when the action fails
   */
  @SuppressWarnings("unchecked") // a source only gives items
  public static <T, X extends Exception> boolean forEach(
      Publisher<? extends T> publisher,
      VoidItemBody<? super T, X> action,
      @Nullable CancelFrame frame)
      throws X {
    if (!(publisher instanceof StreamSource<?> source)) {
      return false;
    }
    InPlaceConsumer<T, X> consumer = new InPlaceConsumer<>(action);
    if (!((StreamSource<T>) source).call(consumer, frame)) {
      return false;
    }
    consumer.end(frame);
    return true;
  }

  /** The frame of the body that calls this, and what takes its late failures. */
  void calledBy(InPlaceStream by, LostSignals library) {
    stream = by;
    lost = library;
  }

  @Override
  public void onSubscribe(Subscription ofBody) {
    subscription = ofBody;
    ofBody.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(T item) {
    try {
      requireNonNull(stream).consume(() -> action.run(item));
    } catch (Throwable t) { // forEach throws it; the body sees that it is cancelled
      thrown = t;
      requireNonNull(subscription).cancel();
    }
  }

  @Override
  public void onError(Throwable ofBody) {
    if (!requireNonNull(stream).isConsumerCancelled()) {
      failure = ofBody;
    } else if (!Failures.isCancelEcho(ofBody)) {
      reportLost(ofBody);
    }
  }

  /** The consumer is cancelled, and throws that. */
  private void reportLost(Throwable ofBody) {
    try {
      requireNonNull(lost).failure(ofBody);
    } catch (Throwable ofHook) {
      Undeliverable.report(ofBody);
      Undeliverable.report(ofHook);
    }
  }

  @Override
  public void onComplete() {}

  @SuppressWarnings("unchecked") // only the action's
  private void end(@Nullable CancelFrame frame) throws X {
    Throwable ofAction = thrown;
    if (ofAction != null) {
      throw (X) ofAction;
    }
    if (frame != null && frame.isCancelled()) {
      throw Cancellation.exception(frame);
    }
    Throwable ofBody = failure;
    if (ofBody != null) {
      throw Cancellation.isCancellation(ofBody, frame)
          ? Cancellation.exception(frame)
          : Failures.thrownInPlace(ofBody);
    }
  }
}
