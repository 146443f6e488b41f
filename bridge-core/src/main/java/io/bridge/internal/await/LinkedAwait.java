package io.bridge.internal.await;

import io.bridge.internal.base.Fields;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.failure.Headroom;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * An await of a source that hands over a subscription or disposable: cancels it exactly once,
 * however late it comes (A5), and never while another thread is inside its {@code request} (RS
 * 2.7). See docs/design/suspension.md.
 *
 * <pre>
 * link      meaning                                      left by
 * NONE      the source has handed over nothing yet       link -> BUSY, unlink/cancel -> UNLINKED
 * BUSY      a thread is inside onSubscribe or request    idle -> LINKED, unlink -> UNLINKED,
 *           of upstream                                  cancel: same thread -> UNLINKED, else OWED
 * LINKED    upstream is idle                             occupy -> BUSY, for one more request;
 *                                                        unlink/cancel -> UNLINKED
 * OWED      BUSY, and that thread must cancel upstream   idle/cancel by that thread -> UNLINKED
 * UNLINKED  final: ended or cancelled; the thread that
 *           brings a later upstream cancels it
 * </pre>
 *
 * <p>Each arrow except unlink is one compare-and-set. Unlink is a plain write of the final state.
 * It may overwrite a concurrent OWED, but the source has ended, so there is nothing left to cancel.
 * A signal or cancel that meets an Error after UNLINKED, and throws it, sets the link back to
 * LINKED by a plain write, which always has enough stack: it counts as not having happened (A11).
 *
 * <p>Proof: AwaitRaceTest, AwaitCancellationTest, HostileScriptsTest.
 *
 * @param <U> subscription or disposable
 * @param <T> the type of the result
 */
public abstract class LinkedAwait<U, T extends @Nullable Object> extends ParkedAwait<T> {

  private static final int NONE = 0;
  private static final int BUSY = 1;
  public static final int LINKED = 2;
  private static final int OWED = 3;
  private static final int UNLINKED = 4;

  private static final VarHandle LINK = Fields.handle(MethodHandles.lookup(), "link", int.class);

  // any thread
  public volatile int link;

  // written by the thread that won BUSY, read after LINKED or by that thread
  private @Nullable U upstream;

  // written by the thread that won BUSY; other threads only compare it with themselves
  private @Nullable Thread bringer;

  /**
   * Creates the await of the calling thread, or a conversion.
   *
   * @param frame the result of {@link Cancellation#enterAwait()}; null in a conversion
   * @param receiver gets the outcome of a conversion; null if the calling thread waits
   */
  protected LinkedAwait(@Nullable CancelFrame frame, @Nullable Receiver<? super T> receiver) {
    super(frame, receiver);
  }

  /** Cancels {@code upstream} by its library's own method. */
  protected abstract void cancel(U upstream);

  /** Upstream has come: signals the first demand, if the library has one. */
  protected void linked(U upstream) {}

  /** The whole of onSubscribe. */
  protected final void begin(U newUpstream) {
    if (!link(newUpstream)) {
      return;
    }
    try {
      linked(newUpstream);
    } catch (Throwable t) {
      sourceThrew(t);
    } finally {
      idle();
    }
  }

  /** A null signal ends the await; the caller throws this to the source too (RS 2.13). */
  protected final NullPointerException nullSignal(String name) {
    NullPointerException failure = new NullPointerException(name);
    cancelUpstream();
    tryFail(failure); // not lost if that returns false: the source gets it
    discardPartial();
    return failure;
  }

  /**
   * False for a null signal, which ends the await; for libraries that must not be thrown at (A11).
   */
  protected final boolean isSignal(@Nullable Object signal, String name) {
    if (signal == null) {
      failAndCancel(new NullPointerException(name));
    }
    return signal != null;
  }

  /**
   * Takes {@code upstream}, or cancels it when there is one already (RS 2.5) or the await is over.
   *
   * @return whether it was taken; the caller then ends onSubscribe with {@link #idle()}
   */
  final boolean link(U newUpstream) {
    cancelIfRequested(); // the owner was cancelled inside subscribe: no request then
    Thread me = Thread.currentThread(); // before BUSY, after which nothing may fail
    if (!LINK.compareAndSet(this, NONE, BUSY)) {
      if (newUpstream == upstream) { // breaks RS 2.12; a cancel would stop the one in use
        reportLost(new IllegalStateException("onSubscribe twice with one subscription"));
      } else {
        cancelReporting(newUpstream);
      }
      return false;
    }
    upstream = newUpstream;
    bringer = me;
    return true;
  }

  /** The end of onSubscribe or request: runs a cancel that arrived in the meantime. */
  protected final void idle() {
    bringer = null;
    if (link == UNLINKED) { // it ended inside request: the source answers in place
      return;
    }
    boolean owed;
    try {
      owed = !LINK.compareAndSet(this, BUSY, LINKED) && LINK.compareAndSet(this, OWED, UNLINKED);
    } catch (Throwable tooDeep) {
      link = LINKED;
      throw tooDeep;
    }
    if (owed) {
      cancelTaken();
    }
  }

  /**
   * Takes the idle upstream for a request of the calling thread, which then calls {@link #idle()};
   * null if there is no upstream or another thread uses it.
   */
  protected final @Nullable U occupy() {
    Thread me = Thread.currentThread(); // as in link
    if (!LINK.compareAndSet(this, LINKED, BUSY)) {
      return null;
    }
    bringer = me;
    return upstream;
  }

  /**
   * The source has ended by itself: there is nothing left to cancel. A plain write is safe: it may
   * overwrite a concurrent cancel, or a pending one, but a source that has ended needs neither. Two
   * concurrent ends may both be told that they are the first; the cell decides.
   *
   * @return whether it ended now; false for a second end, and for the response to our own cancel
   */
  protected final boolean unlink() {
    int now = link;
    if (now == UNLINKED || now == OWED) { // the thread in BUSY still cancels
      return false;
    }
    LINK.setRelease(this, UNLINKED);
    return true;
  }

  /**
   * Ends the await with the value of the source. If the stack ends in here, the value counts as not
   * signalled, so that the failure which the source then signals still ends the await (A11).
   *
   * @return false for a value after the end
   */
  protected final boolean succeeded(T value) {
    if (!unlink()) {
      return false;
    }
    try {
      resumeOrDiscard(value);
    } catch (Throwable t) {
      link = LINKED;
      throw t;
    }
    return true;
  }

  /** The failure of the source. */
  protected final void failed(Throwable failure) {
    if (unlink()) {
      try {
        failOrReport(failure);
      } catch (Throwable t) {
        link = LINKED;
        throw t;
      }
    } else if (hasEnded() || !(failure instanceof CancellationException)) {
      reportLost(failure);
    }
  }

  @Override
  protected final void cancelUpstream() {
    while (true) {
      int now = link;
      boolean othersTurn = now == BUSY || now == OWED;
      if (othersTurn && bringer == Thread.currentThread()) {
        othersTurn = false;
      }
      if (now == UNLINKED || (now == OWED && othersTurn)) {
        return;
      }
      if (LINK.compareAndSet(this, now, othersTurn ? OWED : UNLINKED)) {
        if (now != NONE && !othersTurn) {
          cancelTaken();
        }
        return;
      }
    }
  }

  /** The source broke a rule: the await fails and upstream is cancelled. */
  protected final void failAndCancel(Throwable failure) {
    cancelUpstream();
    failOrReport(failure);
    discardPartial();
  }

  /**
   * Called by a signal after the end: runs the pending cancel if this thread is in request (A6).
   */
  public final void payOwedCancel() {
    if (link == OWED) {
      cancelUpstream();
    }
  }

  private void cancelTaken() {
    U taken = upstream;
    upstream = null;
    if (taken != null) {
      try {
        cancelReporting(taken);
      } catch (Throwable t) {
        upstream = taken;
        link = LINKED;
        throw t;
      }
    }
  }

  private void cancelReporting(U target) {
    try {
      stopSource(() -> cancel(target));
    } catch (Throwable t) { // breaks RS 3.15; the await must not suffer
      Headroom.throwIfTooDeep(t);
      reportLost(t);
    }
  }
}
