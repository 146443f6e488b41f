package io.bridge.rxjava;

import io.bridge.Awaitable;
import io.bridge.internal.coroutine.BodyAwaitable;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.CompletableObserver;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import org.jspecify.annotations.Nullable;

/**
 * Presents an awaitable source as a Completable: each observer subscribes to the source once. The
 * body of a builder is such a source too.
 */
final class AwaitableCompletable extends Completable
    implements BodyAwaitable.Source<@Nullable Object> {

  private final Awaitable<?> source;

  private AwaitableCompletable(Awaitable<?> source) {
    this.source = source;
  }

  static Completable of(Awaitable<?> source) {
    return RxJavaPlugins.onAssembly(new AwaitableCompletable(source));
  }

  @Override
  public @Nullable BodyAwaitable<@Nullable Object> body() {
    return BodyAwaitable.<@Nullable Object>behind(source);
  }

  @Override
  protected void subscribeActual(CompletableObserver observer) {
    Sink sink = new Sink(observer);
    observer.onSubscribe(sink);
    sink.subscribeTo(source);
  }

  private static final class Sink extends DisposableSink<Object, CompletableObserver> {

    Sink(CompletableObserver observer) {
      super(observer);
    }

    @Override
    void succeeded(CompletableObserver to, @Nullable Object value) {
      discard(value); // as awaitCompletion does
      to.onComplete();
    }

    @Override
    void failed(CompletableObserver to, Throwable failure) {
      to.onError(failure);
    }
  }
}
