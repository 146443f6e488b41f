package io.bridge.internal.cancel;

/**
 * Whether the calling thread has stack left for a step that must not be cut short: one that other
 * threads wait for, of several writes, with a wake-up at its end. A {@code StackOverflowError} then
 * comes before the first write (A11). What the JDK does to wake a virtual thread is such a step:
 * the thread is lost when that overflows. Too dear for each signal; for cancels, and where a signal
 * has already met an error.
 */
public final class Headroom {

  /** In the interpreter about 20 KB, compiled about 5 KB: more than the steps need in each. */
  private static final int FRAMES = 64;

  private Headroom() {}

  /** Throws StackOverflowError, having changed nothing, if there is not enough. */
  public static void check() {
    frames(FRAMES, 1, 2, 3, 4, 5, 6, 7);
  }

  private static boolean isThere() {
    try {
      check();
      return true;
    } catch (StackOverflowError tooDeep) {
      return false;
    }
  }

  /** Throws what was caught if it has left too little stack to do anything about it. */
  public static void throwIfTooDeep(Throwable caught) {
    if (caught instanceof StackOverflowError overflow && !isThere()) {
      throw overflow;
    }
  }

  /** Each frame keeps its arguments until the next one has returned. */
  private static long frames(int n, long a, long b, long c, long d, long e, long f, long g) {
    return n == 0 ? a : frames(n - 1, b, c, d, e, f, g, a) + (a ^ b) + (c ^ d) + (e ^ f) + g;
  }
}
