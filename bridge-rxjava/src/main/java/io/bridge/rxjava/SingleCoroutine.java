package io.bridge.rxjava;

import io.bridge.Body;
import io.bridge.internal.Completion;
import io.bridge.internal.RunningCoroutine;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.core.SingleEmitter;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * One subscriber of a {@code single(...)}: signals of its coroutine go to RxJava's emitter, which
 * sends a failure after the disposal to RxJava's own hook.
 *
 * @param <T> the type of the value
 */
final class SingleCoroutine<T> implements Completion<@Nullable T> {

  private final SingleEmitter<T> emitter;

  private SingleCoroutine(SingleEmitter<T> emitter) {
    this.emitter = emitter;
  }

  static <T> Single<T> of(Body<? extends T, ? extends Exception> body) {
    return Single.create(emitter -> {
      if (emitter.isDisposed()) { // in onSubscribe: nobody wants the body
        return;
      }
      SingleCoroutine<T> signals = new SingleCoroutine<>(emitter);
      emitter.setCancellable(RunningCoroutine.start("bridge-single", body, signals)::cancel);
    });
  }

  @Override
  public void succeeded(@Nullable T value) {
    if (value == null) {
      emitter.onError(new NullPointerException("the body of a single returned null"));
    } else {
      emitter.onSuccess(value);
    }
  }

  @Override
  public void failed(Throwable failure) {
    emitter.onError(failure);
  }

  @Override
  public void cancelled(CancellationException cancellation) {
    emitter.tryOnError(cancellation); // false: the echo of the disposal, which nobody wants
  }
}
