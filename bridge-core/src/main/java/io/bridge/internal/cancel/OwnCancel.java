package io.bridge.internal.cancel;

import io.bridge.internal.failure.Failures;
import org.jspecify.annotations.Nullable;

/**
 * The source that the calling thread is cancelling now: a failure signalled from inside that call
 * is the cancel's echo, and no news (A12). A thread-local and no field of the await, since only a
 * cancel needs it.
 */
public final class OwnCancel {

  private static final ThreadLocal<@Nullable Object> TARGET = new ThreadLocal<>();

  private OwnCancel() {}

  /** Called before the first cancel, which may follow the end of the memory (B11). */
  static void load() {}

  /** Runs {@code cancel}, which cancels the source of {@code await}; may nest. */
  public static void run(Object await, Runnable cancel) {
    Object outer = TARGET.get();
    TARGET.set(await);
    try {
      cancel.run();
    } finally {
      if (outer == null) {
        TARGET.remove(); // leaves nothing behind on a thread that is not ours (A13)
      } else {
        TARGET.set(outer);
      }
    }
  }

  /**
   * Whether {@code failure}, which came to {@code await} after its end, only says that the source
   * was cancelled.
   *
   * @param failure of the source
   * @param await cancels the source
   * @param cancelled whether the await ended by cancellation
   */
  public static boolean isEcho(Throwable failure, Object await, boolean cancelled) {
    return TARGET.get() == await || (cancelled && Failures.isCancelEcho(failure));
  }
}
