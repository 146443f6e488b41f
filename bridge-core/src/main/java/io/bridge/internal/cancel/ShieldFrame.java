package io.bridge.internal.cancel;

import io.bridge.Body;
import org.jspecify.annotations.Nullable;

/**
 * Hides the frames around it, with a window of its own: the code inside can wait while the code
 * around it is cancelled. Interrupts that arrive in the meantime are kept and raised at the end
 * (A9).
 */
public final class ShieldFrame extends CancelFrame {

  /** The frame that the shield hides; null on a plain thread. */
  final @Nullable CancelFrame hidden;

  // by the owner, or by a signal thread that saw the owner's flag raised
  private volatile boolean owed;

  private ShieldFrame(@Nullable CancelFrame hidden) {
    super(null, new InterruptWindow(), contextOf(hidden));
    this.hidden = hidden;
  }

  /**
   * Runs {@code body} inside a shield.
   *
   * @param body the code to shield
   * @param <T> the type of its value
   * @param <X> the checked exception that it may throw
   * @return its value
   * @throws X when it fails
   */
  public static <T extends @Nullable Object, X extends Exception> T run(
      Body<? extends T, ? extends X> body) throws X {
    ShieldFrame shield = new ShieldFrame(CurrentFrame.get());
    try {
      shield.enter();
      return body.call();
    } finally {
      try {
        shield.leave();
      } finally { // if the stack ends there, the rest is done late
        shield.left = true;
      }
    }
  }

  private void enter() {
    becomeCurrent(); // first: then even a late leave uncovers
    if (hidden != null) {
      hidden.window.close();
    }
    owed = Thread.interrupted();
    window.begin();
  }

  private void leave() {
    leaveScopesInside();
    window.close();
    CurrentFrame.restore(previous);
    uncover();
  }

  @Override
  protected void leftLate() {
    uncover();
  }

  /** Allows interrupts of the code around the shield again. Owner only. */
  private void uncover() {
    if (hidden != null && hidden.window.isOpen()) {
      return; // it was not covered yet
    }
    if (hidden != null && hidden.isCancelled()) {
      hidden.window.openInterrupted();
    } else if (hidden != null) {
      hidden.window.open();
    }
    if (owed) {
      owed = false;
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public @Nullable CancelFrame enclosing() {
    return hidden;
  }

  @Override
  public boolean foreignInterrupt() {
    owed = true;
    return false;
  }
}
