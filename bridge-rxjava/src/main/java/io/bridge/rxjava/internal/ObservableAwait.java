package io.bridge.rxjava.internal;

import io.bridge.Suspension;
import io.bridge.internal.await.Fold;
import io.bridge.internal.await.FoldAwait;
import io.bridge.internal.await.Receiver;
import io.bridge.internal.cancel.CancelFrame;
import io.reactivex.rxjava3.core.ObservableSource;
import io.reactivex.rxjava3.core.Observer;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import org.jspecify.annotations.Nullable;

/**
 * Awaits an Observable. Unlike a subscriber of Reactive Streams, an observer throws nothing into
 * its source (A11).
 *
 * @param <T> the type of the items
 * @param <R> the type of the result
 */
final class ObservableAwait<T, R extends @Nullable Object> extends FoldAwait<Disposable, T, R>
    implements Observer<T> {

  ObservableAwait(
      Fold<T, R> fold, @Nullable CancelFrame frame, @Nullable Receiver<? super R> receiver) {
    super(fold, frame, receiver);
  }

  R await(ObservableSource<? extends T> source) {
    subscribeTo(source);
    return join();
  }

  void pass(ObservableSource<? extends T> source, Suspension<?> suspension) {
    if (follow(suspension)) {
      subscribeTo(source);
    }
  }

  private void subscribeTo(ObservableSource<? extends T> source) {
    try {
      source.subscribe(this);
    } catch (Throwable t) {
      sourceThrew(t);
    }
  }

  @Override
  public void onSubscribe(Disposable disposable) {
    if (isSignal(disposable, "disposable")) {
      begin(disposable);
    }
  }

  @Override
  public void onNext(T item) {
    if (isSignal(item, "item")) {
      item(item);
    }
  }

  @Override
  public void onError(Throwable failure) {
    if (isSignal(failure, "failure")) {
      failedAfterItems(failure);
    }
  }

  @Override
  public void onComplete() {
    completed();
  }

  @Override
  protected void cancel(Disposable upstream) {
    upstream.dispose();
  }

  @Override
  protected void undeliverable(Throwable failure) {
    RxJavaPlugins.onError(failure);
  }
}
