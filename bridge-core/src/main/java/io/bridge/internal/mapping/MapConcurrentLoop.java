package io.bridge.internal.mapping;

import static java.util.Objects.requireNonNull;

import io.bridge.Cursor;
import io.bridge.ItemBody;
import io.bridge.internal.cursor.Iteration;
import io.bridge.internal.cursor.IterationCursor;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * A loop over the values that bodies make of items (S7): {@link MapAwaitSubscription} on one side,
 * an {@link Iteration} on the other. See docs/design/mapawait.md.
 *
 * @param <B> the type of the values
 */
public final class MapConcurrentLoop<B> implements Subscriber<B>, Iteration.Source {

  private final Iteration<B> iteration;

  // set inside subscribe, before any signal
  private @Nullable MapAwaitSubscription<?, ?> runs;

  private MapConcurrentLoop(Iteration<B> iteration) {
    this.iteration = iteration;
  }

  /**
   * Opens a cursor on the values, and subscribes to the items.
   *
   * @param items the source
   * @param limit runs at the same time, at least 1
   * @param body the code for one item
   * @param ordered whether values are delivered in the order of their items
   * @param <A> the type of the items
   * @param <B> the type of the values
   * @return the cursor, subscribed
   */
  public static <A, B> Cursor<B> open(
      Publisher<? extends A> items,
      int limit,
      ItemBody<? super A, @Nullable B, ? extends Exception> body,
      boolean ordered) {
    Iteration<B> iteration = Iteration.openEager(limit);
    MapAwaitSubscription.Settings<A, B> settings =
        new MapAwaitSubscription.Settings<>(limit, body, ordered);
    MapConcurrentLoop<B> loop = new MapConcurrentLoop<>(iteration);
    iteration.begin(loop, () -> settings.subscribe(items, iteration, loop));
    return new IterationCursor<>(iteration);
  }

  private MapAwaitSubscription<?, ?> runs() {
    return requireNonNull(runs);
  }

  @Override
  public void onSubscribe(Subscription subscription) {
    runs = (MapAwaitSubscription<?, ?>) subscription;
    request(iteration.firstDemand());
  }

  @Override
  public void onNext(B value) {
    if (!iteration.offer(value)) { // there is a slot for each requested value
      throw new IllegalStateException("more values than requested");
    }
  }

  @Override
  public void onError(Throwable failure) {
    if (!iteration.fail(failure)) {
      reportLost(failure);
    }
  }

  @Override
  public void onComplete() {
    completed();
  }

  @Override
  public void request(long items) {
    runs().request(items);
  }

  @Override
  public void stop() {
    runs().cancel();
  }

  @Override
  public void completed() {
    iteration.receive(null);
  }

  @Override
  public void discard(@Nullable Object value) {
    runs().source().discard(value);
  }

  @Override
  public void reportLost(Throwable failure) {
    runs().source().reportLost(failure);
  }
}
