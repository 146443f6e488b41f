package io.bridge.internal.cursor;

import io.bridge.internal.base.Fields;
import io.bridge.internal.cancel.LostHandles;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Cleaner;
import org.jspecify.annotations.Nullable;

/**
 * Watches the cursor that the user holds, the shell of an {@link Iteration}: when it becomes
 * unreachable before the end, the iteration is cancelled and that is reported (I1).
 *
 * <pre>
 * registration  meaning                                    left by
 * null          the shell is not there yet                 begin -> registered, end -> OVER
 * registered    the cleaner keeps the iteration, and all   end -> OVER, whoever comes first; that
 *               that its source knows                      one removes the registration
 * OVER          nothing is left for the cleaner to do,     -
 *               final; a registration that comes now is
 *               removed by its bringer
 * </pre>
 *
 * <p>Proof: CursorLeakTest, CleanupThreadTest.
 */
final class CursorWatch {

  /** What the cleaner runs; knows the iteration, not the shell. */
  private record Abandoned(
      CursorWatch watch, Iteration<?> iteration, LostHandles.@Nullable Opened opened)
      implements Runnable {

    @Override
    public void run() {
      if (!watch.isOver()) { // else it was over before its shell was gone
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
   * Watches {@code shell}. There may be nothing left to do already: a scope that another thread
   * closes.
   */
  void begin(Object shell, Iteration<?> iteration) {
    // over, it is never reported
    LostHandles.Opened opened = iteration.isOver() ? null : new LostHandles.Opened();
    registered(LostHandles.watch(shell, new Abandoned(this, iteration, opened)));
  }

  /** The shell has a registration, which is removed when it is over. */
  void registered(Cleaner.Cleanable fresh) {
    if (!REGISTRATION.compareAndSet(this, null, fresh)) {
      fresh.clean(); // which finds that it is over
    }
  }

  /** Whether nothing is left for the cleaner to do. */
  boolean isOver() {
    return registration == OVER;
  }

  /** The registration would keep all that the source knows until the shell is gone. */
  void end() {
    var former = (Cleaner.Cleanable) REGISTRATION.getAndSet(this, OVER);
    if (former != null) {
      former.clean(); // which finds that it is over
    }
  }
}
