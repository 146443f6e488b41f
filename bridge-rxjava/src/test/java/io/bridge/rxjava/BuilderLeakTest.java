package io.bridge.rxjava;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Leaks;
import io.reactivex.rxjava3.core.CompletableObserver;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.core.MaybeObserver;
import io.reactivex.rxjava3.core.Observer;
import io.reactivex.rxjava3.core.SingleObserver;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.disposables.SerialDisposable;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Subscription;

@DisplayName("B6 10 000 disposed bodies leave no thread, no subscription and no noise")
@Timeout(120)
class BuilderLeakTest {

  enum Builder {
    SINGLE,
    MAYBE,
    COMPLETABLE,
    FLOWABLE,
    OBSERVABLE;

    void subscribe(Callable<String> body, Leaving leaving) {
      switch (this) {
        case SINGLE -> RxJavaBridge.<String>single(body::call).subscribe(leaving);
        case MAYBE -> RxJavaBridge.<String>maybe(body::call).subscribe(leaving);
        case COMPLETABLE ->
            RxJavaBridge.completable(
                    () -> {
                      body.call();
                    })
                .subscribe(leaving);
        case FLOWABLE ->
            RxJavaBridge.<String>flowable(emitter -> emitter.emit(body.call()))
                .subscribe(new LeavingSubscriber(leaving));
        case OBSERVABLE ->
            RxJavaBridge.<String>observable(emitter -> emitter.emit(body.call()))
                .subscribe((Observer<String>) leaving);
      }
    }
  }

  /** Disposes itself where the phase says so. */
  private static final class Leaving
      implements Observer<String>,
          SingleObserver<String>,
          MaybeObserver<String>,
          CompletableObserver {

    private final Leaks.Phase phase;
    private final SerialDisposable upstream = new SerialDisposable();

    Leaving(Leaks.Phase phase) {
      this.phase = phase;
    }

    @Override
    public void onSubscribe(Disposable disposable) {
      upstream.set(disposable);
      if (phase == Leaks.Phase.IN_ON_SUBSCRIBE) {
        upstream.dispose();
      }
    }

    @Override
    public void onNext(String item) {
      upstream.dispose();
    }

    @Override
    public void onSuccess(String item) {
      upstream.dispose();
    }

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onComplete() {
      upstream.dispose();
    }
  }

  private record LeavingSubscriber(Leaving leaving) implements FlowableSubscriber<String> {

    @Override
    public void onSubscribe(Subscription subscription) {
      leaving.onSubscribe(Disposable.fromSubscription(subscription));
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(String item) {
      leaving.onNext(item);
    }

    @Override
    public void onError(Throwable failure) {
      leaving.onError(failure);
    }

    @Override
    public void onComplete() {
      leaving.onComplete();
    }
  }

  private static Runnable subscribe(Builder builder, Leaks.Phase phase, Callable<String> body) {
    Leaving leaving = new Leaving(phase);
    builder.subscribe(body, leaving);
    return leaving.upstream::dispose;
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B6 no hook of RxJava's is called, none of ours")
  void builder_disposed_leavesNothing(Builder builder) {
    try (Lost lost = new Lost();
        Leaks leaks = new Leaks(RxJavaBridge::await)) {
      leaks.run((phase, body) -> subscribe(builder, phase, body));
      assertThat(lost.failures).isEmpty();
      assertThat(lost.rx).isEmpty();
    }
  }
}
