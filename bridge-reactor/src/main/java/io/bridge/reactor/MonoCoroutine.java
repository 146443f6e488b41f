package io.bridge.reactor;

import io.bridge.Body;
import io.bridge.internal.Completion;
import io.bridge.internal.RunningCoroutine;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * One subscriber of a {@code mono(...)}: signals of its coroutine go to the sink, which sends what
 * comes after a cancellation to Reactor's own hooks.
 *
 * @param <T> the type of the item
 */
final class MonoCoroutine<T> implements Completion<@Nullable T> {

  private final MonoSink<T> sink;

  // any thread
  private volatile boolean cancelledDownstream;

  private MonoCoroutine(MonoSink<T> sink) {
    this.sink = sink;
  }

  static <T> Mono<T> of(Body<? extends @Nullable T, ? extends Exception> body) {
    return Mono.create(sink -> new MonoCoroutine<T>(sink).start(body));
  }

  private void start(Body<? extends @Nullable T, ? extends Exception> body) {
    RunningCoroutine<@Nullable T> coroutine =
        RunningCoroutine.<@Nullable T>start("bridge-mono", body, this);
    sink.onCancel(() -> {
      cancelledDownstream = true;
      coroutine.cancel();
    });
  }

  @Override
  public void succeeded(@Nullable T value) {
    sink.success(value);
  }

  @Override
  public void failed(Throwable failure) {
    sink.error(failure);
  }

  @Override
  public void cancelled(CancellationException cancellation) {
    if (!cancelledDownstream) { // else it is the echo of what the subscriber asked for
      sink.error(cancellation);
    }
  }
}
