package io.bridge.internal.coroutine;

import io.bridge.Body;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.cancel.CurrentFrame;
import io.bridge.internal.cancel.InterruptWindow;
import io.bridge.internal.context.ContextSnapshot;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code runOn} on a thread of the executor, with a window of its own. It is cancelled
 * with the calling code, whose thread waits for it and passes each interrupt on (S9).
 *
 * <p>If the waiting thread belongs to an executor itself, and the body calls {@code runOn} for that
 * executor, the waiting thread runs that inner body as its guest: it may be the executor's only
 * thread. See docs/design/coroutine.md.
 */
final class ExecutorFrame extends CancelFrame implements RunOn.Stage {

  private final Executor executor;

  /** Waits for the end of the body. */
  private final Thread caller;

  // put by the body's thread, or by one that it waits for; taken by the caller
  private final AtomicReference<@Nullable RunOn<?>> guest = new AtomicReference<>();

  ExecutorFrame(
      Executor executor, @Nullable CancelFrame outer, ContextSnapshot ambient, Thread caller) {
    super(outer, new InterruptWindow(outer), ambient.context());
    this.executor = executor;
    this.caller = caller;
  }

  /** The innermost such frame around {@code innermost}; null if there is none. */
  private static @Nullable ExecutorFrame around(@Nullable CancelFrame innermost) {
    CancelFrame frame = innermost;
    while (frame != null && !(frame instanceof ExecutorFrame)) {
      frame = frame.enclosing();
    }
    return (ExecutorFrame) frame;
  }

  /** Whether the thread that runs the code of {@code frame} is one of {@code executor}. */
  static boolean isOn(Executor executor, @Nullable CancelFrame frame) {
    ExecutorFrame inside = around(frame);
    return inside != null && inside.executor == executor;
  }

  /**
   * The frame whose caller is a thread of {@code executor} that waits, directly or indirectly, for
   * the code of {@code frame}; null if there is none.
   */
  static @Nullable ExecutorFrame hostOf(Executor executor, @Nullable CancelFrame frame) {
    ExecutorFrame inner = around(frame);
    while (inner != null) {
      ExecutorFrame next = around(inner.outer);
      if (next != null && next.executor == executor) {
        return inner;
      }
      inner = next;
    }
    return null;
  }

  /** Lets the caller run {@code body} while it waits. */
  void invite(RunOn<?> body) {
    guest.set(body);
    LockSupport.unpark(caller);
  }

  boolean hasGuest() {
    return guest.get() != null;
  }

  /**
   * Runs the guest, if any, without the interrupt flag, which belongs to the waiting code. Caller
   * only.
   */
  void serveGuest() {
    RunOn<?> body = guest.getAndSet(null);
    if (body == null) {
      return;
    }
    boolean interrupted = Thread.interrupted();
    body.run();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Runs the body on the calling thread, which may be inside other code that waits: as a guest, or
   * because the pool lets its waiting threads help.
   */
  RunOn.Outcome call(Body<?, ?> body) {
    CancelFrame waiting = CurrentFrame.get();
    CancelFrame previous = CurrentFrame.replace(this);
    if (waiting != null) {
      lendWindow(waiting);
    }
    window.begin();
    try {
      return RunOn.Outcome.of(body, false);
    } finally {
      leaveScopesInside();
      window.close();
      CurrentFrame.restore(previous);
      if (waiting != null) {
        waiting.window.takeBack();
      }
    }
  }

  private void lendWindow(CancelFrame waiting) {
    boolean cancelledTogether = isInside(waiting);
    waiting.window.lend(cancelledTogether ? window : null);
    if (cancelledTogether && waiting.isCancelled()) {
      window.interrupt(); // an earlier cancel went to the other window
    }
  }

  /** Passes a cancel or an interrupt of the caller on to the body's thread. Caller only. */
  void cancelWithCaller() {
    if (!cancelFrame(Cancellation.why(outer))) {
      window.interrupt(); // one more: the body may have used up the first
    }
  }

  /** Ends the waits of the body, not those of its caller; the flag stays the executor's. */
  @Override
  public boolean foreignInterrupt() {
    markCancelled("the executor's thread was interrupted");
    return true;
  }
}
