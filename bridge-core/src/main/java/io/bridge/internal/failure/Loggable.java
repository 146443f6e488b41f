package io.bridge.internal.failure;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * What a logger prints in place of a failure whose getters are not the JDK's: the same text, with
 * the stack traces of the first causes. A logger would ask the failure itself, on the thread that
 * reports it, and where each cause has another one without end (A8).
 */
public final class Loggable extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  private static final int MAX_CAUSES = 16;

  private Loggable(String text, @Nullable Throwable cause) {
    super(text, cause, false, true);
  }

  /**
   * Copies a failure, unless all that a logger asks of it is code of the JDK.
   *
   * @param failure whose class may be anybody's
   * @return what may be printed anywhere
   */
  public static Throwable of(Throwable failure) {
    if (isPlain(failure)) {
      return failure;
    }
    String type = failure.getClass().getName();
    Throwable copy = ForeignLook.<@Nullable Throwable>into(failure, null, () -> copy(failure, 0));
    return copy == null ? new Loggable(type, null) : copy;
  }

  /** Whether all that a logger asks is the JDK's own code, with an end: most failures are. */
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

  /** The text has the name of the failure's class. */
  @Override
  @SuppressWarnings("OverrideThrowableToString") // as above
  public String toString() {
    return String.valueOf(getMessage());
  }
}
