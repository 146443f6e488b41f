package io.bridge.rxjava;

import io.bridge.Body;
import io.bridge.internal.Completion;
import io.bridge.internal.RunningCoroutine;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.MaybeEmitter;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * One subscriber of a {@code maybe(...)}: signals of its coroutine go to RxJava's emitter, which
 * sends a failure after the disposal to RxJava's own hook.
 *
 * @param <T> the type of the value
 */
final class MaybeCoroutine<T> implements Completion<@Nullable T> {

  private final MaybeEmitter<T> emitter;

  private MaybeCoroutine(MaybeEmitter<T> emitter) {
    this.emitter = emitter;
  }

  static <T> Maybe<T> of(Body<@Nullable T, ? extends Exception> body) {
    return Maybe.create(emitter -> {
      if (emitter.isDisposed()) { // in onSubscribe: nobody wants the body
        return;
      }
      MaybeCoroutine<T> signals = new MaybeCoroutine<>(emitter);
      emitter.setCancellable(
          RunningCoroutine.<@Nullable T>start("bridge-maybe", body, signals)::cancel);
    });
  }

  @Override
  public void succeeded(@Nullable T value) {
    if (value == null) {
      emitter.onComplete();
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
