package io.bridge.reactor.internal;

import io.bridge.CoroutineContext;
import io.bridge.Suspension;
import io.bridge.internal.CancelFrame;
import io.bridge.internal.Ecosystem;
import io.bridge.internal.Feed;
import io.bridge.internal.FeedSubscriber;
import io.bridge.internal.Fold;
import io.bridge.internal.Iteration;
import io.bridge.internal.Receiver;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.CorePublisher;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

/** Reactor's publishers and threads. */
public final class ReactorEcosystem implements Ecosystem {

  private static final ReactorEcosystem INSTANCE = new ReactorEcosystem();

  private static final CoroutineContext.Key<Context> CONTEXT =
      CoroutineContext.Key.of("reactor.util.context.Context");

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

  /**
   * Returns the context of code that runs for a subscriber of Reactor.
   *
   * @param context of the subscriber
   * @return what a source of Reactor finds it in
   */
  public static CoroutineContext contextWith(Context context) {
    return context.isEmpty()
        ? CoroutineContext.empty()
        : CoroutineContext.empty().plus(CONTEXT, context);
  }

  /** The Context that a source of Reactor gets from whoever awaits it. */
  static Context contextIn(CoroutineContext of) {
    Context context = of.get(CONTEXT);
    return context == null ? Context.empty() : context;
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
    if (isScalar(publisher)) {
      return fold.of((T) call((Callable<?>) publisher, frame));
    }
    return new CoreSubscriberAwait<T, R>(fitting(fold, publisher), frame, null).await(publisher);
  }

  @Override
  @SuppressWarnings("unchecked") // as above
  public <T, R extends @Nullable Object> void pass(
      Publisher<? extends T> publisher, Fold<T, R> fold, Suspension<? super R> suspension) {
    if (isScalar(publisher)) {
      @Nullable Object item;
      try {
        item = ((Callable<?>) publisher).call();
      } catch (Throwable t) {
        suspension.fail(Exceptions.unwrap(t)); // of Reactor's own layer
        return;
      }
      suspension.resume(fold.of((T) item));
      return;
    }
    new CoreSubscriberAwait<T, R>(fitting(fold, publisher), null, Receiver.of(suspension))
        .pass(publisher, suspension);
  }

  private static boolean isScalar(Publisher<?> publisher) {
    return (publisher instanceof Mono || publisher instanceof Flux)
        && publisher instanceof Callable<?>;
  }

  private static <T, R extends @Nullable Object> Fold<T, R> fitting(
      Fold<T, R> fold, Publisher<?> publisher) {
    return publisher instanceof Mono ? fold.ofAtMostOne() : fold;
  }

  private static @Nullable Object call(Callable<?> scalar, @Nullable CancelFrame frame) {
    try {
      return scalar.call();
    } catch (Throwable t) {
      throw CancelFrame.thrown(Exceptions.unwrap(t), frame); // of Reactor's own layer
    }
  }

  @Override
  public <T> void iterate(Publisher<? extends T> publisher, Iteration<T> iteration) {
    new CoreCursorSubscriber<>(iteration).begin(publisher);
  }

  @Override
  public <T> FeedSubscriber<T> feed(Feed<T> feed) {
    return new CoreFeedSubscriber<>(feed, contextIn(feed.context()));
  }

  @Override
  public boolean refuses(Thread thread) {
    return Schedulers.isNonBlockingThread(thread);
  }
}
