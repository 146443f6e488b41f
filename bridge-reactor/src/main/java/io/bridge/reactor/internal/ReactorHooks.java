package io.bridge.reactor.internal;

import io.bridge.Body;
import io.bridge.CoroutineContext;
import io.bridge.internal.base.LibraryHooks;
import io.bridge.internal.context.ContextFrame;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import reactor.core.CoreSubscriber;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

/** Propagates Reactor's Context and the thread-locals bound to it; knows Reactor's threads. */
public final class ReactorHooks implements LibraryHooks {

  /** The key of Reactor's Context in a coroutine's context. */
  private static final CoroutineContext.Key<Context> CONTEXT =
      CoroutineContext.Key.of("reactor.util.context.Context");

  /** The key of a coroutine's context in Reactor's, if that has user entries. */
  private static final Class<CoroutineContext> COROUTINE = CoroutineContext.class;

  private static final ThreadLocals THREAD_LOCALS = ThreadLocals.ofClassPath();

  /** For the service loader. */
  public ReactorHooks() {}

  /**
   * Returns the Context that a source of Reactor gets from the calling code.
   *
   * @return the Context of its coroutine, updated from the thread-locals
   */
  public static Context currentContext() {
    return contextOf(CoroutineContext.current(), !ContextFrame.isOfSubscriber());
  }

  /**
   * Runs {@code body} in place, with another Context, which the thread-locals follow.
   *
   * @param change maps the present Context to that of the body's sources
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

  /** The Context that propagates with {@code code}; the thread's state wins, or fills gaps. */
  static Context contextOf(CoroutineContext code, boolean threadWins) {
    return THREAD_LOCALS.capture(contextIn(code), threadWins);
  }

  /** The context that a subscriber of code in {@code context} hands on to a body of ours. */
  public static CoroutineContext ofAwaiting(CoroutineContext context) {
    Context subscribers = contextOf(context, true);
    CoroutineContext carried = subscribers.getOrDefault(COROUTINE, null);
    return with(carried == null ? context : carried, subscribers);
  }

  public static Context contextIn(CoroutineContext of) {
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

  /** Each context holds the other one, but without a further level: only the newest are kept. */
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
  public boolean refuses(Thread thread) {
    return Schedulers.isNonBlockingThread(thread);
  }
}
