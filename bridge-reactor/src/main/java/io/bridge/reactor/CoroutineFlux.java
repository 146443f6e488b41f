package io.bridge.reactor;

import io.bridge.Emitter;
import io.bridge.internal.stream.EmitterSubscription;
import io.bridge.internal.stream.LostSignals;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Presents a stream body as a Flux: each subscriber gets a coroutine.
 *
 * @param <T> the type of the items
 */
final class CoroutineFlux<T> extends Flux<T> {

  private final Emitter.Body<T> body;
  private final @Nullable Executor signals;

  private CoroutineFlux(Emitter.Body<T> body, @Nullable Executor signals) {
    this.body = body;
    this.signals = signals;
  }

  static <T> Flux<T> of(Emitter.Body<T> body, @Nullable Executor signals) {
    Flux<T> flux = new CoroutineFlux<>(body, signals);
    return AssemblyTrace.of(flux, onAssembly(flux)); // Reactor's hooks apply as to its own types
  }

  @Override
  public void subscribe(CoreSubscriber<? super T> actual) {
    EmitterSubscription.subscribe(
        "bridge-flux", body, signals, actual, new Hooks(actual.currentContext()));
  }

  /**
   * Passes lost items and failures to Reactor's hooks.
   *
   * @param context the subscriber's; kept in its place, because a cancelled subscriber must not be
   *     kept (RS 3.13)
   */
  private record Hooks(Context context) implements LostSignals {

    @Override
    public void failure(Throwable failure) {
      Operators.onErrorDropped(failure, context);
    }

    @Override
    public void item(Object item) {
      Operators.onDiscard(item, context);
      LostSignals.super.item(item);
    }
  }
}
