package io.bridge.internal.await;

import static java.util.Objects.requireNonNull;

import io.bridge.internal.failure.Failures;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The actions registered to stop the source of a suspension, newest first. A suspension keeps them
 * in a cell, a volatile field that only these methods change.
 *
 * <pre>
 * cell       meaning                                     left by
 * null       pending, nothing to run                     onCancel -> actions, outcome, cancel
 * actions    pending; these stop the source              onCancel -> one more, outcome, cancel
 * ENDED      the outcome was passed on, final            -
 * CANCELLED  cancelled, final; a later action runs       -
 *            at once
 * </pre>
 *
 * @param last the newest
 * @param before the ones before it
 */
record CancelActions(Runnable last, @Nullable CancelActions before) {

  /** The outcome was passed on: there is nothing left to stop. */
  static final CancelActions ENDED = new CancelActions(() -> {}, null);

  /** Cancelled: an action that is added later runs at once. */
  static final CancelActions CANCELLED = new CancelActions(() -> {}, null);

  static boolean isEnd(@Nullable CancelActions state) {
    return state == ENDED || state == CANCELLED;
  }

  /**
   * Adds an action to the pending cell of {@code suspension}.
   *
   * @return the content of the cell if it is not pending, null if the action was added
   */
  static @Nullable CancelActions add(VarHandle cell, Object suspension, Runnable action) {
    requireNonNull(action, "action");
    while (true) {
      CancelActions now = (CancelActions) cell.getVolatile(suspension);
      if (isEnd(now)) {
        return now;
      }
      if (cell.compareAndSet(suspension, now, new CancelActions(action, now))) {
        return null;
      }
    }
  }

  /**
   * Ends the pending cell of {@code suspension}.
   *
   * @return the previous content, {@link #ENDED} or {@link #CANCELLED} if it was not pending
   */
  static @Nullable CancelActions settle(VarHandle cell, Object suspension, CancelActions end) {
    while (true) {
      CancelActions now = (CancelActions) cell.getVolatile(suspension);
      if (isEnd(now) || cell.compareAndSet(suspension, now, end)) {
        return now;
      }
    }
  }

  /** The actions in the order of their registration. */
  Iterable<Runnable> inOrder() {
    Deque<Runnable> oldestFirst = new ArrayDeque<>();
    for (CancelActions a = this; a != null; a = a.before) {
      oldestFirst.addFirst(a.last);
    }
    return oldestFirst;
  }

  /** The failure that a callback API passed to {@code fail}, which may have passed null. */
  static Throwable failure(@Nullable Throwable failure) {
    return failure == null ? new NullPointerException("failure") : Failures.bare(failure);
  }
}
