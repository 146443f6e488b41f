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
import io.bridge.internal.coroutine.BodyAwaitable;
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
 * The facade for Reactor. Import it with {@code import static io.bridge.reactor.ReactorBridge.*},
 * which includes every await of {@link Await}. The awaits for a {@code Publisher} also accept a
 * {@code Flux}.
 *
 * <p>A builder, {@link #mapAwait} and a conversion return a Mono or Flux. With {@code
 * Hooks.onOperatorDebug()}, the trace of that type shows the line of the call, as {@code checkpoint
 * ⇢ mono at ...}.
 *
 * @since 0.1.0
 */
public final class ReactorBridge extends Await {

  private ReactorBridge() {}

  /**
   * Awaits the only item of {@code mono}; {@code await(Mono<Void>)} awaits its end.
   *
   * <p><b>Cancellation:</b> cancels the subscription once; see {@linkplain io.bridge the package}.
   *
   * <p><b>Errors:</b> an unchecked failure is thrown as is, a checked one as the cause of a {@link
   * CompletionException}.
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
   * Awaits two Monos at once and combines their values; no thread waits for either. It keeps the
   * promises of {@link Await#awaitAll(java.util.Collection)}, which takes any number of sources.
   *
   * @param first the first source
   * @param second the second source
   * @param combiner receives the values, on the calling thread; the value of an empty Mono is null;
   *     an exception that the combiner throws is thrown as is
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
   * Awaits three Monos at once and combines their values; no thread waits for them. It keeps the
   * promises of {@link Await#awaitAll(java.util.Collection)}, which takes any number of sources.
   *
   * @param first the first source
   * @param second the second source
   * @param third the third source
   * @param combiner receives the values, on the calling thread; the value of an empty Mono is null;
   *     an exception that the combiner throws is thrown as is
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
   * Runs {@code body} in place, and again after a failure if {@code spec} says so. Reactor's own
   * operator decides about backoff, jitter, filters and exhaustion. Its delays run on the scheduler
   * of the spec.
   *
   * <p><b>Cancellation:</b> a cancellation of the code around it ends the body and the wait between
   * attempts, and is never retried.
   *
   * <p><b>Errors:</b> after the last attempt, this method throws the failure that the spec makes of
   * the body's last failure. If the spec returns the body's failure itself, this method throws it
   * unchanged. If an awaited source fails, the spec sees the source's own failure as in a chain,
   * without the {@link CompletionException} of the await (A7). An {@link Error} that is fatal for
   * Reactor is thrown at once.
   *
   * <p><b>Memory:</b> every attempt runs on the calling thread.
   *
   * @param spec such as {@code Retry.backoff(3, Duration.ofMillis(100))}
   * @param body the code to run once or more
   * @param <T> the type of its value
   * @param <X> the checked exception that it may throw
   * @return the value of the first attempt that succeeds; null if the spec ends the retries without
   *     a failure
   * @throws X the body's failure, if the spec lets it through
   */
  public static <T extends @Nullable Object, X extends Exception> T retry(
      Retry spec, Body<? extends T, ? extends X> body) throws X {
    return new RetryLoop<T, X>(requireNonNull(body, "body")).run(requireNonNull(spec, "spec"));
  }

  /**
   * Runs {@code body} in place, and again after a failure if {@code spec} says so; see {@link
   * #retry(Retry, Body)}.
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
   * Returns Reactor's Context of the calling code. Each publisher that the code awaits or iterates
   * sees this Context, even if its class does not belong to Reactor.
   *
   * <p>The body of a builder has the Context of its subscriber. A coroutine inherits the Context of
   * the code that started it. If Micrometer's context-propagation is on the class path, the Context
   * contains the current values of the registered thread-locals.
   *
   * @return the context; empty if the code runs in no body or block
   */
  public static ContextView currentContext() {
    return ReactorHooks.currentContext();
  }

  /**
   * Runs {@code body} in place, with another Reactor Context: {@code withContext(ctx ->
   * ctx.put(KEY, value), () -> await(mono))}. It does for the body what {@code contextWrite} does
   * for a chain: everything that the body awaits, iterates, starts or forks sees the new Context.
   *
   * <p>If Micrometer's context-propagation is on the class path, the registered thread-locals have
   * the new values inside the body. Afterwards they have their earlier values again.
   *
   * <p><b>Cancellation:</b> a cancellation of the code around the block cancels the block too.
   *
   * <p><b>Errors:</b> if {@code change} throws, this method throws that exception, and the body
   * does not run.
   *
   * <p><b>Memory:</b> the body and the coroutines that it starts keep the context.
   *
   * @param change makes the body's context from the current one
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
   * Runs {@code body} in place, with another Reactor Context; see {@link
   * #withContext(UnaryOperator, Body)}.
   *
   * @param change makes the body's context from the current one
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
   * Makes a cold Mono of imperative code. The body runs once for each subscriber, on its own
   * virtual thread. Nothing runs before a subscriber subscribes. If code of a coroutine awaits the
   * Mono itself, the body runs as a call on that coroutine's thread (N1).
   *
   * <p><b>Cancellation:</b> cancelling the subscription cancels the body's coroutine and interrupts
   * a blocking call in it; see {@linkplain io.bridge the package}.
   *
   * <p><b>Errors:</b> everything that the body throws, including an {@link Error}, fails the Mono.
   * If an awaited source fails and the body does not catch the exception, the Mono fails with the
   * source's own failure (A7). A failure after a cancellation goes to {@code
   * Operators.onErrorDropped}.
   *
   * <p><b>Memory:</b> actions before the subscription happen-before the body.
   *
   * @param body the code; if it returns null, the Mono is empty
   * @param <T> the type of the item
   * @return the Mono
   */
  public static <T> Mono<T> mono(Body<@Nullable T, ? extends Exception> body) {
    return monoOf(requireNonNull(body, "body"), null);
  }

  /**
   * Makes a cold Mono of imperative code without a value; see {@link #mono(Body)}. If the code is
   * one await of a source with a value, write it in braces: {@code mono(() -> { await(save()); })}.
   * Without braces the lambda returns that value.
   *
   * @param body the code
   * @return a Mono that completes empty when the code returns
   */
  public static Mono<Void> mono(VoidBody<? extends Exception> body) {
    return monoOf(VoidBodies.returningNull(body), null);
  }

  /**
   * Makes a cold Mono of imperative code, and delivers its signals on a scheduler; everything else
   * is as for {@link #mono(Body)}.
   *
   * @param signals runs the signals; {@code onSubscribe} is called on the subscribing thread
   * @param body the code; if it returns null, the Mono is empty
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
    return AwaitableMono.of(BodyAwaitable.<@Nullable T>cold("bridge-mono", body, null), signals);
  }

  /**
   * Makes a cold Flux of imperative code that emits items. The body runs once for each subscriber,
   * on its own virtual thread. {@link Emitter#emit} waits for demand; nothing is buffered or
   * dropped.
   *
   * <p>At the beginning of a chain, Java cannot infer the type of the items, so declare it: {@code
   * flux((Emitter<Integer> e) -> e.emit(1)).map(...)}.
   *
   * <p><b>Cancellation:</b> as for {@link #mono(Body)}.
   *
   * <p><b>Errors:</b> as for {@link #mono(Body)}. A request of less than one item fails the stream
   * with an {@link IllegalArgumentException} (RS 3.9).
   *
   * <p><b>Memory:</b> nothing keeps an item after its {@code emit}.
   *
   * @param body the code that emits
   * @param <T> the type of the items
   * @return the Flux
   */
  public static <T> Flux<T> flux(Emitter.Body<T> body) {
    return CoroutineFlux.of(requireNonNull(body, "body"), null);
  }

  /**
   * Makes a cold Flux of imperative code, and delivers its signals on a scheduler; everything else
   * is as for {@link #flux(Emitter.Body)}. {@link Emitter#emit} returns when the subscriber has
   * received the item. So nothing is buffered here either, unlike with {@code publishOn}.
   *
   * <p><b>Errors:</b> if the scheduler rejects an item, {@code emit} throws the scheduler's
   * exception. If it rejects the terminal signal, the stream fails with that exception, on the
   * coroutine's thread.
   *
   * @param signals runs each {@code onNext} and the terminal signal, one at a time; {@code
   *     onSubscribe} is called on the subscribing thread
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
   * ids.transform(mapAwait(8, id -> await(load(id))))}. The code for each item runs on its own
   * virtual thread. If it returns null, the Flux has no value for that item. If the items are
   * groups of a {@code groupBy}, {@code concurrency} must be at least the number of groups: a group
   * that is not read stops the source, and with it all other groups.
   *
   * <p><b>Cancellation:</b> cancels the source and the code of all items in flight.
   *
   * <p><b>Errors:</b> the first failure, of the source or of the code, cancels the rest and fails
   * the Flux. Later failures go to {@code Operators.onErrorDropped}.
   *
   * <p><b>Memory:</b> at most {@code concurrency} items are in flight: requested, being processed,
   * or finished and waiting to be delivered. One more item is requested for each delivered one.
   *
   * @param concurrency the maximum number of items in flight, at least 1
   * @param body the code for one item
   * @param <A> the type of the items
   * @param <B> the type of the values
   * @return a function for {@code Flux.transform}
   */
  @SuppressWarnings("NullAway") // NullAway does not see the record's nullable type argument
  public static <A, B> Function<Flux<A>, Flux<B>> mapAwait(
      int concurrency, ItemBody<? super A, @Nullable B, ? extends Exception> body) {
    var settings = new MapAwaitSubscription.Settings<A, B>(concurrency, body, true);
    return items -> MapAwaitFlux.of(items, settings);
  }

  /**
   * Runs imperative code for each item, several at a time, and delivers the values in the order in
   * which they are ready. It differs from {@link #mapAwait} only in that order.
   *
   * @param concurrency the maximum number of items in flight, at least 1
   * @param body the code for one item
   * @param <A> the type of the items
   * @param <B> the type of the values
   * @return a function for {@code Flux.transform}
   */
  @SuppressWarnings("NullAway") // NullAway does not see the record's nullable type argument
  public static <A, B> Function<Flux<A>, Flux<B>> mapAwaitUnordered(
      int concurrency, ItemBody<? super A, @Nullable B, ? extends Exception> body) {
    var settings = new MapAwaitSubscription.Settings<A, B>(concurrency, body, false);
    return items -> MapAwaitFlux.of(items, settings);
  }

  /**
   * Converts a source that can be awaited into a Mono: {@code toMono(awaitable(single))}. No thread
   * waits for it. Each subscriber causes one subscription to the source. A source of Reactor
   * receives the subscriber's {@code Context}. In the {@code subscribe} method of your own
   * awaitable, {@link #currentContext()} returns that Context.
   *
   * <p><b>Cancellation:</b> cancels the source, on the thread that calls {@code cancel}.
   *
   * <p><b>Errors:</b> the Mono fails with the source's failure; after a cancellation the failure
   * goes to {@code Operators.onErrorDropped}.
   *
   * <p><b>Memory:</b> the value is kept until the subscriber requests it. If the subscriber cancels
   * instead, the value goes to Reactor's discard hook.
   *
   * @param awaitable the source; if its value is null, the Mono is empty
   * @param <T> the type of the item
   * @return the Mono
   */
  public static <T> Mono<T> toMono(Awaitable<? extends @Nullable T> awaitable) {
    return AwaitableMono.of(requireNonNull(awaitable, "awaitable"));
  }

  /**
   * Converts any publisher into a Flux. Subscribers of the Flux subscribe directly to the
   * publisher.
   *
   * @param publisher the source
   * @param <T> the type of the items
   * @return the Flux; {@code publisher} itself if it is a Flux
   */
  public static <T> Flux<T> toFlux(Publisher<? extends T> publisher) {
    Flux<T> flux = Flux.from(requireNonNull(publisher, "publisher"));
    return publisher == flux ? flux : AssemblyTrace.of(null, flux);
  }
}
