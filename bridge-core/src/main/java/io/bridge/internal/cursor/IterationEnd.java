package io.bridge.internal.cursor;

import io.bridge.internal.base.Fields;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * How the source of a loop has ended, and which thread takes its failure.
 *
 * <pre>
 * how        meaning                                      left by
 * null       items flow                                   the source's end -> COMPLETED, Failure
 * COMPLETED  no item comes any more; those in the         a failure of the queue's own code, at
 *            buffer are still returned                    the loop -> Failure
 * Failure    like COMPLETED, then it is thrown; the one   same
 *            thread that takes it throws or reports it
 * </pre>
 *
 * <p>Proof: CursorRaceTest, IterationQueueTest, IterationStress.
 */
final class IterationEnd {

  /** The thread that takes it throws or reports it; {@code taken} is null for any thread. */
  record Failure(Throwable cause, @Nullable AtomicBoolean taken) {

    static Failure of(Throwable cause) {
      try {
        return new Failure(cause, new AtomicBoolean());
      } catch (OutOfMemoryError noMemory) {
        return NO_MEMORY;
      }
    }

    boolean take() {
      return taken == null || taken.compareAndSet(false, true);
    }
  }

  static final Object COMPLETED = new Object();

  /** Stands for a failure when there is no memory to hold it; made with the first loop. */
  private static final Failure NO_MEMORY = new Failure(new OutOfMemoryError("in a signal"), null);

  private static final VarHandle HOW = Fields.handle(MethodHandles.lookup(), "how", Object.class);

  // any thread
  private volatile @Nullable Object how;

  /** Whether the source has ended. */
  boolean isThere() {
    return how != null;
  }

  /** The failure that ended the source, taken or not. */
  @Nullable Failure failure() {
    return how instanceof Failure failure ? failure : null;
  }

  /** The end of the source: {@link #COMPLETED} or a failure; false if it is not the first. */
  boolean trySet(Object end) {
    return HOW.compareAndSet(this, null, end);
  }

  /**
   * Ends the loop by {@code failure} now, in place of an end that the source has signalled.
   *
   * @return a signalled failure, which is lost now; null if there is none
   */
  @Nullable Throwable replaceBy(Throwable failure) {
    Object signalled = HOW.getAndSet(this, Failure.of(failure));
    return signalled instanceof Failure behind && behind.cause != failure && behind.take()
        ? behind.cause
        : null;
  }

  /** Takes the failure; null if there is none or it was taken. */
  @Nullable Throwable takeFailure() {
    return how instanceof Failure failure && failure.take() ? failure.cause : null;
  }
}
