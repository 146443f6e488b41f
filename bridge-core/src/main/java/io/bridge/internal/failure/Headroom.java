package io.bridge.internal.failure;

/**
 * Whether the calling thread has enough stack for a step that must not be cut short: one of several
 * writes that other threads wait for, with a wake-up at its end. Without enough stack the {@code
 * StackOverflowError} comes before the first write (A11). The JDK's start and wake-up of a virtual
 * thread are such steps: if one overflows, threads are lost. Too expensive for each signal; used
 * for starts and cancels, and after a signal has met an error.
 */
public final class Headroom {

  /** Compiled about 4 KB, in the interpreter five times as much: in both more than needed. */
  private static final int FRAMES = 40;

  private Headroom() {}

  /** Throws StackOverflowError, before any change, if there is not enough stack. */
  public static void check() {
    frames(FRAMES);
  }

  /** Twice as much: {@code check} may have failed some calls further in. */
  private static boolean isThere() {
    try {
      frames(2 * FRAMES);
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

  private static int frames(int n) {
    return frames(n, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  }

  /** Few frames with many constant arguments use the stack up at the least cost. */
  @SuppressWarnings("UnusedVariable") // they are there to take room
  private static int frames(
      int n,
      long a,
      long b,
      long c,
      long d,
      long e,
      long f,
      long g,
      long h,
      long i,
      long j,
      long k,
      long l,
      long m,
      long y,
      long o,
      long p,
      long q,
      long r,
      long s,
      long t,
      long u,
      long v,
      long w,
      long x) {
    return n == 0
        ? 0
        : frames(n - 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) + 1;
  }
}
