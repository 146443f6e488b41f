package io.bridge.rxjava;

import io.bridge.Awaitable;
import io.bridge.internal.coroutine.BodyAwaitable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.core.SingleObserver;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Presents an awaitable source as a Single: each observer subscribes to the source once. The body
 * of a builder is such a source too.
 *
 * @param <T> the type of the value
 */
final class AwaitableSingle<T> extends Single<T> implements BodyAwaitable.Source<@Nullable T> {

  private final Awaitable<? extends @Nullable T> source;

  private AwaitableSingle(Awaitable<? extends @Nullable T> source) {
    this.source = source;
  }

  static <T> Single<T> of(Awaitable<? extends @Nullable T> source) {
    return RxJavaPlugins.onAssembly(new AwaitableSingle<T>(source));
  }

  @Override
  public @Nullable BodyAwaitable<@Nullable T> body() {
    return BodyAwaitable.<@Nullable T>behind(source);
  }

  @Override
  protected void subscribeActual(SingleObserver<? super T> observer) {
    Sink<T> sink = new Sink<>(observer);
    observer.onSubscribe(sink);
    sink.subscribeTo(source);
  }

  private static final class Sink<T> extends DisposableSink<T, SingleObserver<? super T>> {

    Sink(SingleObserver<? super T> observer) {
      super(observer);
    }

    @Override
    void succeeded(SingleObserver<? super T> to, @Nullable T value) {
      if (value == null) {
        to.onError(new NoSuchElementException("the source completed empty"));
      } else {
        to.onSuccess(value);
      }
    }

    @Override
    void failed(SingleObserver<? super T> to, Throwable failure) {
      to.onError(failure);
    }
  }
}
