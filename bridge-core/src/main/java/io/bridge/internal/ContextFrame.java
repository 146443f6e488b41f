package io.bridge.internal;

import io.bridge.Body;
import io.bridge.CoroutineContext;
import org.jspecify.annotations.Nullable;

/** Gives its code a context of its own; all cancellation is that of the code around it. */
public final class ContextFrame extends CancelFrame {

  private ContextFrame(@Nullable CancelFrame outer, CoroutineContext context) {
    super(outer, outer != null ? outer.window : new InterruptWindow(), context);
  }

  /**
   * Runs {@code body} with {@code context}.
   *
   * @param context what the body finds as the current one
   * @param body the code
   * @param <T> the type of its value
   * @param <X> the checked exception that it may throw
   * @return its value
   * @throws X when it fails
   */
  public static <T extends @Nullable Object, X extends Exception> T run(
      CoroutineContext context, Body<? extends T, ? extends X> body) throws X {
    ContextFrame frame = new ContextFrame(current(), context);
    try {
      frame.enter();
      return body.call();
    } finally {
      try {
        frame.leave();
      } finally { // where the stack ends there, the rest comes late
        frame.left = true;
      }
    }
  }

  private void enter() {
    becomeCurrent();
    if (outer == null) {
      window.begin(); // nobody sends anything to it; it only says that this is user code
    }
  }

  private void leave() {
    leaveScopesInside();
    if (outer == null) {
      window.close();
    }
    restoreCurrent(previous);
  }

  @Override
  boolean foreignInterrupt() {
    return outer == null || outer.foreignInterrupt();
  }
}
