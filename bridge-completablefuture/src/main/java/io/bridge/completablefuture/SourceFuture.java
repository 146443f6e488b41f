package io.bridge.completablefuture;

import static java.util.Objects.requireNonNull;

import io.bridge.Awaitable;
import io.bridge.internal.await.ConversionSink;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Presents an awaitable source as a future, and subscribes to the source at once. The body of a
 * builder is such a source too. If other code completes the future, the source is cancelled,
 * because its outcome is no longer needed. Dependents are plain futures, as those of the JDK.
 *
 * @param <T> the type of the value
 */
final class SourceFuture<T extends @Nullable Object> extends CompletableFuture<T> {

  /** Receives the outcome of the source. */
  private final class Sink extends ConversionSink<T> {

    @Override
    protected boolean succeeded(T value) {
      return SourceFuture.super.complete(value);
    }

    @Override
    protected boolean failed(Throwable failure) {
      return SourceFuture.super.completeExceptionally(failure);
    }
  }

  private final Sink sink = new Sink();

  private SourceFuture() {}

  static <T extends @Nullable Object> CompletableFuture<T> of(Awaitable<? extends T> source) {
    SourceFuture<T> future = new SourceFuture<>();
    future.sink.subscribeTo(source);
    return future;
  }

  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>();
  }

  private <R extends @Nullable Object> R ending(R result) {
    sink.cancel();
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
    // The method of the superclass would not call complete(T), which ends the source. The overload
    // without an executor calls this one.
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
