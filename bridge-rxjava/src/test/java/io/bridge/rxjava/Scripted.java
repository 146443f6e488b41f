package io.bridge.rxjava;

import io.bridge.fixtures.Nulls;
import io.bridge.fixtures.Signals;
import io.bridge.fixtures.Upstream;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.CompletableObserver;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.MaybeObserver;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Observer;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.core.SingleObserver;
import io.reactivex.rxjava3.disposables.Disposable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;

/** Sources of each of RxJava's kinds that hand their observer to a script. */
final class Scripted {

  private Scripted() {}

  static Flowable<String> flowable(Consumer<Signals> script) {
    return new Flowable<>() {
      @Override
      protected void subscribeActual(Subscriber<? super String> s) {
        script.accept(Signals.of(s));
      }
    };
  }

  static Observable<String> observable(Consumer<Signals> script) {
    return new Observable<>() {
      @Override
      protected void subscribeActual(Observer<? super String> o) {
        script.accept(
            Signals.of(up -> o.onSubscribe(link(up)), o::onNext, o::onError, o::onComplete));
      }
    };
  }

  static Single<String> single(Consumer<Signals> script) {
    return new Single<>() {
      @Override
      protected void subscribeActual(SingleObserver<? super String> o) {
        script.accept(
            Signals.of(up -> o.onSubscribe(link(up)), o::onSuccess, o::onError, Scripted::missing));
      }
    };
  }

  static Maybe<String> maybe(Consumer<Signals> script) {
    return new Maybe<>() {
      @Override
      protected void subscribeActual(MaybeObserver<? super String> o) {
        script.accept(
            Signals.of(up -> o.onSubscribe(link(up)), o::onSuccess, o::onError, o::onComplete));
      }
    };
  }

  static Completable completable(Consumer<Signals> script) {
    return new Completable() {
      @Override
      protected void subscribeActual(CompletableObserver o) {
        script.accept(
            Signals.of(
                up -> o.onSubscribe(link(up)), item -> missing(), o::onError, o::onComplete));
      }
    };
  }

  private static void missing() {
    throw new AssertionError("not a signal of this protocol");
  }

  private static Disposable link(@Nullable Upstream upstream) {
    return upstream == null ? Nulls.<Disposable>smuggled() : new Link(upstream);
  }

  private record Link(Upstream upstream) implements Disposable {
    @Override
    public void dispose() {
      upstream.cancel();
    }

    @Override
    public boolean isDisposed() {
      return upstream.isCancelled();
    }
  }
}
