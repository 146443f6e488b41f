package io.bridge.reactor;

import io.bridge.Awaitable;
import io.bridge.internal.coroutine.BodyAwaitable;
import io.bridge.internal.stream.ValueSubscription;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Presents an awaitable source as a Mono: each subscriber subscribes to the source once. The body
 * of a builder is such a source too.
 *
 * @param <T> the type of the item
 */
final class AwaitableMono<T> extends Mono<T> implements BodyAwaitable.Source<@Nullable T> {

  private final Awaitable<? extends @Nullable T> source;
  private final @Nullable Executor signals;

  private AwaitableMono(Awaitable<? extends @Nullable T> source, @Nullable Executor signals) {
    this.source = source;
    this.signals = signals;
  }

  static <T> Mono<T> of(Awaitable<? extends @Nullable T> source) {
    return of(source, null);
  }

  static <T> Mono<T> of(Awaitable<? extends @Nullable T> source, @Nullable Executor signals) {
    Mono<T> mono = new AwaitableMono<>(source, signals);
    return AssemblyTrace.of(mono, onAssembly(mono)); // Reactor's hooks apply as to its own types
  }

  @Override
  public @Nullable BodyAwaitable<@Nullable T> body() {
    return signals == null ? BodyAwaitable.<@Nullable T>behind(source) : null;
  }

  @Override
  public void subscribe(CoreSubscriber<? super T> actual) {
    new MonoSubscription<T>(actual, signals).begin(source);
  }

  /** Reactor's hooks receive lost values and failures. */
  private static final class MonoSubscription<T> extends ValueSubscription<T> {

    private final Context context;

    MonoSubscription(CoreSubscriber<? super T> actual, @Nullable Executor signals) {
      super(actual, signals);
      this.context = actual.currentContext(); // a cancelled subscriber is not kept (RS 3.13)
    }

    @Override
    protected void undeliverable(Throwable failure) {
      Operators.onErrorDropped(failure, context);
    }

    @Override
    protected void discard(@Nullable Object value) {
      Operators.onDiscard(value, context);
      super.discard(value);
    }
  }
}
