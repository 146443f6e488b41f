package io.bridge.rxjava;

import io.bridge.fixtures.Eventually;
import io.reactivex.rxjava3.core.CompletableSource;
import io.reactivex.rxjava3.core.MaybeSource;
import io.reactivex.rxjava3.core.ObservableSource;
import io.reactivex.rxjava3.core.SingleSource;
import io.reactivex.rxjava3.disposables.Disposable;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A source of each of RxJava's kinds in the hands of a test, legal or not. */
final class RxProbe implements Disposable {

  /** What is awaited. */
  enum Kind {
    SINGLE,
    MAYBE,
    COMPLETABLE,
    OBSERVABLE;

    /** The value of {@code done}; null where there is none. */
    @Nullable String value(String value) {
      return this == COMPLETABLE ? null : value;
    }
  }

  /** The observer, whatever its kind. */
  record Signals(
      Consumer<Disposable> onSubscribe, Consumer<String> done, Consumer<Throwable> onError) {}

  private final AtomicInteger subscriptions = new AtomicInteger();
  private final List<Thread> disposers = new CopyOnWriteArrayList<>();
  private volatile @Nullable Signals signals;
  private volatile Consumer<RxProbe> onSubscribe = RxProbe::link;
  private volatile Runnable onDispose = () -> {};

  /** Instead of handing over this probe. */
  RxProbe onSubscribe(Consumer<RxProbe> reaction) {
    onSubscribe = reaction;
    return this;
  }

  RxProbe onDispose(Runnable reaction) {
    onDispose = reaction;
    return this;
  }

  /** Awaits this probe as a source of {@code kind}. */
  @Nullable String await(Kind kind) {
    return switch (kind) {
      case SINGLE -> RxJavaBridge.await(single());
      case MAYBE -> RxJavaBridge.await(maybe());
      case COMPLETABLE -> {
        RxJavaBridge.await(completable());
        yield null;
      }
      case OBSERVABLE -> RxJavaBridge.await(observable());
    };
  }

  SingleSource<String> single() {
    return o -> subscribed(new Signals(o::onSubscribe, o::onSuccess, o::onError));
  }

  MaybeSource<String> maybe() {
    return o -> subscribed(new Signals(o::onSubscribe, o::onSuccess, o::onError));
  }

  CompletableSource completable() {
    return o -> subscribed(new Signals(o::onSubscribe, v -> o.onComplete(), o::onError));
  }

  ObservableSource<String> observable() {
    return o ->
        subscribed(
            new Signals(
                o::onSubscribe,
                v -> {
                  o.onNext(v);
                  o.onComplete();
                },
                o::onError));
  }

  private void subscribed(Signals newSignals) {
    signals = newSignals;
    subscriptions.incrementAndGet();
    onSubscribe.accept(this);
  }

  Signals signals() {
    Eventually.until("a subscriber", () -> signals != null);
    Signals now = signals;
    if (now == null) {
      throw new AssertionError("nobody has subscribed");
    }
    return now;
  }

  RxProbe link() {
    signals().onSubscribe().accept(this);
    return this;
  }

  RxProbe done(String value) {
    signals().done().accept(value);
    return this;
  }

  RxProbe fail(Throwable failure) {
    signals().onError().accept(failure);
    return this;
  }

  int subscriptions() {
    return subscriptions.get();
  }

  int disposals() {
    return disposers.size();
  }

  List<Thread> disposers() {
    return disposers;
  }

  @Override
  public void dispose() {
    disposers.add(Thread.currentThread());
    onDispose.run();
  }

  @Override
  public boolean isDisposed() {
    return !disposers.isEmpty();
  }
}
