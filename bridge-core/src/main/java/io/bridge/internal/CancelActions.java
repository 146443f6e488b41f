package io.bridge.internal;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What was registered to stop the source of a suspension, the last one first.
 *
 * @param last the newest
 * @param before the ones before it
 */
record CancelActions(Runnable last, @Nullable CancelActions before) {

  /** The actions in the order of their registration. */
  Iterable<Runnable> inOrder() {
    Deque<Runnable> oldestFirst = new ArrayDeque<>();
    for (CancelActions a = this; a != null; a = a.before) {
      oldestFirst.addFirst(a.last);
    }
    return oldestFirst;
  }

  /** What a callback API handed to {@code fail}; it may hand null through. */
  static Throwable failure(@Nullable Throwable failure) {
    return failure == null ? new NullPointerException("failure") : Failures.bare(failure);
  }
}
