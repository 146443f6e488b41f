package io.bridge.internal.await;

import static java.util.Objects.requireNonNull;

import io.bridge.internal.base.Fields;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.cancel.Headroom;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * An await of a source of items: a {@link Fold} says what becomes of them. A subclass checks its
 * library's rules and calls {@link #item}, {@link #completed} and {@link #failedAfterItems}. What
 * was folded when the await ends without a value is given up, item by item, exactly once (A12).
 *
 * <pre>
 * turn    meaning                                   left by
 * IDLE    nobody folds                              item -> BUSY, end or cancel -> TAKEN
 * BUSY    a signal folds an item; an end or cancel  the signal -> IDLE, then it looks at both
 *         that comes now leaves the rest to it
 * TAKEN   the folded items went to the outcome or
 *         were given up, final
 * </pre>
 *
 * <p>BUSY is left by a plain write, for which there is stack and memory after any Error (A11), and
 * an end that meets one is as if it had not come. What a signal could not say then, being too deep,
 * the next one says ({@link #broken}).
 *
 * <p>Proof: AwaitRaceTest, AwaitCancellationTest, HostileScriptsTest.
 *
 * @param <U> subscription or disposable
 * @param <T> the type of the items
 * @param <R> what the await returns
 */
public abstract class FoldAwait<U, T, R extends @Nullable Object> extends LinkedAwait<U, R> {

  private static final int IDLE = 0;
  private static final int BUSY = 1;
  private static final int TAKEN = 2;

  private static final VarHandle TURN = Fields.handle(MethodHandles.lookup(), "turn", int.class);

  // any thread
  @SuppressWarnings("unused") // read by TURN
  private volatile int turn;

  // any thread: the items have ended; read behind IDLE
  private volatile boolean completed;

  // by the signals: one was too deep, and the next one is to say so
  private boolean broken;

  // by whoever holds the turn; null when it is TAKEN: a source that keeps this object keeps neither
  // the items nor the collector of the user's (A13)
  private @Nullable Fold<T, R> fold;
  private @Nullable Object folded;

  /**
   * Creates the await of the calling thread, or a conversion.
   *
   * @param fold what becomes of the items
   * @param frame what {@link Cancellation#enterAwait()} returned; null in a conversion
   * @param receiver gets the outcome of a conversion; null if the calling thread waits
   */
  protected FoldAwait(
      Fold<T, R> fold, @Nullable CancelFrame frame, @Nullable Receiver<? super R> receiver) {
    super(frame, receiver);
    this.fold = fold;
    this.folded = fold.start();
  }

  /** What to request of a source that has just been linked; 0 if the await is over meanwhile. */
  final long demand() {
    Fold<T, R> now = fold;
    return now == null ? 0 : now.demand();
  }

  /** One item. Stops a source that goes on after the await was cancelled (A6). */
  protected final void item(T item) {
    if (cancelIfRequested() || !TURN.compareAndSet(this, IDLE, BUSY)) { // or RS 1.3 is broken
      payOwedCancel();
      discard(item);
      return;
    }
    Throwable failure = null;
    try {
      folded = requireNonNull(fold).next(this, folded, item);
    } catch (Throwable t) { // a collector of the user's, or there is no stack or memory
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

  /** Ends the await by what a signal has met; one that is too deep leaves that to the next. */
  private void failBroken(@Nullable Throwable failure) {
    if (failure == null) {
      failAndCancel(new StackOverflowError("a signal of the source came too deep in the stack"));
    } else {
      Headroom.throwIfTooDeep(failure); // into the source, which is as deep
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

  /** What is too deep for the end leaves it to the next signal, or to a cancel. */
  private void finishWhole() {
    try {
      finish();
    } catch (Throwable t) {
      broken = true;
      link = LINKED;
      throw t;
    }
  }

  /** Makes the outcome, unless an item is being folded: then its signal comes here. */
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
    } catch (Throwable t) { // a collector of the user's
      Headroom.throwIfTooDeep(t);
      discardItems();
      failOrReport(t);
      return;
    }
    fold = null;
    folded = null;
    if (!tryResume(result)) { // cancelled just now: as if it had been before
      of.discardResult(this, result);
    }
  }

  /** The failure of the source; what came before it is given up. */
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
    } catch (Throwable t) { // a container of the user's
      reportLost(t);
    }
  }

  /** The first item decides: upstream is cancelled, then the owner returns. */
  final void finishEarly(R result) {
    cancelUpstream();
    resumeOrDiscard(result);
  }
}
