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

/** Reactor's Context beside that of a coroutine, the thread-locals that follow it, its threads. */
public final class ReactorHooks implements LibraryHooks {

  /** Where a coroutine's context has Reactor's. */
  private static final CoroutineContext.Key<Context> CONTEXT =
      CoroutineContext.Key.of("reactor.util.context.Context");

  /** Where Reactor's has a coroutine's: only if that has entries of the user's. */
  private static final Class<CoroutineContext> COROUTINE = CoroutineContext.class;

  private static final ThreadLocals THREAD_LOCALS = ThreadLocals.ofClassPath();

  /** For the service loader. */
  public ReactorHooks() {}

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
  public boolean refuses(Thread thread) {
    return Schedulers.isNonBlockingThread(thread);
  }
}
