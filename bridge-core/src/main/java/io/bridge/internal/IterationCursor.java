package io.bridge.internal;

import io.bridge.Cursor;
import io.bridge.Undeliverable;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.Iterator;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The cursor that the user holds: a shell around an {@link Iteration}, which does not know it. When
 * the shell becomes unreachable before the end, the iteration is cancelled (I1).
 *
 * @param <T> the type of the items
 */
public final class IterationCursor<T> implements Cursor<T> {

  /** What the cleaner runs; knows the iteration only. */
  private record Abandoned(Iteration<?> iteration, @Nullable Opened opened) implements Runnable {

    Abandoned(Iteration<?> iteration) {
      this(iteration, iteration.isOver() ? null : new Opened()); // over, it is never reported
    }

    @Override
    public void run() {
      if (!iteration.isWatched()) {
        return; // it was over before its shell was gone
      }
      boolean lost = !iteration.isOver();
      iteration.abandoned();
      if (lost && opened != null) {
        opened.leaveToCaller();
        Undeliverable.report(new IllegalStateException("a cursor was not closed", opened));
      }
    }
  }

  /**
   * Where a cursor was opened. The JVM notes the stack in a form of its own, much cheaper than its
   * elements, which nobody needs but a report.
   */
  private static final class Opened extends Exception {

    private static final long serialVersionUID = 1L;

    Opened() {
      super("opened here", null, false, true);
    }

    void leaveToCaller() {
      setStackTrace(Callers.of(getStackTrace()));
    }
  }

  /** Starts its thread with the first cursor. */
  private static final class Lazily {
    private static final Cleaner CLEANER =
        Cleaner.create(Thread.ofPlatform().name("bridge-cursors").daemon().factory());
  }

  private final Iteration<T> iteration;
  private final AtomicBoolean iterated = new AtomicBoolean();

  /**
   * Creates the cursor of an iteration that has begun.
   *
   * @param iteration the iteration
   */
  public IterationCursor(Iteration<T> iteration) {
    this.iteration = iteration;
    iteration.watchedBy(Lazily.CLEANER.register(this, new Abandoned(iteration)));
  }

  @Override
  public Iterator<T> iterator() {
    if (iterated.getAndSet(true)) {
      throw new IllegalStateException("a cursor is iterated once");
    }
    return this;
  }

  @Override
  public boolean hasNext() {
    try {
      return iteration.hasNext();
    } finally {
      Reference.reachabilityFence(this); // the cleaner must not come while a loop waits
    }
  }

  @Override
  public T next() {
    try {
      return iteration.next();
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public void close() {
    try {
      iteration.close();
    } finally {
      Reference.reachabilityFence(this); // the cleaner must not come before it is over
    }
  }
}
