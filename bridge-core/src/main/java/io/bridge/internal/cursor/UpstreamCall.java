package io.bridge.internal.cursor;

import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.cancel.CurrentFrame;
import org.jspecify.annotations.Nullable;

/**
 * The loop's thread inside code of its upstream: in {@code subscribe}, in {@code request}, or in an
 * operator that computes the next item. There a source may emit for ever, clear the interrupt flag,
 * or throw because of it (A6, A9).
 */
final class UpstreamCall {

  // the thread inside; other threads only compare it with themselves
  private @Nullable Thread inside;

  // of the thread inside
  private @Nullable CancelFrame frame;

  /** Runs {@code upstream}, on the loop's thread or on the opening one. */
  void run(Runnable upstream) {
    frame = CurrentFrame.get();
    inside = Thread.currentThread();
    try {
      upstream.run();
    } finally {
      inside = null;
      frame = null;
    }
  }

  /** Whether the calling thread is inside. */
  boolean isHere() {
    return inside == Thread.currentThread();
  }

  /** Whether the calling thread is inside, and cancelled. */
  boolean isCancelledHere() {
    return isHere() && Cancellation.cancelRequested(frame, Thread.currentThread());
  }

  /**
   * Whether {@code failure}, which came during the call, only says that the thread was cancelled.
   */
  boolean endedBy(Throwable failure) {
    return isHere() && Cancellation.isCancellation(failure, CurrentFrame.get());
  }

  /** Runs {@code cancel}; on the thread inside, by {@link Cancellation#outsideWindow}. */
  void stop(Runnable cancel) {
    if (isHere()) {
      Cancellation.outsideWindow(CurrentFrame.get(), cancel);
    } else {
      cancel.run();
    }
  }
}
