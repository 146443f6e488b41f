package io.bridge.internal.cursor;

import static java.util.Objects.requireNonNull;

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
abstract sealed class CursorBuffer<T> {

  /** A larger buffer grows as needed. */
  private static final int LARGEST_RING = 1 << 14;

  /** The slots that exist from the start. */
  private static final int FEW = 8;

  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Object[].class);

  /** A buffer for {@code prefetch} items; {@code Integer.MAX_VALUE} is unbounded. */
  static <T> CursorBuffer<T> of(int prefetch) {
    return prefetch <= LARGEST_RING ? new Growing<>(prefetch) : new Linked<>(prefetch);
  }

  /** Adds an item; false if there is no room for it. */
  abstract boolean offer(T item);

  /** Takes an item; null if there is none. */
  abstract @Nullable T poll();

  abstract boolean isEmpty();

  /**
   * Exists for P5: the fields of a ring in layers of superclasses, which alone fixes their order,
   * so that the fields written by one side are 120 bytes away from those of the other. Side by
   * side, each would take the cache line from the other for every item.
   */
  private abstract static sealed class Slots {
    final @Nullable Object[] slots;

    @SuppressWarnings({"unused", "MultiVariableDeclaration"}) // padding, never read
    long p01, p02, p03, p04, p05, p06, p07, p08, p09, p10, p11, p12, p13, p14, p15;

    Slots(int capacity) {
      slots = new @Nullable Object[capacity];
    }
  }

  private abstract static sealed class OfferingSide extends Slots {
    int tail;

    OfferingSide(int capacity) {
      super(capacity);
    }
  }

  private abstract static sealed class Between extends OfferingSide {
    @SuppressWarnings({"unused", "MultiVariableDeclaration"}) // padding, never read
    long q01, q02, q03, q04, q05, q06, q07, q08, q09, q10, q11, q12, q13, q14, q15;

    Between(int capacity) {
      super(capacity);
    }
  }

  private abstract static sealed class PollingSide extends Between {
    int head;

    PollingSide(int capacity) {
      super(capacity);
    }
  }

  /**
   * A ring whose slots themselves tell whether they are taken, so that each side keeps its index
   * private: a slot is null, or holds the one item that was offered and not yet polled.
   */
  private static final class Ring<T> extends PollingSide {

    @SuppressWarnings({"unused", "MultiVariableDeclaration"}) // padding, never read
    long r01, r02, r03, r04, r05, r06, r07, r08, r09, r10, r11, r12, r13, r14, r15;

    Ring(int capacity) {
      super(capacity);
    }

    private int after(int index) {
      return index + 1 == slots.length ? 0 : index + 1;
    }

    boolean offer(T item) {
      int index = tail;
      if (SLOT.getAcquire(slots, index) != null) {
        return false;
      }
      SLOT.setRelease(slots, index, item);
      tail = after(index);
      return true;
    }

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

    boolean isEmpty() {
      return SLOT.getVolatile(slots, head) == null;
    }
  }

  /**
   * Exists for the allocation goal of short loops (AllocationTest, docs/design/performance.md): a
   * few slots, each filled once and in order, and then a ring of full size, made for the first item
   * without a slot. Many loops have few items, and a loop that shares an operator's queue has none
   * here. Proof: CursorBufferTest, CursorBufferStress.
   *
   * <pre>
   * item number       goes to         if
   * 0 to few - 1      slots           always
   * to few + size - 1 ring            the slot of the item that came size items before is empty,
   *                                   or it is one of the first size
   * from few + size   ring            the ring has room
   * </pre>
   */
  private static final class Growing<T> extends CursorBuffer<T> {

    private final int size;
    private final @Nullable Object[] slots;

    // written by the offering side, once
    private volatile @Nullable Ring<T> ring;

    // the offering side; counts only as far as the table needs
    private int offered;

    // the polling side; only as far as the slots
    private int polled;

    Growing(int size) {
      this.size = size;
      this.slots = new @Nullable Object[Math.min(size, FEW)];
    }

    @Override
    boolean offer(T item) {
      int number = offered;
      if (number < slots.length + size) {
        return offerEarly(item, number);
      }
      return requireNonNull(ring).offer(item);
    }

    private boolean offerEarly(T item, int number) {
      if (number < slots.length) {
        SLOT.setRelease(slots, number, item);
      } else {
        if (number >= size && SLOT.getAcquire(slots, number - size) != null) {
          return false; // only the ring would have room for it
        }
        putIntoRing(item);
      }
      offered = number + 1;
      return true;
    }

    private void putIntoRing(T item) {
      Ring<T> into = ring;
      if (into == null) {
        into = new Ring<>(size);
        ring = into;
      }
      into.offer(item);
    }

    @Override
    @SuppressWarnings("unchecked") // offer put it there
    @Nullable T poll() {
      int index = polled;
      if (index == slots.length) {
        Ring<T> from = ring;
        return from == null ? null : from.poll();
      }
      Object item = SLOT.getAcquire(slots, index);
      if (item != null) {
        SLOT.setRelease(slots, index, (Object) null);
        polled = index + 1;
      }
      return (T) item;
    }

    @Override
    boolean isEmpty() {
      if (polled < slots.length) {
        return SLOT.getVolatile(slots, polled) == null;
      }
      Ring<T> from = ring;
      return from == null || from.isEmpty();
    }
  }

  /** A list; each side counts its own items. */
  private static final class Linked<T> extends CursorBuffer<T> {

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
