package io.bridge.rxjava;

import io.bridge.Body;
import io.bridge.internal.Completion;
import io.bridge.internal.RunningCoroutine;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.CompletableEmitter;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * One subscriber of a {@code completable(...)}: signals of its coroutine go to RxJava's emitter,
 * which sends a failure after the disposal to RxJava's own hook.
 */
final class CompletableCoroutine implements Completion<@Nullable Void> {

  private final CompletableEmitter emitter;

  private CompletableCoroutine(CompletableEmitter emitter) {
    this.emitter = emitter;
  }

  static Completable of(Body<@Nullable Void, ? extends Exception> body) {
    return Completable.create(emitter -> {
      if (emitter.isDisposed()) { // in onSubscribe: nobody wants the body
        return;
      }
      CompletableCoroutine signals = new CompletableCoroutine(emitter);
      emitter.setCancellable(
          RunningCoroutine.<@Nullable Void>start("bridge-completable", body, signals)::cancel);
    });
  }

  @Override
  public void succeeded(@Nullable Void nothing) {
    emitter.onComplete();
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
