package io.bridge.internal.cursor;

import io.bridge.Cursor;
import io.bridge.internal.failure.CallsSource;
import io.bridge.internal.failure.EntryPoint;
import java.lang.ref.Reference;
import java.util.Iterator;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The cursor that the user holds: a shell around an {@link Iteration}. The iteration does not refer
 * to it, so that a {@link CursorWatch} learns when it becomes unreachable (I1).
 *
 * @param <T> the type of the items
 */
@EntryPoint(of = Cursor.class)
@CallsSource(entry = true)
public final class IterationCursor<T> implements Cursor<T> {

  private final Iteration<T> iteration;
  private final AtomicBoolean iterated = new AtomicBoolean();

  /**
   * Creates the cursor of an iteration that has begun.
   *
   * @param iteration the iteration
   */
  public IterationCursor(Iteration<T> iteration) {
    this.iteration = iteration;
    iteration.watch(this);
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
      Reference.reachabilityFence(this); // keeps the cleaner away while a loop waits
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
      Reference.reachabilityFence(this); // keeps the cleaner away until it is over
    }
  }
}
