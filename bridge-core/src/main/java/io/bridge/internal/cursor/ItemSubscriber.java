package io.bridge.internal.cursor;

import io.bridge.internal.await.Demand;
import io.bridge.internal.await.LinkedAwait;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * Passes the items of a publisher on: translates its signals, legal or not (A11), and requests
 * more, never concurrently with a cancel (RS 2.7).
 *
 * @param <T> the type of the items
 */
public class ItemSubscriber<T> extends LinkedAwait<Subscription, @Nullable Void>
    implements Subscriber<T> {

  private final ItemReceiver<T> feed;

  // any thread; requested, but not yet signalled to upstream
  private final AtomicLong demand = new AtomicLong();

  /**
   * Creates the subscriber of a feed.
   *
   * @param feed takes the items
   */
  public ItemSubscriber(ItemReceiver<T> feed) {
    super(null, feed);
    this.feed = feed;
  }

  /** Subscribes to {@code publisher}; an exception of that is its failure. */
  public final void subscribeTo(Publisher<? extends T> publisher) {
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
    requestIfIdle(); // the demand that was added in the meantime
  }

  @Override
  protected final void linked(Subscription upstream) {
    addDemand(firstDemand(upstream));
    requestDemanded(upstream);
  }

  /** The demand to signal to an upstream that was just linked. */
  long firstDemand(Subscription upstream) {
    return feed.firstDemand();
  }

  /** Whether upstream uses requests at all. */
  boolean takesRequests() {
    return true;
  }

  /** Requests more items, now or when upstream has come. Any thread. */
  public final void requestMore(long items) {
    addDemand(items);
    requestIfIdle();
  }

  private void addDemand(long items) {
    demand.accumulateAndGet(items, Demand::sum);
  }

  private void requestIfIdle() {
    while (demand.get() > 0) {
      Subscription upstream = occupy();
      if (upstream == null) {
        return; // none, or in use by a thread that looks at the demand afterwards
      }
      try {
        requestDemanded(upstream);
      } catch (Throwable t) {
        sourceThrew(t);
      } finally {
        idle();
      }
    }
  }

  private void requestDemanded(Subscription upstream) {
    long items = demand.getAndSet(0);
    if (items > 0 && takesRequests()) {
      upstream.request(items);
    }
  }

  @Override
  public void onNext(@Nullable T item) {
    if (item == null) {
      throw nullSignal("item");
    }
    if (cancelIfRequested()) {
      payOwedCancel();
      discard(item);
    } else {
      offer(item);
    }
  }

  private void offer(T item) {
    Throwable refusal;
    try {
      refusal = feed.offer(item) ? null : new IllegalStateException("more items than requested");
    } catch (OutOfMemoryError noMemory) { // to hold the item; no signal may follow this one (B5)
      refusal = noMemory;
    }
    if (refusal != null) {
      failAndCancel(refusal);
      discard(item);
    }
  }

  @Override
  public final void onError(Throwable failure) {
    if (failure == null) {
      throw nullSignal("failure");
    }
    failed(failure);
  }

  /** Removes a layer that a library's queue puts around its operators' failures. */
  public Throwable unwrap(Throwable failure) {
    return failure;
  }

  @Override
  public final void onComplete() {
    completed();
  }

  /** The end of upstream, told by its signal or its shared queue. */
  public final void completed() {
    if (unlink()) {
      try {
        tryResume(null);
      } catch (Throwable t) { // as in failed
        link = LINKED;
        throw t;
      }
    }
  }

  /** Cancels upstream, unless it has ended. Any thread. */
  public final void stop() {
    tryCancel();
  }

  @Override
  protected final void cancel(Subscription upstream) {
    feed.stopping(upstream::cancel);
  }
}
