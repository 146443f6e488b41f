package io.bridge.rxjava;

import io.bridge.internal.await.ConversionSink;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import org.jspecify.annotations.Nullable;

/**
 * One observer of a source that can be awaited: its disposal cancels the source, and RxJava's hook
 * gets what is lost after it.
 *
 * @param <T> the type of the value
 * @param <O> the observer
 */
abstract class DisposableSink<T, O> extends ConversionSink<@Nullable T> implements Disposable {

  // any thread; null after the end and the disposal, so that the observer is not kept
  private volatile @Nullable O observer;

  DisposableSink(O observer) {
    this.observer = observer;
  }

  /** Sends the one signal that {@code value} is for the observer; null is the end without one. */
  abstract void succeeded(O to, @Nullable T value);

  /** Sends the failure. */
  abstract void failed(O to, Throwable failure);

  @Override
  protected final boolean succeeded(@Nullable T value) {
    O to = observer;
    observer = null;
    if (to != null) {
      succeeded(to, value);
    }
    return to != null;
  }

  @Override
  protected final boolean failed(Throwable failure) {
    O to = observer;
    observer = null;
    if (to != null) {
      failed(to, failure);
    }
    return to != null;
  }

  @Override
  public final void dispose() {
    observer = null;
    cancel();
  }

  @Override
  public final boolean isDisposed() {
    return hasEnded();
  }

  @Override
  protected final void undeliverable(Throwable failure) {
    RxJavaPlugins.onError(failure);
  }
}
