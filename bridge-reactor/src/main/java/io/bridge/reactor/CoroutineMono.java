package io.bridge.reactor;

import io.bridge.Body;
import io.bridge.Coroutine;
import io.bridge.Emitter;
import io.bridge.Undeliverable;
import io.bridge.internal.EmitterSubscription;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * A body as a Mono: one coroutine for each subscriber, whose value is its only item.
 *
 * @param <T> the type of the item
 */
final class CoroutineMono<T> extends Mono<T> {

  private final Body<@Nullable T, ? extends Exception> body;

  private CoroutineMono(Body<@Nullable T, ? extends Exception> body) {
    this.body = body;
  }

  static <T> Mono<T> of(Body<@Nullable T, ? extends Exception> body) {
    return onAssembly(new CoroutineMono<>(body)); // Reactor's hooks see it as any other Mono
  }

  @Override
  public void subscribe(CoreSubscriber<? super T> actual) {
    Context context = actual.currentContext(); // a cancelled subscriber is not kept (RS 3.13)
    EmitterSubscription.<T>subscribe(
        "bridge-mono",
        emitter -> {
          @Nullable T value = body.call();
          if (value != null) {
            emit(value, emitter, context);
          }
        },
        actual,
        failure -> Operators.onErrorDropped(failure, context));
  }

  /** The value is there: only the subscriber can refuse it, no cancel of the body any more. */
  private static <T> void emit(T value, Emitter<T> emitter, Context context) {
    try {
      Coroutine.shield(() -> emitter.emit(value));
    } catch (CancellationException refused) {
      Operators.onDiscard(value, context);
      Undeliverable.discard(value);
    }
  }
}
