package io.bridge.internal.stream;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * What the subscriber of a stream body holds: a shell that owns the subscriber. The body's side
 * knows no shell, and lets go of the subscriber while it waits for demand, so that a pair that
 * nobody else holds is collected (B4b). See docs/design/emitter.md.
 *
 * @param <T> the type of the items
 */
final class StreamHandle<T> implements Subscription {

  final EmitterSubscription<T> gate;

  // any thread, which takes either value; null after a cancel (RS 3.13)
  private @Nullable Subscriber<? super T> subscriber;

  StreamHandle(EmitterSubscription<T> gate, Subscriber<? super T> subscriber) {
    this.gate = gate;
    this.subscriber = subscriber;
  }

  @Override
  public void request(long n) {
    gate.request(n, subscriber);
  }

  @Override
  public void cancel() {
    subscriber = null;
    gate.cancel();
  }
}
