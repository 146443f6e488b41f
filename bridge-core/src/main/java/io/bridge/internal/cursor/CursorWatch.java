package io.bridge.internal.cursor;

import io.bridge.internal.base.Fields;
import io.bridge.internal.cancel.LostHandles;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Cleaner;
import org.jspecify.annotations.Nullable;

/**
 * Watches the cursor that the user holds, the shell of an {@link Iteration}. When it becomes
 * unreachable before the end, the iteration is cancelled and that is reported (I1).
 *
 * <pre>
 * registration  meaning                                    left by
 * null          the shell is not registered yet            begin -> registered, end -> OVER
 * registered    the cleaner keeps the iteration, and all   end -> OVER; the first of concurrent
 *               that its source refers to                  ends removes the registration
 * OVER          the cleaner has nothing left to do,        -
 *               final; a later registration is removed
 *               by the thread that makes it
 * </pre>
 *
 * <p>Proof: CursorLeakTest, CleanupThreadTest.
 */
final class CursorWatch {

  /** The cleaner's task; refers to the iteration, not to the shell. */
  private record Abandoned(
      CursorWatch watch, Iteration<?> iteration, LostHandles.@Nullable Opened opened)
      implements Runnable {

    @Override
    public void run() {
      if (!watch.isOver()) { // else it ended before its shell was gone
        LostHandles.cleanUp(this::cancel);
      }
    }

    private void cancel() {
      boolean lost = !iteration.isOver();
      iteration.abandoned();
      if (lost && opened != null) {
        opened.reportNotClosed("a cursor");
      }
    }
  }

  private static final Cleaner.Cleanable OVER = () -> {};

  private static final VarHandle REGISTRATION =
      Fields.handle(MethodHandles.lookup(), "registration", Cleaner.Cleanable.class);

  private volatile Cleaner.@Nullable Cleanable registration;

  /**
   * Watches {@code shell}. The iteration may be over already, if another thread has closed its
   * scope.
   */
  void begin(Object shell, Iteration<?> iteration) {
    // one that is over is never reported
    LostHandles.Opened opened = iteration.isOver() ? null : new LostHandles.Opened();
    registered(LostHandles.watch(shell, new Abandoned(this, iteration, opened)));
  }

  /** Stores the registration of the shell; removes it if the iteration is over. */
  void registered(Cleaner.Cleanable fresh) {
    if (!REGISTRATION.compareAndSet(this, null, fresh)) {
      fresh.clean(); // finds the iteration over
    }
  }

  /** Whether the cleaner has nothing left to do. */
  boolean isOver() {
    return registration == OVER;
  }

  /** Removes the registration, which would keep the source's objects until the shell is gone. */
  void end() {
    var former = (Cleaner.Cleanable) REGISTRATION.getAndSet(this, OVER);
    if (former != null) {
      former.clean(); // finds the iteration over
    }
  }
}
