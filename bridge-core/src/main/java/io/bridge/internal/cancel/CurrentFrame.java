package io.bridge.internal.cancel;

import org.jspecify.annotations.Nullable;

/** The frame whose code a thread runs, innermost first: a thread-local, set and restored (A9). */
public final class CurrentFrame {

  private static final ThreadLocal<@Nullable CancelFrame> CURRENT = new ThreadLocal<>();

  private CurrentFrame() {}

  /** The innermost frame whose code the calling thread runs; null outside, and inside signals. */
  public static @Nullable CancelFrame get() {
    CancelFrame frame = CURRENT.get();
    if (frame != null && frame.left) {
      frame = leaveLate(frame);
    }
    return frame != null && frame.window.isOpen() ? frame : null;
  }

  /** Leaves {@code frame} late: the calling thread had no stack left to leave it in time (A11). */
  static @Nullable CancelFrame leaveLate(CancelFrame frame) {
    for (CancelFrame gone = frame; gone != null && gone.left; gone = gone.previous) {
      gone.leftLate();
    }
    restore(frame);
    return CURRENT.get();
  }

  /**
   * The frame that the calling thread is in, even inside signals and after a coroutine's body: for
   * questions about the thread and not about its code.
   */
  public static @Nullable CancelFrame ofThread() {
    return CURRENT.get();
  }

  /**
   * Replaces the current frame; the same thread must put the old one back. Nothing else changes the
   * thread-local, so each window of the thread knows which of its frames, if any, is the current
   * one.
   */
  public static @Nullable CancelFrame replace(@Nullable CancelFrame frame) {
    CancelFrame previous = CURRENT.get();
    if (previous != null) {
      previous.window.mirror(null);
    }
    if (frame != null) {
      frame.window.mirror(frame);
    }
    if (frame == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(frame);
    }
    return previous;
  }

  /**
   * Like {@link #replace}, if both frames have the window of the current one: exists for P13. Owner
   * only.
   */
  static void replaceInWindow(CancelFrame frame) {
    frame.window.mirror(frame);
    CURRENT.set(frame);
  }

  /**
   * Undoes {@link #replace}, but skips the scopes that the code in between has joined or closed,
   * which are left for good.
   */
  public static void restore(@Nullable CancelFrame previous) {
    replace(notLeft(previous));
  }

  /** {@code frame}, or the first one around it that is not left. Owner only. */
  static @Nullable CancelFrame notLeft(@Nullable CancelFrame frame) {
    CancelFrame now = frame;
    while (now != null && now.left) {
      now = now.previous;
    }
    return now;
  }
}
