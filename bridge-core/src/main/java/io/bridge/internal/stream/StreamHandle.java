package io.bridge.internal.stream;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * The subscription that the subscriber of a stream body holds: a shell that owns the subscriber.
 * The body's side does not refer to the shell, and lets the subscriber go while it waits for
 * demand, so that a pair that is otherwise unreachable is collected (B4b). See
 * docs/design/emitter.md.
 *
 * @param <T> the type of the items
 */
final class StreamHandle<T> implements Subscription {

  final EmitterSubscription<T> gate;

  // any thread, which accepts either value; null after a cancel (RS 3.13)
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
