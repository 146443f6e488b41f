package io.bridge.internal.failure;

/**
 * Whether the calling thread has enough stack for a step that must not be cut short: one of several
 * writes that other threads wait for, with a wake-up at its end. Without enough stack the {@code
 * StackOverflowError} comes before the first write (A11). The JDK's start and wake-up of a virtual
 * thread are such steps: if one overflows, threads are lost. Too expensive for each signal; used
 * for starts and cancels, and after a signal has met an error.
 */
public final class Headroom {

  /** In the interpreter about 20 KB, compiled about 5 KB: in both more than the steps need. */
  private static final int FRAMES = 64;

  private Headroom() {}

  /** Throws StackOverflowError, before any change, if there is not enough stack. */
  public static void check() {
    frames(FRAMES, 1, 2, 3, 4, 5, 6, 7);
  }

  /** Twice as much: {@code check} may have failed some calls further in. */
  private static boolean isThere() {
    try {
      frames(2 * FRAMES, 1, 2, 3, 4, 5, 6, 7);
      return true;
    } catch (StackOverflowError tooDeep) {
      return false;
    }
  }

  /** Rethrows {@code caught} if it left too little stack to handle it. */
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
