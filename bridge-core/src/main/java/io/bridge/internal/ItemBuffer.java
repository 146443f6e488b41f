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

  /** A buffer for {@code prefetch} items; {@code Integer.MAX_VALUE} is without a bound. */
  static <T> ItemBuffer<T> of(int prefetch) {
    return prefetch == Integer.MAX_VALUE ? new Unbounded<>() : new Ring<>(prefetch);
  }

  /** Adds an item; false if there is no room for it. A full fence follows. */
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
    private final int mask;

    // the offering side
    private int tail;

    // the polling side
    private int head;

    Ring(int prefetch) {
      int capacity = Integer.highestOneBit(Math.max(prefetch - 1, 1)) << 1; // a power of two
      slots = new @Nullable Object[prefetch == 1 ? 1 : capacity];
      mask = slots.length - 1;
    }

    @Override
    boolean offer(T item) {
      int index = tail & mask;
      if (SLOT.getAcquire(slots, index) != null) {
        return false;
      }
      SLOT.setVolatile(slots, index, item); // before the look at who waits
      tail++;
      return true;
    }

    @Override
    @SuppressWarnings("unchecked") // offer put it there
    @Nullable T poll() {
      int index = head & mask;
      Object item = SLOT.getAcquire(slots, index);
      if (item != null) {
        SLOT.setRelease(slots, index, (Object) null);
        head++;
      }
      return (T) item;
    }

    @Override
    boolean isEmpty() {
      return SLOT.getVolatile(slots, head & mask) == null;
    }
  }

  private static final class Unbounded<T> extends ItemBuffer<T> {

    private final Queue<T> items = new ConcurrentLinkedQueue<>();

    @Override
    boolean offer(T item) {
      items.add(item);
      VarHandle.fullFence();
      return true;
    }

    @Override
    @Nullable T poll() {
      return items.poll();
    }

    @Override
    boolean isEmpty() {
      return items.isEmpty();
    }
  }
}
