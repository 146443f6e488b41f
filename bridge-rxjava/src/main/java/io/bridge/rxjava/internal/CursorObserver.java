package io.bridge.rxjava.internal;

import io.bridge.internal.await.LinkedAwait;
import io.bridge.internal.cursor.Iteration;
import io.reactivex.rxjava3.core.ObservableSource;
import io.reactivex.rxjava3.core.Observer;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.exceptions.MissingBackpressureException;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import org.jspecify.annotations.Nullable;

/**
 * Feeds an {@link Iteration} from an Observable. Unlike a subscriber of Reactive Streams, an
 * observer throws nothing into its source (A11).
 *
 * @param <T> the type of the items
 */
final class CursorObserver<T> extends LinkedAwait<Disposable, @Nullable Void>
    implements Observer<T>, Iteration.Source {

  private final Iteration<T> iteration;

  CursorObserver(Iteration<T> iteration) {
    super(null, iteration);
    this.iteration = iteration;
  }

  void begin(ObservableSource<? extends T> source) {
    iteration.begin(
        this,
        () -> {
          try {
            source.subscribe(this);
          } catch (Throwable t) {
            sourceThrew(t);
          }
        });
  }

  @Override
  public void onSubscribe(Disposable disposable) {
    if (isSignal(disposable, "disposable")) {
      begin(disposable);
    }
  }

  @Override
  protected void linked(Disposable upstream) {
    SharedQueue.fuse(upstream, iteration);
  }

  @Override
  public void onNext(@Nullable T item) {
    if (iteration.isFused()) {
      boolean unused = cancelIfRequested();
      iteration.signalled(); // the item is in the shared queue; the argument is unused
    } else if (isSignal(item, "item") && item != null) {
      offer(item);
    }
  }

  private void offer(T item) {
    if (cancelIfRequested() || !isTaken(item)) {
      discard(item);
    }
  }

  private boolean isTaken(T item) {
    Throwable refusal;
    try {
      refusal =
          iteration.offer(item)
              ? null
              : new MissingBackpressureException("the buffer of the cursor is full");
    } catch (OutOfMemoryError noMemory) { // to hold the item; nothing is thrown into the source
      refusal = noMemory;
    }
    if (refusal != null) {
      failAndCancel(refusal);
    }
    return refusal == null;
  }

  @Override
  public void onError(Throwable failure) {
    if (isSignal(failure, "failure")) {
      failed(failure);
    }
  }

  @Override
  public void onComplete() {
    completed();
  }

  @Override
  public void completed() {
    if (unlink()) {
      tryResume(null);
    }
  }

  /** An Observable has no demand. */
  @Override
  public void request(long items) {}

  @Override
  public void stop() {
    tryCancel();
  }

  @Override
  protected void cancel(Disposable upstream) {
    iteration.stopping(upstream::dispose);
  }

  @Override
  protected void undeliverable(Throwable failure) {
    RxJavaPlugins.onError(failure);
  }
}
