package io.bridge;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** A lawful publisher of given items and one end; counts what was asked of it. */
@SuppressWarnings("NonAtomicVolatileUpdate") // request and cancel are serial (RS 2.7)
final class Items implements Publisher<String> {

  private final List<String> items;
  private final @Nullable Throwable failure;
  private final boolean async;
  volatile long requested;
  volatile int cancels;
  volatile boolean ended;

  private Items(List<String> items, @Nullable Throwable failure, boolean async) {
    this.items = items;
    this.failure = failure;
    this.async = async;
  }

  static Items of(String... items) {
    return new Items(List.of(items), null, false);
  }

  static Items failing(Throwable failure, String... items) {
    return new Items(List.of(items), failure, false);
  }

  /** The same, with its signals on a thread of its own. */
  Items async() {
    return new Items(items, failure, true);
  }

  @Override
  public void subscribe(Subscriber<? super String> subscriber) {
    subscriber.onSubscribe(
        new Subscription() {
          @Override
          public void request(long n) {
            requested += n;
            if (async) {
              Thread.ofPlatform().daemon().start(() -> send(subscriber, n));
            } else {
              send(subscriber, n);
            }
          }

          @Override
          public void cancel() {
            cancels++;
          }
        });
  }

  private void send(Subscriber<? super String> subscriber, long n) {
    long left = n;
    for (String item : items) {
      if (cancels > 0 || left-- == 0) {
        return;
      }
      subscriber.onNext(item);
    }
    if (cancels > 0) {
      return;
    }
    ended = true;
    if (failure == null) {
      subscriber.onComplete();
    } else {
      subscriber.onError(failure);
    }
  }
}
