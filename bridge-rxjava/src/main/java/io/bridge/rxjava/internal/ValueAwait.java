package io.bridge.rxjava.internal;

import static java.util.Objects.requireNonNull;

import io.bridge.Suspension;
import io.bridge.internal.await.LinkedAwait;
import io.bridge.internal.await.Receiver;
import io.bridge.internal.cancel.CancelFrame;
import io.reactivex.rxjava3.core.CompletableObserver;
import io.reactivex.rxjava3.core.CompletableSource;
import io.reactivex.rxjava3.core.MaybeObserver;
import io.reactivex.rxjava3.core.MaybeSource;
import io.reactivex.rxjava3.core.SingleObserver;
import io.reactivex.rxjava3.core.SingleSource;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import org.jspecify.annotations.Nullable;

/**
 * Awaits a Single, a Maybe or a Completable, whose signals have the same names and meanings. Unlike
 * a subscriber of Reactive Streams, an observer throws nothing into its source (A11).
 *
 * @param <T> the type of the value
 */
final class ValueAwait<T> extends LinkedAwait<Disposable, @Nullable T>
    implements SingleObserver<T>, MaybeObserver<T>, CompletableObserver {

  ValueAwait(@Nullable CancelFrame frame, @Nullable Receiver<? super @Nullable T> receiver) {
    super(frame, receiver);
  }

  T from(SingleSource<? extends T> source) {
    subscribeTo(source);
    return requireNonNull(join(), "a Single that completed empty");
  }

  @Nullable T from(MaybeSource<? extends T> source) {
    subscribeTo(source);
    return join();
  }

  void from(CompletableSource source) {
    subscribeTo(source);
    join();
  }

  void pass(SingleSource<? extends T> source, Suspension<?> suspension) {
    if (follow(suspension)) {
      subscribeTo(source);
    }
  }

  void pass(MaybeSource<? extends T> source, Suspension<?> suspension) {
    if (follow(suspension)) {
      subscribeTo(source);
    }
  }

  void pass(CompletableSource source, Suspension<?> suspension) {
    if (follow(suspension)) {
      subscribeTo(source);
    }
  }

  private void subscribeTo(SingleSource<? extends T> source) {
    try {
      source.subscribe(this);
    } catch (Throwable t) {
      sourceThrew(t);
    }
  }

  private void subscribeTo(MaybeSource<? extends T> source) {
    try {
      source.subscribe(this);
    } catch (Throwable t) {
      sourceThrew(t);
    }
  }

  private void subscribeTo(CompletableSource source) {
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
  public void onSuccess(T value) {
    if (isSignal(value, "value") && !succeeded(value)) {
      discard(value);
    }
  }

  @Override
  public void onComplete() {
    succeeded(null);
  }

  @Override
  public void onError(Throwable failure) {
    if (isSignal(failure, "failure")) {
      failed(failure);
    }
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
