package io.bridge.internal;

import java.lang.ref.Cleaner;

/**
 * Notices that a handle which the user holds, a cursor or a scope, has become unreachable while it
 * was open (I1, S3).
 *
 * <p>The JDK's cleaner thread watches: it has the system's class loader and nothing of the code
 * that came first, and it keeps this class only while a handle is open (A13). It runs no foreign
 * code: each cleanup has a thread of its own, so that one which blocks delays no other.
 */
final class LostHandles {

  /**
   * Where a handle was opened. The JVM notes the stack in a form of its own, much cheaper than its
   * elements, which nobody needs but a report.
   */
  static final class Opened extends Exception {

    private static final long serialVersionUID = 1L;

    Opened() {
      super("opened here", null, false, true);
    }

    /** The report that {@code what} was not closed; made once. */
    IllegalStateException notClosed(String what) {
      setStackTrace(Callers.of(getStackTrace()));
      return new IllegalStateException(what + " was not closed", this);
    }
  }

  /** Starts its thread with the first handle. */
  private static final class Lazily {
    private static final Cleaner CLEANER = Cleaner.create();
  }

  private LostHandles() {}

  /**
   * Watches {@code handle}.
   *
   * @param handle what the user holds
   * @param lost does not know the handle; runs once: on the JDK's thread when the handle is gone,
   *     or on the thread that cleans the registration
   * @return the registration, which keeps {@code lost}
   */
  static Cleaner.Cleanable watch(Object handle, Runnable lost) {
    return Lazily.CLEANER.register(handle, lost);
  }

  /** Runs foreign code on a thread of its own. */
  static void cleanUp(Runnable cleanup) {
    RunningCoroutine.thread("bridge-cleanup", cleanup).start();
  }
}
