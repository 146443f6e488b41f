package io.bridge.internal.cursor;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;

/**
 * Feeds an {@link Iteration} from a publisher, or lets it share the queue of upstream's last
 * operator. It does not refer to the user's cursor, so a publisher that keeps it does not keep the
 * cursor reachable.
 *
 * @param <T> the type of the items
 */
public class CursorSubscriber<T> extends ItemSubscriber<T> implements Iteration.Source {

  private final Iteration<T> iteration;

  /**
   * Creates the subscriber of an iteration.
   *
   * @param iteration takes the items
   */
  public CursorSubscriber(Iteration<T> iteration) {
    super(iteration);
    this.iteration = iteration;
  }

  /** Subscribes to {@code publisher}; the loop may begin afterwards. */
  public final void begin(Publisher<? extends T> publisher) {
    iteration.begin(this, () -> subscribeTo(publisher));
  }

  /**
   * Lets the iteration share the queue of upstream, if it has one and agrees.
   *
   * @param upstream just linked
   * @param into the iteration to tell by {@link Iteration#fuse}
   * @return whether there is something to request
   */
  protected boolean fuse(Subscription upstream, Iteration<T> into) {
    return true;
  }

  @Override
  final long firstDemand(Subscription upstream) {
    return !iteration.mayShare() || fuse(upstream, iteration) ? iteration.firstDemand() : 0;
  }

  @Override
  final boolean takesRequests() {
    return !iteration.isPulled(); // it may have requested before this was known
  }

  @Override
  public final void onNext(@Nullable T item) {
    if (iteration.isFused()) {
      if (cancelIfRequested()) {
        payOwedCancel();
      }
      iteration.signalled(); // the shared queue has the item; the argument is unused
    } else {
      super.onNext(item);
    }
  }

  @Override
  public final void request(long items) {
    requestMore(items);
  }
}
