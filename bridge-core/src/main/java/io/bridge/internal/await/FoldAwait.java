package io.bridge.internal.await;

import static java.util.Objects.requireNonNull;

import io.bridge.internal.base.Fields;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.failure.Headroom;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * An await of a source of items, which a {@link Fold} turns into a result. A subclass checks its
 * library's rules and calls {@link #item}, {@link #completed} and {@link #failedAfterItems}. If the
 * await ends without a value, the folded items are discarded, each exactly once (A12).
 *
 * <pre>
 * turn    meaning                                   left by
 * IDLE    no thread folds                           item -> BUSY, end or cancel -> TAKEN
 * BUSY    a signal folds an item; an end or cancel  the signal -> IDLE, then it checks for both
 *         in the meantime leaves the rest to it
 * TAKEN   the folded items went to the outcome or
 *         were discarded, final
 * </pre>
 *
 * <p>A plain write leaves BUSY, since it has enough stack and memory after any Error (A11). An end
 * that meets an Error counts as not signalled. A signal that was too deep in the stack to report
 * its failure leaves that to the next one ({@link #broken}).
 *
 * <p>Proof: AwaitRaceTest, AwaitCancellationTest, HostileScriptsTest.
 *
 * @param <U> subscription or disposable
 * @param <T> the type of the items
 * @param <R> the type of the result
 */
public abstract class FoldAwait<U, T, R extends @Nullable Object> extends LinkedAwait<U, R> {

  private static final int IDLE = 0;
  private static final int BUSY = 1;
  private static final int TAKEN = 2;

  private static final VarHandle TURN = Fields.handle(MethodHandles.lookup(), "turn", int.class);

  // any thread
  @SuppressWarnings("unused") // read by TURN
  private volatile int turn;

  // any thread: the items have ended; read after leaving BUSY
  private volatile boolean completed;

  // by the signals: one was too deep in the stack, the next one reports it
  private boolean broken;

  // by the thread that holds the turn; null when it is TAKEN: a source that keeps this object must
  // keep neither the items nor the user's collector (A13)
  private @Nullable Fold<T, R> fold;
  private @Nullable Object folded;

  /**
   * Creates the await of the calling thread, or a conversion.
   *
   * @param fold turns the items into the result
   * @param frame the result of {@link Cancellation#enterAwait()}; null in a conversion
   * @param receiver gets the outcome of a conversion; null if the calling thread waits
   */
  protected FoldAwait(
      Fold<T, R> fold, @Nullable CancelFrame frame, @Nullable Receiver<? super R> receiver) {
    super(frame, receiver);
    this.fold = fold;
    this.folded = fold.start();
  }

  /** The amount to request from a source that was just linked; 0 if the await is already over. */
  final long demand() {
    Fold<T, R> now = fold;
    return now == null ? 0 : now.demand();
  }

  /** One item. Stops a source that still emits after the await was cancelled (A6). */
  protected final void item(T item) {
    if (cancelIfRequested() || !TURN.compareAndSet(this, IDLE, BUSY)) { // or RS 1.3 is broken
      payOwedCancel();
      discard(item);
      return;
    }
    Throwable failure = null;
    try {
      folded = requireNonNull(fold).next(this, folded, item);
    } catch (Throwable t) { // the user's collector failed, or stack or memory has run out
      failure = t;
      broken = true;
    } finally {
      turn = IDLE;
    }
    if (broken) {
      failBroken(failure);
    } else if (completed) {
      finishWhole();
    } else if (hasEnded()) {
      discardPartial();
    }
  }

  /**
   * Ends the await with a signal's failure; a signal too deep in the stack leaves that to the next.
   */
  private void failBroken(@Nullable Throwable failure) {
    if (failure == null) {
      failAndCancel(new StackOverflowError("a signal of the source came too deep in the stack"));
    } else {
      Headroom.throwIfTooDeep(failure); // thrown into the source, which is as deep in the stack
      failAndCancel(failure);
    }
    broken = false;
  }

  /** The end of the items. */
  protected final void completed() {
    if (broken) {
      failBroken(null);
    }
    if (unlink()) {
      completed = true;
      finishWhole();
    }
  }

  /** An end that is too deep in the stack is left to the next signal, or to a cancel. */
  private void finishWhole() {
    try {
      finish();
    } catch (Throwable t) {
      broken = true;
      link = LINKED;
      throw t;
    }
  }

  /** Makes the outcome; while an item is being folded, its signal does so instead. */
  private void finish() {
    if (!TURN.compareAndSet(this, IDLE, TAKEN)) {
      return;
    }
    if (hasEnded()) {
      discardItems();
      return;
    }
    Fold<T, R> of = requireNonNull(fold);
    R result;
    try {
      result = of.finish(folded);
    } catch (Throwable t) { // the user's collector failed
      Headroom.throwIfTooDeep(t);
      discardItems();
      failOrReport(t);
      return;
    }
    fold = null;
    folded = null;
    if (!tryResume(result)) { // just cancelled: as if it had been cancelled before
      of.discardResult(this, result);
    }
  }

  /** The failure of the source; the items before it are discarded. */
  protected final void failedAfterItems(Throwable failure) {
    if (broken) {
      failBroken(failure);
    } else {
      failed(failure);
    }
    if (hasEnded()) {
      discardPartial();
    }
  }

  @Override
  protected final void discardPartial() {
    if (TURN.compareAndSet(this, IDLE, TAKEN)) {
      discardItems();
    }
  }

  private void discardItems() {
    Fold<T, R> of = requireNonNull(fold);
    Object items = folded;
    fold = null;
    folded = null;
    try {
      of.discard(this, items);
    } catch (Throwable t) { // the user's container failed
      reportLost(t);
    }
  }

  /** The first item decides: upstream is cancelled, then the owner returns. */
  final void finishEarly(R result) {
    cancelUpstream();
    resumeOrDiscard(result);
  }
}
