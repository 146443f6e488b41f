package io.bridge.reactor;

import io.bridge.CoroutineContext;
import io.bridge.Emitter;
import io.bridge.internal.await.StreamSource;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.coroutine.InPlaceStream;
import io.bridge.internal.stream.EmitterSubscription;
import io.bridge.internal.stream.LostSignals;
import io.bridge.reactor.internal.ReactorHooks;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Presents a stream body as a Flux: each subscriber gets a coroutine.
 *
 * @param <T> the type of the items
 */
final class CoroutineFlux<T> extends Flux<T> implements StreamSource<T> {

  private static final String NAME = "bridge-flux";

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
    EmitterSubscription.subscribe(NAME, body, signals, actual, new Hooks(actual.currentContext()));
  }

  @Override
  public boolean call(Subscriber<? super T> subscriber, @Nullable CancelFrame frame) {
    if (signals != null
        || frame == null
        || !InPlaceStream.isPossibleIn(frame)
        || Operators.onLastAssembly(this) != this) {
      return false;
    }
    CoroutineContext context = ReactorHooks.ofAwaiting(frame.context());
    EmitterSubscription.call(
        NAME, body, frame, context, subscriber, new Hooks(ReactorHooks.contextIn(context)));
    return true;
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
