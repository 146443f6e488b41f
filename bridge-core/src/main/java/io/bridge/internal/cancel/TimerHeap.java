package io.bridge.internal.cancel;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The timers that the timer thread waits for, by deadline. Used by that thread only, whose stack is
 * shallow. A step that may run out of memory does so before it changes anything.
 */
final class TimerHeap {

  private static final int FEW = 64;

  // in 0 to size - 1; none is due before the one at (index - 1) / 2
  private @Nullable Timer[] timers = new @Nullable Timer[FEW];

  private int size;

  int size() {
    return size;
  }

  /** The timer that is due first; null if there is none. */
  @Nullable Timer first() {
    return timers[0];
  }

  void add(Timer timer) {
    if (size == timers.length) {
      timers = Arrays.copyOf(timers, size * 2);
    }
    up(size++, timer);
  }

  /** Takes {@link #first()} out. */
  void removeFirst() {
    Timer last = timers[--size];
    timers[size] = null;
    if (size > 0 && last != null) {
      down(0, last);
    }
  }

  /** Takes out all that are closed. */
  void removeClosed() {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      Timer timer = timers[i];
      if (timer != null && !timer.isOver()) {
        timers[kept++] = timer;
      }
    }
    Arrays.fill(timers, kept, size, null);
    size = kept;
    for (int i = (size >>> 1) - 1; i >= 0; i--) {
      Timer timer = timers[i];
      if (timer != null) {
        down(i, timer);
      }
    }
    if (timers.length > FEW && size < timers.length >> 2) {
      timers = Arrays.copyOf(timers, timers.length >> 1); // by half at most, however few are left
    }
  }

  private void up(int from, Timer timer) {
    int index = from;
    while (index > 0) {
      int parent = (index - 1) >>> 1;
      Timer above = timers[parent];
      if (above == null || !timer.isBefore(above.deadline)) {
        break;
      }
      timers[index] = above;
      index = parent;
    }
    timers[index] = timer;
  }

  private void down(int from, Timer timer) {
    int index = from;
    while (true) {
      int child = 2 * index + 1;
      if (child >= size) {
        break;
      }
      Timer smaller = timers[child];
      Timer right = child + 1 < size ? timers[child + 1] : null;
      if (right != null && smaller != null && right.isBefore(smaller.deadline)) {
        smaller = right;
        child++;
      }
      if (smaller == null || !smaller.isBefore(timer.deadline)) {
        break;
      }
      timers[index] = smaller;
      index = child;
    }
    timers[index] = timer;
  }
}
