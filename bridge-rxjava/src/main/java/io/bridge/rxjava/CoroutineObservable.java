package io.bridge.rxjava;

import io.bridge.rxjava.internal.BodyObservable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Observer;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;

/**
 * Presents a stream body as an Observable: each observer gets a coroutine, whose {@code emit} never
 * waits for demand.
 *
 * @param <T> the type of the items
 */
final class CoroutineObservable<T> extends Observable<T> implements BodyObservable<T> {

  private final Flowable<T> body;

  private CoroutineObservable(Flowable<T> body) {
    this.body = body;
  }

  static <T> Observable<T> of(Flowable<T> body) {
    return RxJavaPlugins.onAssembly(new CoroutineObservable<>(body));
  }

  @Override
  public Flowable<T> body() {
    return body;
  }

  @Override
  protected void subscribeActual(Observer<? super T> observer) {
    body.subscribe(new Items<>(observer));
  }

  private static final class Items<T> implements FlowableSubscriber<T>, Disposable {

    private final Observer<? super T> observer;

    // null before, and when disposed
    private final AtomicReference<@Nullable Subscription> upstream = new AtomicReference<>();

    Items(Observer<? super T> observer) {
      this.observer = observer;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
      upstream.set(subscription);
      observer.onSubscribe(this);
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(T item) {
      observer.onNext(item);
    }

    @Override
    public void onError(Throwable failure) {
      upstream.set(null);
      observer.onError(failure);
    }

    @Override
    public void onComplete() {
      upstream.set(null);
      observer.onComplete();
    }

    @Override
    public void dispose() {
      Subscription subscription = upstream.getAndSet(null);
      if (subscription != null) {
        subscription.cancel();
      }
    }

    @Override
    public boolean isDisposed() {
      return upstream.get() == null;
    }
  }
}
