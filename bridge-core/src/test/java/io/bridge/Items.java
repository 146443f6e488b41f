package io.bridge;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
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
    subscriber.onSubscribe(new Sending(subscriber));
  }

  /** One subscription: one thread at a time sends, and goes on where the last one stopped. */
  private final class Sending implements Subscription {

    private final Subscriber<? super String> subscriber;
    private final AtomicLong demand = new AtomicLong();
    private final AtomicInteger turns = new AtomicInteger();

    // whoever has the turn
    private int sent;
    private boolean over;

    Sending(Subscriber<? super String> subscriber) {
      this.subscriber = subscriber;
    }

    @Override
    public void request(long n) {
      requested += n;
      demand.accumulateAndGet(n, (a, b) -> a + b < 0 ? Long.MAX_VALUE : a + b);
      if (turns.getAndIncrement() > 0) {
        return;
      }
      if (async) {
        Thread.ofPlatform().daemon().start(this::sendInTurns);
      } else {
        sendInTurns();
      }
    }

    @Override
    public void cancel() {
      cancels++;
    }

    private void sendInTurns() {
      int taken = 1;
      do {
        send();
        taken = turns.addAndGet(-taken);
      } while (taken != 0);
    }

    private void send() {
      while (!over && cancels == 0 && sent < items.size() && sent < demand.get()) {
        subscriber.onNext(items.get(sent++));
      }
      if (over || cancels > 0 || sent < items.size()) {
        return;
      }
      over = true;
      ended = true;
      if (failure == null) {
        subscriber.onComplete();
      } else {
        subscriber.onError(failure);
      }
    }
  }
}
