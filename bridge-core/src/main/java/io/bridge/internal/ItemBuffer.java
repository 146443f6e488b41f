package io.bridge.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The items between a source and the loop: one thread offers, one polls.
 *
 * @param <T> the type of the items
 */
abstract sealed class ItemBuffer<T> {

  /** Beyond it, room is made when it is needed. */
  private static final int LARGEST_RING = 1 << 14;

  /** A buffer for {@code prefetch} items; {@code Integer.MAX_VALUE} is without a bound. */
  static <T> ItemBuffer<T> of(int prefetch) {
    return prefetch <= LARGEST_RING ? new Ring<>(prefetch) : new Linked<>(prefetch);
  }

  /** Adds an item; false if there is no room for it. */
  abstract boolean offer(T item);

  /** Takes an item; null if there is none. */
  abstract @Nullable T poll();

  abstract boolean isEmpty();

  /**
   * A ring whose slots say themselves whether they are taken, so that each side keeps its index to
   * itself: a slot is null, or holds the one item that the offering side has put there and the
   * polling side has not taken yet.
   */
  private static final class Ring<T> extends ItemBuffer<T> {

    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Object[].class);

    private final @Nullable Object[] slots;

    // the offering side
    private int tail;

    // the polling side
    private int head;

    Ring(int capacity) {
      slots = new @Nullable Object[capacity];
    }

    private int after(int index) {
      return index + 1 == slots.length ? 0 : index + 1;
    }

    @Override
    boolean offer(T item) {
      int index = tail;
      if (SLOT.getAcquire(slots, index) != null) {
        return false;
      }
      SLOT.setRelease(slots, index, item);
      tail = after(index);
      return true;
    }

    @Override
    @SuppressWarnings("unchecked") // offer put it there
    @Nullable T poll() {
      int index = head;
      Object item = SLOT.getAcquire(slots, index);
      if (item != null) {
        SLOT.setRelease(slots, index, (Object) null);
        head = after(index);
      }
      return (T) item;
    }

    @Override
    boolean isEmpty() {
      return SLOT.getVolatile(slots, head) == null;
    }
  }

  /** A list, counted by each side for itself. */
  private static final class Linked<T> extends ItemBuffer<T> {

    private final int bound;
    private final Queue<T> items = new ConcurrentLinkedQueue<>();

    // the offering side
    private long offered;

    // written by the polling side
    private volatile long polled;

    Linked(int prefetch) {
      bound = prefetch;
    }

    @Override
    boolean offer(T item) {
      if (bound != Integer.MAX_VALUE && offered - polled >= bound) {
        return false;
      }
      offered++;
      items.add(item);
      return true;
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread polls
    @Nullable T poll() {
      T item = items.poll();
      if (item != null && bound != Integer.MAX_VALUE) {
        polled++;
      }
      return item;
    }

    @Override
    boolean isEmpty() {
      return items.isEmpty();
    }
  }
}
