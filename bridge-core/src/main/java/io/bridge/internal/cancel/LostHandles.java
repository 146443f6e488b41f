package io.bridge.internal.cancel;

import io.bridge.Undeliverable;
import io.bridge.internal.failure.CallerFrames;
import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Notices that a handle held by the user, a cursor or a scope, became unreachable while it was open
 * (I1, S3).
 *
 * <p>The JDK's cleaner thread watches: it has the system's class loader, nothing of the code that
 * used it first, and keeps this class only while a handle is open (A13). It runs no foreign code:
 * each cleanup has a thread of its own, so that a blocking one delays no other.
 */
public final class LostHandles {

  /**
   * Where a handle was opened. The JVM records the stack in its own form, much cheaper than stack
   * trace elements, which only a report needs.
   */
  public static final class Opened extends Exception {

    private static final long serialVersionUID = 1L;

    public Opened() {
      super("opened here", null, false, true);
    }

    private final AtomicBoolean reported = new AtomicBoolean();

    /** Reports once that {@code what} was not closed. */
    public void reportNotClosed(String what) {
      if (!reported.getAndSet(true)) {
        Opened site = new Opened();
        site.setStackTrace(CallerFrames.of(getStackTrace())); // ours is still compared
        Undeliverable.report(new IllegalStateException(what + " was not closed", site));
      }
    }

    /**
     * Whether the opening code cannot be running on the calling thread or {@code owner}: their
     * stacks share only frames of the JDK, like two tasks of one pool. Returns false if the same
     * code runs once more, or if a stack is too deep to be known whole.
     */
    boolean isLeftBy(Thread owner) {
      StackTraceElement[] then = getStackTrace();
      StackTraceElement[] now = owner.getStackTrace();
      int deepest = Math.min(then.length, now.length);
      if (deepest == 0 || Math.max(then.length, now.length) >= DEEPEST_KNOWN) {
        return deepest == 0 && !owner.isAlive();
      }
      for (int i = 1; i <= deepest; i++) {
        StackTraceElement frame = then[then.length - i];
        if (!isSameMethod(frame, now[now.length - i])) {
          return true;
        }
        if (!isOfJdk(frame.getClassName())) {
          return false;
        }
      }
      return true;
    }

    private static boolean isSameMethod(StackTraceElement one, StackTraceElement other) {
      return one.getClassName().equals(other.getClassName())
          && one.getMethodName().equals(other.getMethodName());
    }

    private static boolean isOfJdk(String type) {
      return type.startsWith("java.") || type.startsWith("jdk.") || type.startsWith("sun.");
    }
  }

  /** A longer stack has lost its outer end, see {@code -XX:MaxJavaStackTraceDepth}. */
  private static final int DEEPEST_KNOWN = 1024;

  /** Starts its thread with the first handle. */
  private static final class Lazily {
    private static final Cleaner CLEANER = Cleaner.create();
  }

  private LostHandles() {}

  /**
   * Watches {@code handle}.
   *
   * @param handle the user's handle
   * @param lost must not refer to the handle; runs once: on the JDK's thread when the handle is
   *     gone, or on the thread that cleans the registration
   * @return the registration, which keeps {@code lost}
   */
  public static Cleaner.Cleanable watch(Object handle, Runnable lost) {
    return Lazily.CLEANER.register(handle, lost);
  }

  /** Runs foreign code on a thread of its own. */
  public static void cleanUp(Runnable cleanup) {
    CoroutineThreads.start("bridge-cleanup", cleanup);
  }
}
