package io.bridge.reactor.internal;

import io.bridge.Body;
import io.bridge.CoroutineContext;
import io.bridge.Suspension;
import io.bridge.internal.await.Fold;
import io.bridge.internal.await.Receiver;
import io.bridge.internal.base.LibraryHooks;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.context.ContextFrame;
import io.bridge.internal.cursor.ItemReceiver;
import io.bridge.internal.cursor.ItemSubscriber;
import io.bridge.internal.cursor.Iteration;
import io.bridge.internal.failure.FailureLayer;
import io.bridge.internal.library.ReactiveLibrary;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

/** Reactor's publishers and threads. */
public final class ReactorEcosystem implements ReactiveLibrary, LibraryHooks, FailureLayer {

  private static final ReactorEcosystem INSTANCE = new ReactorEcosystem();

  /** Where a coroutine's context has Reactor's. */
  private static final CoroutineContext.Key<Context> CONTEXT =
      CoroutineContext.Key.of("reactor.util.context.Context");

  /** Where Reactor's has a coroutine's: only if that has entries of the user's. */
  private static final Class<CoroutineContext> COROUTINE = CoroutineContext.class;

  private static final ThreadLocals THREAD_LOCALS = ThreadLocals.ofClassPath();

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
    return INSTANCE.<T, @Nullable T>await(mono, Fold.one(), Cancellation.enterAwait());
  }

  /**
   * Returns the Context that a source of Reactor gets from the calling code.
   *
   * @return that of its coroutine, with what thread-locals say now
   */
  public static Context currentContext() {
    return contextOf(CoroutineContext.current(), !ContextFrame.isOfSubscriber());
  }

  /**
   * Runs {@code body} in place, with another Context, which the thread-locals follow.
   *
   * @param change makes what the body's sources get of what those outside get
   * @param body the code
   * @param <T> the type of its value
   * @param <X> the checked exception that it may throw
   * @return its value
   * @throws X when it fails
   */
  public static <T extends @Nullable Object, X extends Exception> T withContext(
      UnaryOperator<Context> change, Body<? extends T, ? extends X> body) throws X {
    Context context = change.apply(currentContext());
    if (context == null) {
      throw new NullPointerException("change returned null");
    }
    CoroutineContext inside = CoroutineContext.current().plus(CONTEXT, context);
    return ContextFrame.<T, X>run(inside, () -> THREAD_LOCALS.<T, X>restore(context, body));
  }

  /** The Context that goes along with {@code code}, whose thread's state wins, or fills gaps. */
  static Context contextOf(CoroutineContext code, boolean threadWins) {
    return THREAD_LOCALS.capture(contextIn(code), threadWins);
  }

  private static Context contextIn(CoroutineContext of) {
    Context context = of.get(CONTEXT);
    return context == null ? Context.empty() : context;
  }

  private static CoroutineContext with(CoroutineContext of, Context context) {
    return contextIn(of) == context ? of : of.plus(CONTEXT, context);
  }

  @Override
  public CoroutineContext contextFor(Subscriber<?> subscriber, CoroutineContext around) {
    if (!(subscriber instanceof CoreSubscriber<?> core)) {
      return around;
    }
    Context context = core.currentContext();
    CoroutineContext carried = context.getOrDefault(COROUTINE, null);
    return with(carried == null ? around : carried, context);
  }

  /** Each has the other, which must not lead on to the ones before: only the newest are kept. */
  @Override
  public CoroutineContext bound(CoroutineContext context) {
    CoroutineContext carried = with(context, Context.empty());
    return with(context, contextIn(context).put(COROUTINE, carried));
  }

  @Override
  public boolean carriesThreadState() {
    return THREAD_LOCALS.isPresent();
  }

  @Override
  public CoroutineContext capture(CoroutineContext context, boolean wins) {
    return with(context, contextOf(context, wins));
  }

  @Override
  public <T extends @Nullable Object, X extends Exception> T restore(
      CoroutineContext context, Body<? extends T, ? extends X> body) throws X {
    return THREAD_LOCALS.<T, X>restore(contextIn(context), body);
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
    return new CoreSubscriberAwait.OfReactor<T, R>(fitting(fold, publisher), frame, null)
        .await(publisher);
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

  /** What a subscriber would get: a call throws what is no Exception in a layer of Reactor's. */
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
    return new CoreFeedSubscriber.OfReactor<>(feed, contextOf(feed.context(), feed.isAwait()));
  }

  @Override
  public ReactiveLibrary ofOthers() {
    return new OtherPublishers();
  }

  @Override
  public boolean refuses(Thread thread) {
    return Schedulers.isNonBlockingThread(thread);
  }
}
