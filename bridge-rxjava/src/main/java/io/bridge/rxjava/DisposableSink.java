package io.bridge.rxjava;

import io.bridge.internal.await.ConversionSink;
import io.bridge.internal.failure.Headroom;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import org.jspecify.annotations.Nullable;

/**
 * Connects one observer to an awaitable source. Disposal cancels the source, and RxJava's hook
 * receives failures after the disposal.
 *
 * @param <T> the type of the value
 * @param <O> the observer
 */
abstract class DisposableSink<T, O> extends ConversionSink<@Nullable T> implements Disposable {

  // Accessed by any thread. It is null after the end or the disposal, so that nothing keeps the
  // observer.
  private volatile @Nullable O observer;

  DisposableSink(O observer) {
    this.observer = observer;
  }

  /** Signals {@code value} to the observer; null means the end without a value. */
  abstract void succeeded(O to, @Nullable T value);

  /** Signals the failure to the observer. */
  abstract void failed(O to, Throwable failure);

  @Override
  protected final boolean succeeded(@Nullable T value) {
    O to = observer;
    observer = null;
    if (to != null) {
      try {
        succeeded(to, value);
      } catch (StackOverflowError overflow) {
        observer = to; // a plain write: if it was too deep, it counts as not signalled (A11)
        throw ofObserver(overflow);
      }
    }
    return to != null;
  }

  @Override
  protected final boolean failed(Throwable failure) {
    O to = observer;
    observer = null;
    if (to != null) {
      try {
        failed(to, failure);
      } catch (StackOverflowError overflow) {
        observer = to; // as above
        throw ofObserver(overflow);
      }
    }
    return to != null;
  }

  /** With enough stack left, {@code overflow} is the observer's own, which is not kept. */
  private StackOverflowError ofObserver(StackOverflowError overflow) {
    Headroom.throwIfTooDeep(overflow);
    observer = null;
    return overflow;
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
