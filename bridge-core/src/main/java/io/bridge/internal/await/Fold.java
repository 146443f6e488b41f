package io.bridge.internal.await;

import io.bridge.Undeliverable;
import java.util.Collection;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Turns a publisher's items into the result of an await: its cardinality (contract section 2).
 * Stateless; the state of one await is passed in and out.
 *
 * @param <T> the type of the items
 * @param <R> the type of the result
 */
public abstract class Fold<T, R extends @Nullable Object> {

  private static final Fold<Object, @Nullable Object> ONE = new One();
  private static final Fold<Object, @Nullable Object> FIRST = new First();
  private static final Fold<Object, @Nullable Object> LAST = new Last();
  private static final Fold<Object, @Nullable Object> NONE = new None();

  private Fold() {}

  /**
   * At most one item, null if there is none; a second one cancels and fails.
   *
   * @param <T> the type of the items
   * @return the shared fold
   */
  public static <T> Fold<T, @Nullable T> one() {
    return covariant(ONE);
  }

  /**
   * The first item, after which the source is cancelled; null if there is none.
   *
   * @param <T> the type of the items
   * @return the shared fold
   */
  public static <T> Fold<T, @Nullable T> first() {
    return covariant(FIRST);
  }

  /**
   * The last item; null if there is none.
   *
   * @param <T> the type of the items
   * @return the shared fold
   */
  public static <T> Fold<T, @Nullable T> last() {
    return covariant(LAST);
  }

  /**
   * No item, all are discarded; always null.
   *
   * @param <T> the type of the items
   * @return the shared fold
   */
  public static <T> Fold<T, @Nullable T> none() {
    return covariant(NONE);
  }

  /**
   * All items through a collector.
   *
   * @param collector takes the items
   * @param <T> the type of the items
   * @param <A> the collector's container
   * @param <R> the collector's result
   * @return a new fold
   */
  public static <T, A, R extends @Nullable Object> Fold<T, R> collect(
      Collector<? super T, A, R> collector) {
    return new Collect<>(collector);
  }

  @SuppressWarnings("unchecked") // the shared folds pass items through and never create one
  private static <T> Fold<T, @Nullable T> covariant(Fold<Object, @Nullable Object> fold) {
    return (Fold<T, @Nullable T>) (Fold<?, ?>) fold;
  }

  /**
   * This fold for a source of at most one item: it waits for the end instead of cancelling, as
   * there is nothing to cut off (A1).
   *
   * @return a fold with the same result
   */
  public Fold<T, R> ofAtMostOne() {
    return this;
  }

  /**
   * The result for a source that is known to hold one item, or none.
   *
   * @param item the item; null if there is none
   * @return the result
   */
  public abstract R of(@Nullable T item);

  /** Whether foreign code, a collector, makes the result. */
  public boolean isCollecting() {
    return false;
  }

  /** Whether items go nowhere; {@link #of} only gives them to {@link Undeliverable}. */
  public boolean isOfNone() {
    return false;
  }

  /** Discards a state that goes into no outcome. */
  abstract void discard(FoldAwait<?, T, R> await, @Nullable Object state);

  /** Discards a result that came too late to be the outcome. */
  void discardResult(FoldAwait<?, T, R> await, R result) {
    await.discard(result);
  }

  /** The state before the first item. */
  @Nullable Object start() {
    return null;
  }

  /** The demand to signal, in items. */
  long demand() {
    return Long.MAX_VALUE;
  }

  /** The state after {@code item}; may end {@code await} early. */
  abstract @Nullable Object next(FoldAwait<?, T, R> await, @Nullable Object state, T item);

  /** The outcome when the source completes. */
  abstract R finish(@Nullable Object state);

  private abstract static class Item extends Fold<Object, @Nullable Object> {
    @Override
    final void discard(FoldAwait<?, Object, @Nullable Object> await, @Nullable Object state) {
      await.discard(state); // an item that is a collection is one item
    }

    @Override
    public final @Nullable Object of(@Nullable Object item) {
      return item;
    }

    @Override
    final @Nullable Object finish(@Nullable Object state) {
      return state;
    }
  }

  private static final class One extends Item {
    @Override
    Object next(FoldAwait<?, Object, @Nullable Object> await, @Nullable Object state, Object item) {
      if (state == null) {
        return item;
      }
      await.discard(state);
      await.failAndCancel(new IllegalArgumentException("more than one item"));
      return item;
    }
  }

  private static final class First extends Item {
    @Override
    public Fold<Object, @Nullable Object> ofAtMostOne() {
      return ONE;
    }

    @Override
    long demand() {
      return 1;
    }

    @Override
    @Nullable Object next(
        FoldAwait<?, Object, @Nullable Object> await, @Nullable Object state, Object item) {
      await.finishEarly(item);
      return null;
    }
  }

  private static final class Last extends Item {
    @Override
    Object next(FoldAwait<?, Object, @Nullable Object> await, @Nullable Object state, Object item) {
      if (state != null) {
        await.discard(state);
      }
      return item;
    }
  }

  private static final class None extends Fold<Object, @Nullable Object> {
    @Override
    public @Nullable Object of(@Nullable Object item) {
      Undeliverable.discard(item);
      return null;
    }

    @Override
    public boolean isOfNone() {
      return true;
    }

    @Override
    void discard(FoldAwait<?, Object, @Nullable Object> await, @Nullable Object state) {}

    @Override
    @Nullable Object finish(@Nullable Object state) {
      return null;
    }

    @Override
    @Nullable Object next(
        FoldAwait<?, Object, @Nullable Object> await, @Nullable Object state, Object item) {
      await.discard(item);
      return null;
    }
  }

  private static final class Collect<T, A, R extends @Nullable Object> extends Fold<T, R> {

    private final Collector<? super T, A, R> collector;
    private final BiConsumer<A, ? super T> accumulator;

    Collect(Collector<? super T, A, R> collector) {
      this.collector = collector;
      this.accumulator = collector.accumulator();
    }

    @Override
    public boolean isCollecting() {
      return true;
    }

    @Override
    public R of(@Nullable T item) {
      A container = collector.supplier().get();
      if (item != null) {
        accumulator.accept(container, item);
      }
      return collector.finisher().apply(container);
    }

    @Override
    void discard(FoldAwait<?, T, R> await, @Nullable Object state) {
      if (state instanceof Collection<?> items) { // the items of any other container are not known
        items.forEach(await::discard);
      }
    }

    @Override
    void discardResult(FoldAwait<?, T, R> await, R result) {
      if (result instanceof Collection<?>) { // item by item, like the state
        discard(await, result);
      } else {
        super.discardResult(await, result);
      }
    }

    @Override
    @Nullable Object start() {
      return collector.supplier().get();
    }

    @Override
    @SuppressWarnings({"unchecked", "NullAway"}) // the state is the container that start() made
    @Nullable Object next(FoldAwait<?, T, R> await, @Nullable Object state, T item) {
      accumulator.accept((A) state, item);
      return state;
    }

    @Override
    @SuppressWarnings({"unchecked", "NullAway"}) // the state is the container that start() made
    R finish(@Nullable Object state) {
      Function<A, R> finisher = collector.finisher();
      return finisher.apply((A) state);
    }
  }
}
