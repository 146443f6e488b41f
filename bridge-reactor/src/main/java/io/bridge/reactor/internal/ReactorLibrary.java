package io.bridge.reactor.internal;

import io.bridge.CoroutineContext;
import io.bridge.Suspension;
import io.bridge.Undeliverable;
import io.bridge.internal.await.Fold;
import io.bridge.internal.await.Receiver;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.coroutine.BodyAwaitable;
import io.bridge.internal.coroutine.InPlaceFrame;
import io.bridge.internal.cursor.ItemReceiver;
import io.bridge.internal.cursor.ItemSubscriber;
import io.bridge.internal.cursor.Iteration;
import io.bridge.internal.failure.FailureLayer;
import io.bridge.internal.library.ReactiveLibrary;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.CorePublisher;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

/** Reactor's publishers. */
public final class ReactorLibrary implements ReactiveLibrary, FailureLayer, InPlaceFrame.Lost {

  private static final ReactorLibrary INSTANCE = new ReactorLibrary();

  /** For the service loader. */
  public ReactorLibrary() {}

  /**
   * Awaits a Mono by its static type.
   *
   * @param mono the source
   * @param <T> the type of the item
   * @return the item, null if the Mono completes empty
   */
  public static <T> @Nullable T await(Mono<? extends T> mono) {
    return INSTANCE.<T, @Nullable T>await(mono, Fold.one(), Cancellation.enterAwait());
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
      T item = (T) call((Callable<?>) publisher, frame);
      return of(fold, item, frame);
    }
    BodyAwaitable<@Nullable T> body =
        publisher instanceof BodyAwaitable.Source<?> own && !fold.isCollecting()
            ? BodyAwaitable.<@Nullable T>inPlace(own, frame)
            : null;
    if (body != null && isLast((Mono<T>) publisher)) {
      CoroutineContext context = ReactorHooks.ofAwaiting(CancelFrame.contextOf(frame));
      return of(fold, body.call(frame, context, this), frame);
    }
    return new CoreSubscriberAwait.OfReactor<T, R>(fitting(fold, publisher), frame, null)
        .await(publisher);
  }

  /** Whether no hook wraps what is subscribed to. */
  private static boolean isLast(Mono<?> mono) {
    return Operators.onLastAssembly(mono) == mono;
  }

  @Override
  public void discard(@Nullable Object value, CoroutineContext context) {
    Operators.onDiscard(value, ReactorHooks.contextIn(context));
    Undeliverable.discard(value);
  }

  @Override
  public void undeliverable(Throwable failure, CoroutineContext context) {
    Operators.onErrorDropped(failure, ReactorHooks.contextIn(context));
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
        suspension.fail(ofScalar(t));
        return;
      }
      suspension.resume(fold.of((T) item));
      return;
    }
    new CoreSubscriberAwait.OfReactor<T, R>(fitting(fold, publisher), null, Receiver.of(suspension))
        .pass(publisher, suspension);
  }

  /** The result of a source of one item; Reactor's hook gets an item that does not go into it. */
  private static <T, R extends @Nullable Object> R of(
      Fold<T, R> fold, @Nullable T item, @Nullable CancelFrame frame) {
    if (fold.isOfNone()) {
      CoroutineContext context = CancelFrame.contextOf(frame);
      Cancellation.outsideWindow(
          frame, () -> Operators.onDiscard(item, ReactorHooks.contextIn(context)));
    }
    return fold.of(item);
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
      throw Cancellation.thrown(ofScalar(t), frame);
    }
  }

  /**
   * The failure that a subscriber would get: a call wraps a non-Exception in a layer of Reactor's.
   */
  private static Throwable ofScalar(Throwable thrown) {
    Throwable inner = Exceptions.unwrap(thrown);
    return inner instanceof Exception ? thrown : inner;
  }

  @Override
  public Throwable inLayer(Throwable failure) {
    return Exceptions.unwrap(failure);
  }

  @Override
  public <T> void iterate(Publisher<? extends T> publisher, Iteration<T> iteration) {
    new CoreCursorSubscriber.OfReactor<>(iteration).begin(publisher);
  }

  @Override
  public <T> ItemSubscriber<T> feed(ItemReceiver<T> feed) {
    return new CoreItemSubscriber.OfReactor<>(
        feed, ReactorHooks.contextOf(feed.context(), feed.isAwait()));
  }

  @Override
  public ReactiveLibrary ofOthers() {
    return new OtherPublishers();
  }
}
