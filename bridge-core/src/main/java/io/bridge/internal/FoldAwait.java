package io.bridge.internal;

import org.jspecify.annotations.Nullable;

/**
 * An await of a source of items: a {@link Fold} says what becomes of them. A subclass checks its
 * library's rules and calls {@link #item}, {@link #completed} and {@link #failed}, one at a time.
 *
 * @param <U> subscription or disposable
 * @param <T> the type of the items
 * @param <R> what the await returns
 */
public abstract class FoldAwait<U, T, R extends @Nullable Object> extends LinkedAwait<U, R> {

  final Fold<T, R> fold;

  // by the signals, which are serial (RS 1.3)
  private @Nullable Object folded;

  /**
   * Creates the await of the calling thread.
   *
   * @param fold what becomes of the items
   * @param frame what {@link CancelFrame#enterAwait()} returned
   */
  protected FoldAwait(Fold<T, R> fold, @Nullable CancelFrame frame) {
    super(frame);
    this.fold = fold;
    this.folded = fold.start();
  }

  /** One item. Stops a source that goes on after the await was cancelled (A6). */
  protected final void item(T item) {
    if (!hasEnded() && isCancelRequested()) {
      tryCancel();
    }
    if (hasEnded()) {
      payOwedCancel();
      discard(item);
      return;
    }
    try {
      folded = fold.next(this, folded, item);
    } catch (Throwable t) { // a collector of the user's
      failAndCancel(t);
    }
  }

  /** The end of the items. */
  protected final void completed() {
    unlink();
    if (hasEnded()) {
      return;
    }
    R result;
    try {
      result = fold.finish(folded);
    } catch (Throwable t) { // a collector of the user's
      failOrReport(t);
      return;
    }
    resumeOrDiscard(result);
  }

  /** The failure of the source. */
  protected final void failed(Throwable failure) {
    unlink();
    failOrReport(failure);
  }

  /** The first item decides: upstream is cancelled, then the owner returns. */
  final void finishEarly(R result) {
    cancelUpstream();
    resumeOrDiscard(result);
  }
}
