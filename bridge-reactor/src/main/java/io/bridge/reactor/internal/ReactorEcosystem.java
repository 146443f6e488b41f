package io.bridge.reactor.internal;

import io.bridge.internal.CancelFrame;
import io.bridge.internal.Ecosystem;
import io.bridge.internal.Fold;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.CorePublisher;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Reactor's publishers and threads. */
public final class ReactorEcosystem implements Ecosystem {

  private static final ReactorEcosystem INSTANCE = new ReactorEcosystem();

  /** For the service loader. */
  public ReactorEcosystem() {}

  /**
   * Awaits a Mono by its static type.
   *
   * @param mono the source
   * @param <T> the type of the item
   * @return the item, null if the Mono completes empty
   */
  public static <T> @Nullable T await(Mono<? extends T> mono) {
    return INSTANCE.<T, @Nullable T>await(mono, Fold.one(), CancelFrame.enterAwait());
  }

  @Override
  public boolean owns(Class<?> type) {
    return CorePublisher.class.isAssignableFrom(type);
  }

  @Override
  @SuppressWarnings(
      "unchecked") // Reactor's convention: a publisher that is a Callable calls its item
  public <T, R extends @Nullable Object> R await(
      Publisher<? extends T> publisher, Fold<T, R> fold, @Nullable CancelFrame frame) {
    boolean mono = publisher instanceof Mono;
    if ((mono || publisher instanceof Flux) && publisher instanceof Callable<?> scalar) {
      return fold.of((T) call(scalar, frame));
    }
    Fold<T, R> fitting = mono ? fold.ofAtMostOne() : fold;
    return new CoreSubscriberAwait<T, R>(fitting, frame).await(publisher);
  }

  private static @Nullable Object call(Callable<?> scalar, @Nullable CancelFrame frame) {
    try {
      return scalar.call();
    } catch (Throwable t) {
      throw CancelFrame.thrown(Exceptions.unwrap(t), frame); // of Reactor's own layer
    }
  }

  @Override
  public boolean refuses(Thread thread) {
    return Schedulers.isNonBlockingThread(thread);
  }
}
