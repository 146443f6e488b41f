package io.bridge.reactor;

import static java.util.Objects.requireNonNull;

import io.bridge.Await;
import io.bridge.Awaitable;
import io.bridge.Body;
import io.bridge.Emitter;
import io.bridge.ItemBody;
import io.bridge.TriFunction;
import io.bridge.VoidBody;
import io.bridge.internal.base.VoidBodies;
import io.bridge.internal.coroutine.Bodies;
import io.bridge.internal.mapping.MapAwaitSubscription;
import io.bridge.reactor.internal.ReactorHooks;
import io.bridge.reactor.internal.ReactorLibrary;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.util.context.Context;
import reactor.util.context.ContextView;
import reactor.util.retry.Retry;

/**
 * bridge for Reactor, for {@code import static io.bridge.reactor.ReactorBridge.*}, which brings
 * every await of {@link Await} along: a {@code Flux} is awaited as the {@code Publisher} it is.
 *
 * <p>Under {@code Hooks.onOperatorDebug()} what a builder, {@link #mapAwait} or a conversion makes
 * shows the line that has called it, as {@code checkpoint ⇢ mono at ...}.
 *
 * @since 0.1.0
 */
public final class ReactorBridge extends Await {

  private ReactorBridge() {}

  /**
   * Awaits the only item of {@code mono}; {@code await(Mono<Void>)} awaits its end.
   *
   * <p><b>Cancellation:</b> cancels the subscription once, see {@linkplain io.bridge the package}.
   *
   * <p><b>Errors:</b> unchecked as is; checked as the cause of {@link CompletionException}.
   *
   * <p><b>Memory:</b> actions before the terminal signal happen-before the return.
   *
   * @param mono the source
   * @param <T> the type of the item
   * @return the item, null if the Mono completes empty
   */
  public static <T> @Nullable T await(Mono<? extends T> mono) {
    return ReactorLibrary.<T>await(requireNonNull(mono, "mono"));
  }

  /**
   * Awaits the only item of {@code mono}, which must not be empty.
   *
   * @param mono the source
   * @param <T> the type of the item
   * @return the item
   * @throws NoSuchElementException if the Mono completes empty
   */
  public static <T> T awaitSingle(Mono<? extends T> mono) {
    T item = ReactorLibrary.<T>await(requireNonNull(mono, "mono"));
    if (item == null) {
      throw new NoSuchElementException("the Mono completed empty");
    }
    return item;
  }

  /**
   * Awaits two Monos at once, with no thread for any, and combines their values; for more, see
   * {@link Await#awaitAll(java.util.Collection)}, whose promises hold here.
   *
   * @param first the first source
   * @param second the second source
   * @param combiner gets the values, null for a Mono that completes empty, on the calling thread;
   *     what it throws is thrown as is
   * @param <A> the type of the first value
   * @param <B> the type of the second value
   * @param <R> the type of the result
   * @return the combiner's result
   */
  public static <A, B, R extends @Nullable Object> R awaitAll(
      Mono<? extends A> first,
      Mono<? extends B> second,
      BiFunction<? super @Nullable A, ? super @Nullable B, ? extends R> combiner) {
    requireNonNull(first, "first");
    requireNonNull(second, "second");
    requireNonNull(combiner, "combiner");
    return Await.<@Nullable A, @Nullable B, R>awaitAll(
        Await.<A>awaitable(first), Await.<B>awaitable(second), combiner);
  }

  /**
   * Awaits three Monos at once, with no thread for any, and combines their values; for more, see
   * {@link Await#awaitAll(java.util.Collection)}, whose promises hold here.
   *
   * @param first the first source
   * @param second the second source
   * @param third the third source
   * @param combiner gets the values, null for a Mono that completes empty, on the calling thread;
   *     what it throws is thrown as is
   * @param <A> the type of the first value
   * @param <B> the type of the second value
   * @param <C> the type of the third value
   * @param <R> the type of the result
   * @return the combiner's result
   */
  public static <A, B, C, R extends @Nullable Object> R awaitAll(
      Mono<? extends A> first,
      Mono<? extends B> second,
      Mono<? extends C> third,
      TriFunction<? super @Nullable A, ? super @Nullable B, ? super @Nullable C, ? extends R>
          combiner) {
    requireNonNull(first, "first");
    requireNonNull(second, "second");
    requireNonNull(third, "third");
    requireNonNull(combiner, "combiner");
    return Await.<@Nullable A, @Nullable B, @Nullable C, R>awaitAll(
        Await.<A>awaitable(first), Await.<B>awaitable(second), Await.<C>awaitable(third), combiner);
  }

  /**
   * Runs {@code body} in place, and again as {@code spec} says: Reactor's own operator decides
   * about backoff, jitter, filters and exhaustion, and waits on the scheduler of the spec.
   *
   * <p><b>Cancellation:</b> of the code around it ends the waiting between attempts, and the body,
   * and is never retried.
   *
   * <p><b>Errors:</b> what the spec makes of the last failure; if that is the body's own, it is
   * thrown as itself. The spec sees the failure of a source that the body awaits as a chain would
   * show it, without the {@link CompletionException} of the await (A7). An {@link Error} that
   * Reactor takes for fatal is thrown at once.
   *
   * <p><b>Memory:</b> every attempt runs on the calling thread.
   *
   * @param spec such as {@code Retry.backoff(3, Duration.ofMillis(100))}
   * @param body the code to run once or more
   * @param <T> the type of its value
   * @param <X> the checked exception that it may throw
   * @return the value of the first attempt that returns; null if the spec ends without a failure
   * @throws X the body's failure, if the spec lets it through
   */
  public static <T extends @Nullable Object, X extends Exception> T retry(
      Retry spec, Body<? extends T, ? extends X> body) throws X {
    return new RetryLoop<T, X>(requireNonNull(body, "body")).run(requireNonNull(spec, "spec"));
  }

  /**
   * Runs {@code body} in place, and again as {@code spec} says; see {@link #retry(Retry, Body)}.
   *
   * @param spec such as {@code Retry.backoff(3, Duration.ofMillis(100))}
   * @param body the code to run once or more
   * @param <X> the checked exception that it may throw
   * @throws X the body's failure, if the spec lets it through
   */
  public static <X extends Exception> void retry(Retry spec, VoidBody<X> body) throws X {
    new RetryLoop<@Nullable Object, X>(VoidBodies.returningNull(body))
        .run(requireNonNull(spec, "spec"));
  }

  /**
   * Returns Reactor's Context of the calling code: what each publisher that it awaits or iterates
   * gets, also one of a class that no library owns.
   *
   * <p>In a body it is the subscriber's; a coroutine inherits it from the code that has started it.
   * With Micrometer's context-propagation on the class path, it has the values of the registered
   * thread-locals, as they are now.
   *
   * @return the context; empty outside of any
   */
  public static ContextView currentContext() {
    return ReactorHooks.currentContext();
  }

  /**
   * Runs {@code body} in place, with another Context of Reactor: {@code withContext(ctx ->
   * ctx.put(KEY, value), () -> await(mono))}. It is what {@code contextWrite} is to a chain, for
   * all that the body awaits, iterates, starts and forks.
   *
   * <p>With Micrometer's context-propagation on the class path, the registered thread-locals follow
   * it inside the body, and are as before behind it.
   *
   * <p><b>Cancellation:</b> that of the code around it.
   *
   * <p><b>Errors:</b> what {@code change} throws is thrown, and the body does not run.
   *
   * <p><b>Memory:</b> the context is kept by the body, and by what it starts.
   *
   * @param change makes the body's context of the current one
   * @param body the code
   * @param <T> the type of the body's value
   * @param <X> the checked exception that it may throw
   * @return the body's value
   * @throws X when it fails
   */
  public static <T extends @Nullable Object, X extends Exception> T withContext(
      UnaryOperator<Context> change, Body<? extends T, ? extends X> body) throws X {
    return ReactorHooks.<T, X>withContext(
        requireNonNull(change, "change"), requireNonNull(body, "body"));
  }

  /**
   * Runs {@code body} in place, with another Context of Reactor; see {@link
   * #withContext(UnaryOperator, Body)}.
   *
   * @param change makes the body's context of the current one
   * @param body the code
   * @param <X> the checked exception that it may throw
   * @throws X when it fails
   */
  public static <X extends Exception> void withContext(
      UnaryOperator<Context> change, VoidBody<X> body) throws X {
    ReactorHooks.<@Nullable Object, X>withContext(
        requireNonNull(change, "change"), VoidBodies.returningNull(body));
  }

  /**
   * Makes a cold Mono of imperative code: each subscriber gets a run of its own on a virtual thread
   * of its own, nothing runs before it subscribes.
   *
   * <p><b>Cancellation:</b> a cancelled subscription cancels the body's coroutine and interrupts
   * what blocks in it; see {@linkplain io.bridge the package}.
   *
   * <p><b>Errors:</b> what the body throws is the Mono's failure, an {@link Error} too; of a source
   * that it awaits and does not catch, the source's own (A7). After a cancellation it goes to
   * {@code Operators.onErrorDropped}.
   *
   * <p><b>Memory:</b> what happened before the subscription happens-before the body.
   *
   * @param body the code; null is an empty Mono
   * @param <T> the type of the item
   * @return the Mono
   */
  public static <T> Mono<T> mono(Body<@Nullable T, ? extends Exception> body) {
    return monoOf(requireNonNull(body, "body"), null);
  }

  /**
   * Makes a cold Mono of imperative code without a value; see {@link #mono(Body)}. An await of
   * something that has a value goes into braces here: {@code mono(() -> { await(save()); })}, since
   * without them the lambda has that value.
   *
   * @param body the code
   * @return a Mono that completes empty when the code returns
   */
  public static Mono<Void> mono(VoidBody<? extends Exception> body) {
    return monoOf(VoidBodies.returningNull(body), null);
  }

  /**
   * Makes a cold Mono of imperative code whose signals are delivered on a scheduler; otherwise as
   * {@link #mono(Body)}.
   *
   * @param signals runs the signals; {@code onSubscribe} comes on the thread that subscribes
   * @param body the code; null is an empty Mono
   * @param <T> the type of the item
   * @return the Mono
   */
  public static <T> Mono<T> mono(Scheduler signals, Body<@Nullable T, ? extends Exception> body) {
    requireNonNull(signals, "signals");
    return monoOf(requireNonNull(body, "body"), signals::schedule);
  }

  /**
   * Makes a cold Mono of imperative code without a value; see {@link #mono(Scheduler, Body)}.
   *
   * @param signals runs the signals
   * @param body the code
   * @return a Mono that completes empty when the code returns
   */
  public static Mono<Void> mono(Scheduler signals, VoidBody<? extends Exception> body) {
    requireNonNull(signals, "signals");
    return ReactorBridge.<Void>monoOf(VoidBodies.returningNull(body), signals::schedule);
  }

  private static <T> Mono<T> monoOf(
      Body<@Nullable T, ? extends Exception> body, @Nullable Executor signals) {
    return AwaitableMono.of(Bodies.<@Nullable T>awaitable("bridge-mono", body, null), signals);
  }

  /**
   * Makes a cold Flux of imperative code that emits: each subscriber gets a run of its own on a
   * virtual thread of its own. {@link Emitter#emit} waits for demand; nothing is buffered or
   * dropped.
   *
   * <p>In a chain, the type of the items must be said: {@code flux((Emitter<Integer> e) ->
   * e.emit(1)).map(...)}.
   *
   * <p><b>Cancellation:</b> as {@link #mono(Body)}.
   *
   * <p><b>Errors:</b> as {@link #mono(Body)}; a request of less than one item fails the stream with
   * an {@link IllegalArgumentException} (RS 3.9).
   *
   * <p><b>Memory:</b> no item is kept after its {@code emit}.
   *
   * @param body the code that emits
   * @param <T> the type of the items
   * @return the Flux
   */
  public static <T> Flux<T> flux(Emitter.Body<T> body) {
    return CoroutineFlux.of(requireNonNull(body, "body"), null);
  }

  /**
   * Makes a cold Flux of imperative code whose signals are delivered on a scheduler; otherwise as
   * {@link #flux(Emitter.Body)}. {@link Emitter#emit} returns when the subscriber has received the
   * item, so nothing is buffered here either, as {@code publishOn} would.
   *
   * <p><b>Errors:</b> a scheduler that rejects an item makes {@code emit} throw what it threw; one
   * that rejects the end fails the stream with that, on the coroutine's thread.
   *
   * @param signals runs each {@code onNext} and the end, one at a time; {@code onSubscribe} comes
   *     on the thread that subscribes
   * @param body the code that emits
   * @param <T> the type of the items
   * @return the Flux
   */
  public static <T> Flux<T> flux(Scheduler signals, Emitter.Body<T> body) {
    requireNonNull(signals, "signals");
    return CoroutineFlux.of(requireNonNull(body, "body"), signals::schedule);
  }

  /**
   * Runs imperative code for each item, several at a time, and keeps the order: {@code
   * ids.transform(mapAwait(8, id -> await(load(id))))}. Each run has a virtual thread of its own; a
   * null value is no item. The groups of a {@code groupBy} need a run for each of them: one that
   * nobody reads stops its source, and so the others.
   *
   * <p><b>Cancellation:</b> cancels the source and all runs.
   *
   * <p><b>Errors:</b> the first failure, of the source or of a run, cancels the rest and is the
   * Flux's; later ones go to {@code Operators.onErrorDropped}.
   *
   * <p><b>Memory:</b> {@code concurrency} items are requested, running or waiting to be delivered,
   * not more; one is requested for each that is delivered.
   *
   * @param concurrency runs at the same time, at least 1
   * @param body the code for one item
   * @param <A> the type of the items
   * @param <B> the type of the values
   * @return for {@code Flux.transform}
   */
  @SuppressWarnings("NullAway") // it does not see the nullable type argument of the record
  public static <A, B> Function<Flux<A>, Flux<B>> mapAwait(
      int concurrency, ItemBody<? super A, @Nullable B, ? extends Exception> body) {
    var settings = new MapAwaitSubscription.Settings<A, B>(concurrency, body, true);
    return items -> MapAwaitFlux.of(items, settings);
  }

  /**
   * Runs imperative code for each item, several at a time; as {@link #mapAwait}, but delivers the
   * values as they come.
   *
   * @param concurrency runs at the same time, at least 1
   * @param body the code for one item
   * @param <A> the type of the items
   * @param <B> the type of the values
   * @return for {@code Flux.transform}
   */
  @SuppressWarnings("NullAway") // it does not see the nullable type argument of the record
  public static <A, B> Function<Flux<A>, Flux<B>> mapAwaitUnordered(
      int concurrency, ItemBody<? super A, @Nullable B, ? extends Exception> body) {
    var settings = new MapAwaitSubscription.Settings<A, B>(concurrency, body, false);
    return items -> MapAwaitFlux.of(items, settings);
  }

  /**
   * Converts anything that can be awaited into a Mono; no thread waits for it. Each subscriber
   * subscribes to it once: {@code toMono(awaitable(single))}.
   *
   * <p><b>Cancellation:</b> cancels the source, on the thread that cancels.
   *
   * <p><b>Errors:</b> the source's own; after a cancellation to {@code Operators.onErrorDropped}.
   *
   * <p><b>Memory:</b> a source of Reactor gets the subscriber's {@code Context}, which is {@link
   * #currentContext()} inside the {@code subscribe} of an awaitable of your own. A value waits for
   * the request; cancelled then, it goes to Reactor's discard hook.
   *
   * @param awaitable the source; null as its value is an empty Mono
   * @param <T> the type of the item
   * @return the Mono
   */
  public static <T> Mono<T> toMono(Awaitable<? extends @Nullable T> awaitable) {
    return AwaitableMono.of(requireNonNull(awaitable, "awaitable"));
  }

  /**
   * Converts any publisher into a Flux, whose subscribers subscribe to it directly.
   *
   * @param publisher the source
   * @param <T> the type of the items
   * @return the Flux; the source itself if it is one
   */
  public static <T> Flux<T> toFlux(Publisher<? extends T> publisher) {
    Flux<T> flux = Flux.from(requireNonNull(publisher, "publisher"));
    return publisher == flux ? flux : AssemblyTrace.of(null, flux);
  }
}
