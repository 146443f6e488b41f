package io.bridge.internal.failure;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * A printable copy of a failure whose getters are not the JDK's: the same text, with the stack
 * traces of the first causes. A logger would call the failure's own code on the reporting thread,
 * and follow an endless chain of causes (A8).
 */
public final class Loggable extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  private static final int MAX_CAUSES = 16;

  private Loggable(String text, @Nullable Throwable cause) {
    super(text, cause, false, true);
  }

  /**
   * Copies a failure, unless a logger would only call the JDK's code.
   *
   * @param failure of any class
   * @return a failure that any thread may print
   */
  public static Throwable of(Throwable failure) {
    if (isPlain(failure)) {
      return failure;
    }
    String type = failure.getClass().getName();
    Throwable copy = ForeignLook.<@Nullable Throwable>into(failure, null, () -> copy(failure, 0));
    return copy == null ? new Loggable(type, null) : copy;
  }

  /** Whether a logger only calls the JDK's own code, on a finite chain: true for most failures. */
  private static boolean isPlain(Throwable failure) {
    Throwable at = failure;
    for (int depth = 0; depth < MAX_CAUSES; depth++) {
      if (at == null) {
        return true;
      }
      if (ForeignLook.isOverridden(
          at, "getCause", "getStackTrace", "getMessage", "getLocalizedMessage", "toString")) {
        return false;
      }
      at = at.getCause();
    }
    return false;
  }

  private static Throwable copy(Throwable failure, int depth) {
    Throwable cause = depth == MAX_CAUSES ? null : Failures.cause(failure);
    Throwable copy =
        new Loggable(String.valueOf(failure), cause == null ? null : copy(cause, depth + 1));
    copy.setStackTrace(failure.getStackTrace());
    return copy;
  }

  /** Only the text, since that contains the name of the failure's class. */
  @Override
  @SuppressWarnings("OverrideThrowableToString") // as above
  public String toString() {
    return String.valueOf(getMessage());
  }
}
