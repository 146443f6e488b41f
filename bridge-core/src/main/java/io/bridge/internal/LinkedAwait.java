package io.bridge.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * An await of a source that hands over a subscription or disposable: cancels it exactly once,
 * whenever it comes (A5), and never while another thread is inside its {@code request} (RS 2.7).
 * See docs/design/suspension.md.
 *
 * <pre>
 * link      meaning                                      left by
 * NONE      the source has handed over nothing yet       link -> BUSY, unlink/cancel -> UNLINKED
 * BUSY      a thread is inside onSubscribe or request    idle -> LINKED, unlink -> UNLINKED,
 *           of upstream                                  cancel: same thread -> UNLINKED, else OWED
 * LINKED    upstream is idle                             occupy -> BUSY, for one more request;
 *                                                        unlink/cancel -> UNLINKED
 * OWED      BUSY, and that thread owes the cancel        idle/cancel by that thread -> UNLINKED
 * UNLINKED  final: ended or cancelled; an upstream
 *           that comes now is cancelled by its bringer
 * </pre>
 *
 * All arrows but unlink are one compare-and-set; unlink is a plain write of the final state, which
 * may also hide an OWED that came since its look: the source has ended, so nothing is owed. What is
 * cut short by an Error behind UNLINKED, and threw it, takes that back to LINKED by a plain write,
 * for which there is always stack: the signal or cancel has not come (A11).
 *
 * <p>Proof: AwaitRaceTest, AwaitCancellationTest, HostileScriptsTest.
 *
 * @param <U> subscription or disposable
 * @param <T> what the await returns
 */
public abstract class LinkedAwait<U, T extends @Nullable Object> extends ParkedAwait<T> {

  private static final int NONE = 0;
  private static final int BUSY = 1;
  static final int LINKED = 2;
  private static final int OWED = 3;
  private static final int UNLINKED = 4;

  private static final VarHandle LINK;

  static {
    try {
      LINK = MethodHandles.lookup().findVarHandle(LinkedAwait.class, "link", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  // any thread
  volatile int link;

  // written by the thread that won BUSY, read after LINKED or by that same thread
  private @Nullable U upstream;

  // written by the thread that won BUSY, compared by any thread with itself
  private @Nullable Thread bringer;

  /**
   * Creates the await of the calling thread, or a conversion.
   *
   * @param frame what {@link CancelFrame#enterAwait()} returned; null in a conversion
   * @param receiver gets the outcome of a conversion; null if the calling thread waits
   */
  protected LinkedAwait(@Nullable CancelFrame frame, @Nullable Receiver<? super T> receiver) {
    super(frame, receiver);
  }

  /** Cancels {@code upstream} in its library's word. */
  protected abstract void cancel(U upstream);

  /**
   * Takes {@code upstream}, or cancels it when there is one already (RS 2.5) or the await is over.
   *
   * @return whether it was taken; the caller then ends onSubscribe with {@link #idle()}
   */
  protected final boolean link(U newUpstream) {
    cancelIfRequested(); // the owner is cancelled inside subscribe: no request any more
    Thread me = Thread.currentThread(); // first: behind BUSY there is nothing that could fail
    if (!LINK.compareAndSet(this, NONE, BUSY)) {
      if (newUpstream == upstream) { // RS 2.12 is broken; cancelling the one we have would hang
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

  /** The end of onSubscribe: pays the cancel that became due meanwhile. */
  protected final void idle() {
    bringer = null;
    if (link == UNLINKED) { // it ended inside request, as a source that answers in place does
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
   * Takes the idle upstream for a request of the calling thread, which says {@link #idle()} after
   * it; null if there is none, or somebody is with it.
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
   * The source has ended by itself: there is nothing to cancel any more. A plain write is enough:
   * what it may hide is a cancel, or the debt of one, that came since the look, and a source that
   * has ended needs neither. Of two ends at once both may be told that they are the first; the cell
   * decides.
   *
   * @return whether it ended now; false for a second end, and for the answer to our own cancel
   */
  protected final boolean unlink() {
    int now = link;
    if (now == UNLINKED || now == OWED) { // the bringer still pays what it owes
      return false;
    }
    LINK.setRelease(this, UNLINKED);
    return true;
  }

  /**
   * The value of the source, with which it ends. Where the stack ends in here it has not, so that
   * the failure which the source sends then still counts (A11).
   *
   * @return false for a value behind the end
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

  /** The await fails by what the source sent, which is therefore cancelled. */
  protected final void failAndCancel(Throwable failure) {
    cancelUpstream();
    failOrReport(failure);
    discardPartial();
  }

  /** Called by a signal after the end: pays what its thread owes from inside request (A6). */
  final void payOwedCancel() {
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
    } catch (Throwable t) { // RS 3.15 forbids it; the await must not suffer
      Headroom.throwIfTooDeep(t);
      reportLost(t);
    }
  }
}
