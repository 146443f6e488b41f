package io.bridge.rxjava.internal;

import static java.util.Objects.requireNonNull;

import io.bridge.Suspension;
import io.bridge.internal.CancelFrame;
import io.bridge.internal.LinkedAwait;
import io.bridge.internal.Receiver;
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
 * a subscriber of RS, an observer throws nothing at its source (A11).
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
    if (signalled(disposable, "disposable") && link(disposable)) {
      idle();
    }
  }

  @Override
  public void onSuccess(T value) {
    if (signalled(value, "value") && !succeeded(value)) {
      discard(value);
    }
  }

  @Override
  public void onComplete() {
    succeeded(null);
  }

  @Override
  public void onError(Throwable failure) {
    if (signalled(failure, "failure")) {
      failed(failure);
    }
  }

  private boolean signalled(@Nullable Object signal, String name) {
    if (signal == null) {
      failAndCancel(new NullPointerException(name));
    }
    return signal != null;
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
