package io.bridge.internal.cancel;

import io.bridge.Undeliverable;
import io.bridge.internal.failure.CallerFrames;
import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Notices that a handle which the user holds, a cursor or a scope, has become unreachable while it
 * was open (I1, S3).
 *
 * <p>The JDK's cleaner thread watches: it has the system's class loader and nothing of the code
 * that came first, and it keeps this class only while a handle is open (A13). It runs no foreign
 * code: each cleanup has a thread of its own, so that one which blocks delays no other.
 */
public final class LostHandles {

  /**
   * Where a handle was opened. The JVM notes the stack in a form of its own, much cheaper than its
   * elements, which nobody needs but a report.
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
        site.setStackTrace(CallerFrames.of(getStackTrace())); // this one's is still compared
        Undeliverable.report(new IllegalStateException(what + " was not closed", site));
      }
    }

    /**
     * Whether the code that opened can not be what the calling thread runs, or {@code owner}: their
     * stacks have nothing in common but the JDK's frames, as those of two tasks of one pool. If it
     * is the same code once more, or a stack is too deep to be known whole, this does not tell.
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
   * @param handle what the user holds
   * @param lost does not know the handle; runs once: on the JDK's thread when the handle is gone,
   *     or on the thread that cleans the registration
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
