package io.bridge.internal.context;

import io.bridge.Body;
import io.bridge.CoroutineContext;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.CurrentFrame;
import io.bridge.internal.cancel.InterruptWindow;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Gives its code a context of its own; the code around it determines all cancellation. */
public final class ContextFrame extends CancelFrame {

  /** Whether the context is a subscriber's: then the thread may hold another request's state. */
  private final boolean ofSubscriber;

  private final Thread thread = Thread.currentThread();

  private ContextFrame(CoroutineContext context, boolean ofSubscriber) {
    this(CurrentFrame.get(), context, ofSubscriber);
  }

  private ContextFrame(
      @Nullable CancelFrame outer, CoroutineContext context, boolean ofSubscriber) {
    super(outer, outer != null ? outer.window : new InterruptWindow(), context);
    this.ofSubscriber = ofSubscriber;
  }

  /**
   * Runs {@code body} with {@code context}.
   *
   * @param context the current context of the body
   * @param body the code
   * @param <T> the type of its value
   * @param <X> the checked exception that it may throw
   * @return its value
   * @throws X when it fails
   */
  public static <T extends @Nullable Object, X extends Exception> T run(
      CoroutineContext context, Body<? extends T, ? extends X> body) throws X {
    return new ContextFrame(context, false).<T, X>call(body);
  }

  /**
   * The frame of a conversion that subscribes to its source for a receiver with {@code context}.
   */
  public static ContextFrame ofSubscriber(CoroutineContext context) {
    return new ContextFrame(context, true);
  }

  /**
   * Whether the calling code subscribes for a receiver, whose context comes before the state of the
   * thread (C3).
   *
   * @return whether it runs in the frame of a conversion
   */
  public static boolean isOfSubscriber() {
    CancelFrame frame = CurrentFrame.get();
    while (frame instanceof ContextFrame inner && !inner.ofSubscriber) {
      frame = inner.outer;
    }
    return frame instanceof ContextFrame;
  }

  /** Runs {@code body} inside. Once. */
  public <T extends @Nullable Object, X extends Exception> T call(
      Body<? extends T, ? extends X> body) throws X {
    try {
      enter();
      return body.call();
    } finally {
      try {
        leave();
      } finally { // if the stack ends there, the rest is done late
        left = true;
      }
    }
  }

  /**
   * Sends a signal outside of this frame, since its receiver's code does not belong to it. Any
   * thread.
   */
  public boolean outside(BooleanSupplier signal) {
    if (thread != Thread.currentThread()) {
      return signal.getAsBoolean();
    }
    CancelFrame inside = CurrentFrame.replace(previous);
    try {
      return signal.getAsBoolean();
    } finally {
      CurrentFrame.restore(inside);
    }
  }

  private void enter() {
    becomeCurrent();
    if (outer == null) {
      window.begin(); // is never interrupted; only tells that this is user code
    }
  }

  private void leave() {
    leaveScopesInside();
    if (outer == null) {
      window.close();
    }
    CurrentFrame.restore(previous);
  }

  @Override
  public boolean foreignInterrupt() {
    return outer == null || outer.foreignInterrupt();
  }
}
