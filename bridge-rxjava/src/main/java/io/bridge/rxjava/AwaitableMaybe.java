package io.bridge.rxjava;

import io.bridge.Awaitable;
import io.bridge.internal.coroutine.BodyAwaitable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.MaybeObserver;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import org.jspecify.annotations.Nullable;

/**
 * Presents an awaitable source as a Maybe: each observer subscribes to the source once. The body of
 * a builder is such a source too.
 *
 * @param <T> the type of the value
 */
final class AwaitableMaybe<T> extends Maybe<T> implements BodyAwaitable.Source<@Nullable T> {

  private final Awaitable<? extends @Nullable T> source;

  private AwaitableMaybe(Awaitable<? extends @Nullable T> source) {
    this.source = source;
  }

  static <T> Maybe<T> of(Awaitable<? extends @Nullable T> source) {
    return RxJavaPlugins.onAssembly(new AwaitableMaybe<T>(source));
  }

  @Override
  public @Nullable BodyAwaitable<@Nullable T> body() {
    return BodyAwaitable.<@Nullable T>behind(source);
  }

  @Override
  protected void subscribeActual(MaybeObserver<? super T> observer) {
    Sink<T> sink = new Sink<>(observer);
    observer.onSubscribe(sink);
    sink.subscribeTo(source);
  }

  private static final class Sink<T> extends DisposableSink<T, MaybeObserver<? super T>> {

    Sink(MaybeObserver<? super T> observer) {
      super(observer);
    }

    @Override
    void succeeded(MaybeObserver<? super T> to, @Nullable T value) {
      if (value == null) {
        to.onComplete();
      } else {
        to.onSuccess(value);
      }
    }

    @Override
    void failed(MaybeObserver<? super T> to, Throwable failure) {
      to.onError(failure);
    }
  }
}
