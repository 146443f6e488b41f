package io.bridge.internal.coroutine;

import io.bridge.VoidBody;
import io.bridge.internal.base.VoidBodies;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.cancel.CurrentFrame;
import io.bridge.internal.cancel.InterruptWindow;
import io.bridge.internal.context.ContextSnapshot;
import io.bridge.internal.failure.CallsSource;
import io.bridge.internal.failure.Failures;
import io.bridge.internal.failure.Interruptions;
import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A stream body that the consuming coroutine calls itself (N2). It has a window of its own, which
 * the consumer's is lent to while the body runs, and which is closed while the consumer does: so a
 * deadline of the body does not cut the consumer, and a cancel of the consumer ends both. See
 * docs/design/inplace.md. Proof: InPlaceStreamTest.
 */
@CallsSource
public final class InPlaceStream extends InPlaceFrame<@Nullable Void> {

  // any thread adds; taken by the owner while it waits
  private final Queue<Runnable> guests = new ConcurrentLinkedQueue<>();

  private final ContextSnapshot ambient;

  /** The frame around the body. */
  private final CancelFrame around;

  // by the owner: the current frame of the consumer's code while the body runs
  private @Nullable CancelFrame consumer;

  /** What the consumer's code finds, where a thread's state is propagated; else null. */
  private final @Nullable ContextSnapshot ofConsumer;

  /**
   * Makes the frame of a body.
   *
   * @param name of the coroutine
   * @param around the result of {@link Cancellation#enterAwait()}
   * @param ambient the surroundings of the body
   */
  public InPlaceStream(String name, CancelFrame around, ContextSnapshot ambient) {
    super(name, around, new InterruptWindow(around), ambient.context());
    this.around = around;
    this.ambient = ambient;
    this.ofConsumer =
        ContextSnapshot.inPlace(around.context()) == null ? null : ContextSnapshot.ofCaller();
  }

  /** Whether the code of {@code frame} may call a body. */
  public static boolean isPossibleIn(@Nullable CancelFrame frame) {
    return InPlaceFrame.depthIn(frame) > 0;
  }

  /** Runs {@code body} on the calling thread; {@code receiver} gets the outcome. */
  public void run(VoidBody<Exception> body, Completion<@Nullable Void> receiver) {
    Throwable failure;
    boolean outside = false;
    try {
      failure = failureOf(body);
      outside = true;
    } finally {
      if (!outside) { // the stack ended; these are plain writes (A11)
        phase = LEFT;
        left = true;
        cutShort();
      }
    }
    boolean interrupted = Thread.interrupted(); // by other code: it is the consumer's
    boolean told = false;
    try {
      closeOwned();
      signal(failure, receiver);
      told = true;
    } finally {
      if (!told) {
        cutShort();
      }
      around.window.takeBack();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Runs {@code body} in this frame, and leaves it. */
  private @Nullable Throwable failureOf(VoidBody<Exception> body) {
    Throwable failure = null;
    becomeCurrent(); // first: then even a late leave takes the window back
    consumer = previous;
    lend();
    window.begin();
    try {
      ambient.<@Nullable Void, Exception>call(VoidBodies.returningNull(body));
    } catch (Throwable t) { // the end is the same, however it comes
      failure = Failures.bare(t);
    }
    closeScopes();
    leaveScopesInside();
    leave();
    window.close();
    CurrentFrame.restore(consumer);
    if (failure != null && isCutOffInside()) {
      Interruptions.remember(failure); // an interrupt of ours is nobody else's
    }
    return failure;
  }

  @Override
  protected void leftLate() {
    window.close();
    around.window.takeBack();
  }

  private void signal(@Nullable Throwable failure, Completion<@Nullable Void> receiver) {
    if (failure == null) {
      receiver.succeeded(null);
      tellHandle(null, null, false);
    } else if (isCancelled() && Failures.isCancelEcho(failure)) {
      CancellationException end = new CancellationException(cancelReason());
      receiver.cancelled(end);
      tellHandle(null, end, true);
    } else {
      receiver.failed(failure);
      tellHandle(null, failure, false);
    }
  }

  /** Lets the owner run {@code guest} when it next waits in code of the body. Any thread. */
  public void invite(Runnable guest) {
    guests.add(guest);
    LockSupport.unpark(window.worker());
  }

  /** What the owner is to run, and some that it has not let go yet. Any thread. */
  public Collection<Runnable> guests() {
    return guests;
  }

  @Override
  protected boolean hasGuests() {
    return !guests.isEmpty();
  }

  @Override
  protected void runGuests() {
    for (Runnable guest = guests.poll(); guest != null; guest = guests.poll()) {
      guest.run();
    }
  }

  /** Whether the calling thread runs the body. */
  public boolean isOwner() {
    return window.worker() == Thread.currentThread();
  }

  /** Whether the code around is cancelled. */
  public boolean isConsumerCancelled() {
    return around.isCancelled();
  }

  private void lend() {
    around.window.lend(window);
    if (around.isCancelled()) {
      window.owe(); // an earlier cancel went to the other window
    }
  }

  /**
   * Runs a step of the consumer. Owner only, in a signal of the body: the window is closed.
   *
   * @param step the code
   * @param <X> the checked exception that it may throw
   * @throws X when it fails
   */
  public <X extends Exception> void consume(VoidBody<X> step) throws X {
    CancelFrame ofBody = CurrentFrame.replace(consumer);
    try {
      around.window.takeBack();
      ContextSnapshot snapshot = ofConsumer;
      if (snapshot == null) {
        step.run();
      } else {
        snapshot.<@Nullable Object, X>call(VoidBodies.<@Nullable Object, X>returningNull(step));
      }
    } finally {
      consumer = CurrentFrame.replace(ofBody); // first, as at the begin
      lend();
    }
  }
}
