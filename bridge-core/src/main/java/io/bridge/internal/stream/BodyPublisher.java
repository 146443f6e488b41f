package io.bridge.internal.stream;

import io.bridge.Emitter;
import io.bridge.Undeliverable;
import io.bridge.internal.await.StreamSource;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.coroutine.InPlaceStream;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;

/**
 * Presents a stream body as a publisher: each subscriber gets a coroutine.
 *
 * @param <T> the type of the items
 */
public final class BodyPublisher<T> implements Publisher<T>, StreamSource<T> {

  private static final String NAME = "bridge-publisher";

  private final Emitter.Body<T> body;
  private final @Nullable Executor signals;

  /**
   * Makes a publisher.
   *
   * @param body the code
   * @param signals delivers the signals; null for the coroutine's own thread
   */
  public BodyPublisher(Emitter.Body<T> body, @Nullable Executor signals) {
    this.body = body;
    this.signals = signals;
  }

  @Override
  public void subscribe(Subscriber<? super T> subscriber) {
    EmitterSubscription.subscribe(NAME, body, signals, subscriber, Undeliverable::report);
  }

  @Override
  public boolean call(Subscriber<? super T> subscriber, @Nullable CancelFrame frame) {
    if (signals != null || frame == null || !InPlaceStream.isPossibleIn(frame)) {
      return false;
    }
    EmitterSubscription.call(NAME, body, frame, frame.context(), subscriber, Undeliverable::report);
    return true;
  }
}
