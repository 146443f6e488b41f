package io.bridge.completablefuture;

import static java.util.Objects.requireNonNull;

import io.bridge.Body;
import io.bridge.Undeliverable;
import io.bridge.internal.Completion;
import io.bridge.internal.RunningCoroutine;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The future of a body that already runs. Whoever completes it from outside ends the body: there is
 * nobody left who could take its outcome. Dependents are plain futures, as the JDK makes them.
 *
 * @param <T> the type of the value
 */
final class CoroutineFuture<T extends @Nullable Object> extends CompletableFuture<T>
    implements Completion<T> {

  // written before the future is handed out
  private @Nullable RunningCoroutine<T> coroutine;

  private CoroutineFuture() {}

  static <T extends @Nullable Object> CompletableFuture<T> start(
      Body<? extends T, ? extends Exception> body) {
    CoroutineFuture<T> future = new CoroutineFuture<>();
    future.coroutine = RunningCoroutine.start("bridge-future", body, future);
    return future;
  }

  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>();
  }

  @Override
  public void succeeded(T value) {
    if (!super.complete(value)) {
      Undeliverable.discard(value);
    }
  }

  @Override
  public void failed(Throwable failure) {
    if (!super.completeExceptionally(failure)) {
      Undeliverable.report(failure);
    }
  }

  @Override
  public void cancelled(CancellationException cancellation) {
    super.completeExceptionally(cancellation);
  }

  private <R extends @Nullable Object> R ending(R result) {
    if (coroutine != null) {
      coroutine.cancel("its future was completed from outside");
    }
    return result;
  }

  @Override
  public boolean complete(T value) {
    return ending(super.complete(value));
  }

  @Override
  public boolean completeExceptionally(Throwable failure) {
    return ending(super.completeExceptionally(failure));
  }

  @Override
  public CompletableFuture<T> completeAsync(Supplier<? extends T> supplier, Executor executor) {
    requireNonNull(supplier, "supplier");
    // super would complete it without complete(T); so does the twin without an executor, by this
    executor.execute(() -> completeWith(supplier));
    return this;
  }

  private void completeWith(Supplier<? extends T> supplier) {
    if (isDone()) {
      return;
    }
    try {
      complete(supplier.get());
    } catch (Throwable t) {
      completeExceptionally(t);
    }
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    return ending(super.cancel(mayInterruptIfRunning));
  }

  @Override
  public void obtrudeValue(T value) {
    super.obtrudeValue(value);
    ending(null);
  }

  @Override
  public void obtrudeException(Throwable failure) {
    super.obtrudeException(failure);
    ending(null);
  }
}
