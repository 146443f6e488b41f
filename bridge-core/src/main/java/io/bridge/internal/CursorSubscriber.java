package io.bridge.internal;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * Feeds an {@link Iteration} from a publisher: translates its signals, legal or not (A11), and asks
 * it for more, never beside a cancel (RS 2.7). It does not know the cursor that the user holds, so
 * a publisher that keeps it does not keep that one reachable.
 *
 * @param <T> the type of the items
 */
public class CursorSubscriber<T> extends LinkedAwait<Subscription, @Nullable Void>
    implements Subscriber<T>, Iteration.Source {

  private final Iteration<T> iteration;

  // any thread; what the loop has asked for and upstream has not been told
  private final AtomicLong demand = new AtomicLong();

  /**
   * Creates the subscriber of an iteration.
   *
   * @param iteration takes the items
   */
  public CursorSubscriber(Iteration<T> iteration) {
    super(null, iteration);
    this.iteration = iteration;
  }

  /** Subscribes to {@code publisher}; the loop may begin afterwards. */
  public final void begin(Publisher<? extends T> publisher) {
    iteration.begin(
        this,
        () -> {
          try {
            publisher.subscribe(this);
          } catch (Throwable t) {
            sourceThrew(t);
          }
        });
  }

  /**
   * Lets the iteration share the queue of upstream, if that has one and agrees.
   *
   * @param upstream just taken
   * @param into the iteration to tell by {@link Iteration#fuse}
   * @return whether there is something to request
   */
  protected boolean fuse(Subscription upstream, Iteration<T> into) {
    return true;
  }

  @Override
  public final void onSubscribe(Subscription subscription) {
    if (subscription == null) {
      throw nullSignal("subscription");
    }
    if (!link(subscription)) {
      return;
    }
    try {
      if (fuse(subscription, iteration)) {
        demand.addAndGet(iteration.firstDemand());
        requestDemanded(subscription);
      }
    } catch (Throwable t) {
      sourceThrew(t);
    } finally {
      idle();
    }
    requestIfIdle(); // what was asked for meanwhile
  }

  @Override
  public final void request(long items) {
    demand.accumulateAndGet(
        items, (before, more) -> before + more < 0 ? Long.MAX_VALUE : before + more);
    requestIfIdle();
  }

  private void requestIfIdle() {
    while (demand.get() > 0) {
      Subscription upstream = occupy();
      if (upstream == null) {
        return; // not there yet, or gone; or its occupant looks at the demand after it
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
    if (items > 0 && !iteration.isPulled()) { // asked for before it was known
      upstream.request(items);
    }
  }

  @Override
  public final void onNext(@Nullable T item) {
    if (iteration.isFused()) {
      if (cancelIfRequested()) {
        payOwedCancel();
      }
      iteration.signalled(); // the item is in the shared queue, whatever the signal says
    } else if (item == null) {
      throw nullSignal("item");
    } else if (cancelIfRequested()) {
      payOwedCancel();
      discard(item);
    } else if (!iteration.offer(item)) {
      failAndCancel(new IllegalStateException("more items than requested"));
      discard(item);
    }
  }

  @Override
  public final void onError(Throwable failure) {
    if (failure == null) {
      throw nullSignal("failure");
    }
    failed(unwrap(failure));
  }

  @Override
  public final void onComplete() {
    completed();
  }

  @Override
  public final void completed() {
    if (unlink()) {
      tryResume(null);
    }
  }

  // RS 2.13: a null signal ends the iteration and is thrown to the caller too.
  private NullPointerException nullSignal(String name) {
    NullPointerException failure = new NullPointerException(name);
    cancelUpstream();
    tryFail(failure); // not lost if that fails: the source gets it
    return failure;
  }

  @Override
  public final void stop() {
    tryCancel();
  }

  @Override
  public final void giveUp(Object item) {
    discard(item);
  }

  @Override
  public final void lost(Throwable failure) {
    reportLost(failure);
  }

  @Override
  protected final void cancel(Subscription upstream) {
    iteration.stopping(upstream::cancel);
  }
}
