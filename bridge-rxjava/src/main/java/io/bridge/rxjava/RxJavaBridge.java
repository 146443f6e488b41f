package io.bridge.rxjava;

import static java.util.Objects.requireNonNull;

import io.bridge.Await;
import io.bridge.Awaitable;
import io.bridge.Body;
import io.bridge.Cursor;
import io.bridge.Emitter;
import io.bridge.ItemBody;
import io.bridge.TriFunction;
import io.bridge.VoidBody;
import io.bridge.internal.await.Fold;
import io.bridge.internal.base.VoidBodies;
import io.bridge.internal.coroutine.BodyAwaitable;
import io.bridge.internal.failure.Failures;
import io.bridge.internal.mapping.MapAwaitSubscription;
import io.bridge.rxjava.internal.RxJavaLibrary;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.CompletableSource;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.FlowableTransformer;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.MaybeSource;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.ObservableSource;
import io.reactivex.rxjava3.core.Scheduler;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.core.SingleSource;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * The facade for RxJava 3. Import it with {@code import static io.bridge.rxjava.RxJavaBridge.*},
 * which includes every await of {@link Await}. The awaits for a {@code Publisher} also accept a
 * {@code Flowable}.
 *
 * <p><b>Cancellation:</b> a cancelled await disposes its source once; see {@linkplain io.bridge the
 * package}.
 *
 * <p><b>Errors:</b> an await throws an unchecked failure as is, a checked one as the cause of a
 * {@link CompletionException}.
 *
 * <p><b>Memory:</b> actions before the terminal signal happen-before the return.
 *
 * @since 0.1.0
 */
public final class RxJavaBridge extends Await {

  /** The number of items that an Observable may be ahead of its loop. */
  private static final int OBSERVABLE_BUFFER = 65_536;

  private RxJavaBridge() {}

  /**
   * Awaits the value of {@code single}.
   *
   * @param single the source
   * @param <T> the type of the value
   * @return the value
   */
  public static <T> T await(SingleSource<? extends T> single) {
    return RxJavaLibrary.<T>await(requireNonNull(single, "single"));
  }

  /**
   * Awaits the value of {@code maybe}, if there is one.
   *
   * @param maybe the source
   * @param <T> the type of the value
   * @return the value, null if the source completes empty
   */
  public static <T> @Nullable T await(MaybeSource<? extends T> maybe) {
    return RxJavaLibrary.<T>await(requireNonNull(maybe, "maybe"));
  }

  /**
   * Awaits the end of {@code completable}.
   *
   * @param completable the source
   */
  public static void await(CompletableSource completable) {
    RxJavaLibrary.await(requireNonNull(completable, "completable"));
  }

  /**
   * Awaits the only item of {@code observable}. If there is a second item, the await disposes the
   * Observable and throws an {@link IllegalArgumentException}.
   *
   * @param observable at most one item
   * @param <T> the type of the item
   * @return the item, null if the source completes empty
   */
  public static <T> @Nullable T await(ObservableSource<? extends T> observable) {
    return RxJavaLibrary.<T, @Nullable T>await(
        requireNonNull(observable, "observable"), Fold.one());
  }

  /**
   * Awaits the value of {@code maybe}, which must have one.
   *
   * @param maybe the source
   * @param <T> the type of the value
   * @return the value
   * @throws NoSuchElementException if the source completes empty
   */
  public static <T> T awaitSingle(MaybeSource<? extends T> maybe) {
    return present(RxJavaBridge.<T>await(maybe));
  }

  /**
   * Awaits the only item of {@code observable}, which must have one.
   *
   * @param observable exactly one item
   * @param <T> the type of the item
   * @return the item
   * @throws NoSuchElementException if the source completes empty
   * @throws IllegalArgumentException if there is a second item; the source is disposed
   */
  public static <T> T awaitSingle(ObservableSource<? extends T> observable) {
    return present(RxJavaBridge.<T>await(observable));
  }

  /**
   * Awaits the value of {@code maybe}, if there is one.
   *
   * @param maybe the source
   * @param <T> the type of the value
   * @return the value, empty if the source completes empty
   */
  public static <T> Optional<T> awaitOptional(MaybeSource<? extends T> maybe) {
    return Optional.ofNullable(RxJavaBridge.<T>await(maybe));
  }

  /**
   * Awaits the only item of {@code observable}, if there is one.
   *
   * @param observable at most one item
   * @param <T> the type of the item
   * @return the item, empty if the source completes empty
   * @throws IllegalArgumentException if there is a second item; the source is disposed
   */
  public static <T> Optional<T> awaitOptional(ObservableSource<? extends T> observable) {
    return Optional.ofNullable(RxJavaBridge.<T>await(observable));
  }

  /**
   * Awaits the first item of {@code observable} and disposes the Observable, so the source does
   * nothing after that item.
   *
   * @param observable any number of items
   * @param <T> the type of the item
   * @return the first item
   * @throws NoSuchElementException if the source completes empty
   */
  public static <T> T awaitFirst(ObservableSource<? extends T> observable) {
    return present(RxJavaBridge.<T>awaitFirstOrNull(observable));
  }

  /**
   * Awaits the first item of {@code observable} and disposes the Observable, as {@link
   * #awaitFirst(ObservableSource)} does.
   *
   * @param observable any number of items
   * @param <T> the type of the item
   * @return the first item, null if the source completes empty
   */
  public static <T> @Nullable T awaitFirstOrNull(ObservableSource<? extends T> observable) {
    return RxJavaLibrary.<T, @Nullable T>await(
        requireNonNull(observable, "observable"), Fold.first());
  }

  /**
   * Awaits the first item of {@code observable} and disposes the Observable, as {@link
   * #awaitFirst(ObservableSource)} does.
   *
   * @param observable any number of items
   * @param fallback called if the source completes empty
   * @param <T> the type of the item
   * @return the first item, or the fallback's
   */
  public static <T> T awaitFirstOrElse(
      ObservableSource<? extends T> observable, Supplier<? extends T> fallback) {
    requireNonNull(fallback, "fallback");
    @Nullable T first = RxJavaBridge.<T>awaitFirstOrNull(observable);
    return first != null ? first : fallback.get();
  }

  /**
   * Awaits the end of {@code observable} and returns its last item.
   *
   * @param observable any number of items
   * @param <T> the type of the item
   * @return the last item
   * @throws NoSuchElementException if the source completes empty
   */
  public static <T> T awaitLast(ObservableSource<? extends T> observable) {
    return present(RxJavaBridge.<T>awaitLastOrNull(observable));
  }

  /**
   * Awaits the end of {@code observable} and returns its last item.
   *
   * @param observable any number of items
   * @param <T> the type of the item
   * @return the last item, null if the source completes empty
   */
  public static <T> @Nullable T awaitLastOrNull(ObservableSource<? extends T> observable) {
    return RxJavaLibrary.<T, @Nullable T>await(
        requireNonNull(observable, "observable"), Fold.last());
  }

  /**
   * Awaits all items of {@code observable}.
   *
   * @param observable any number of items, which must fit into memory: there is no back-pressure
   * @param <T> the type of the items
   * @return the items in their order, unmodifiable
   */
  public static <T> List<T> awaitList(ObservableSource<? extends T> observable) {
    return awaitCollect(observable, Collectors.<T>toUnmodifiableList());
  }

  /**
   * Awaits all items of {@code observable} and collects them.
   *
   * @param observable any number of items
   * @param collector receives the items one at a time, on the threads that signal them
   * @param <T> the type of the items
   * @param <A> the collector's container
   * @param <R> the collector's result
   * @return the collector's result
   */
  public static <T, A, R extends @Nullable Object> R awaitCollect(
      ObservableSource<? extends T> observable, Collector<? super T, A, R> collector) {
    requireNonNull(observable, "observable");
    return RxJavaLibrary.<T, R>await(
        observable, Fold.collect(requireNonNull(collector, "collector")));
  }

  /**
   * Awaits the end of {@code observable}; its items are discarded.
   *
   * @param observable any number of items
   */
  public static void awaitCompletion(ObservableSource<?> observable) {
    RxJavaLibrary.<Object, @Nullable Object>await(
        requireNonNull(observable, "observable"), Fold.none());
  }

  /**
   * Awaits {@code single} and throws a checked failure of the given type unwrapped.
   *
   * @param single the source
   * @param type a failure of this type is thrown unwrapped
   * @param <T> the type of the value
   * @param <X> the type of the failure
   * @return the value
   * @throws X the failure of the source
   */
  public static <T, X extends Throwable> T awaitOrThrow(
      SingleSource<? extends T> single, Class<X> type) throws X {
    return Failures.<T, X>orThrow(type, () -> RxJavaBridge.<T>await(single));
  }

  /**
   * Awaits {@code maybe} and throws a checked failure of the given type unwrapped.
   *
   * @param maybe the source
   * @param type a failure of this type is thrown unwrapped
   * @param <T> the type of the value
   * @param <X> the type of the failure
   * @return the value, null if the source completes empty
   * @throws X the failure of the source
   */
  public static <T, X extends Throwable> @Nullable T awaitOrThrow(
      MaybeSource<? extends T> maybe, Class<X> type) throws X {
    return Failures.<@Nullable T, X>orThrow(type, () -> RxJavaBridge.<T>await(maybe));
  }

  /**
   * Awaits the end of {@code completable} and throws a checked failure of the given type unwrapped.
   *
   * @param completable the source
   * @param type a failure of this type is thrown unwrapped
   * @param <X> the type of the failure
   * @throws X the failure of the source
   */
  public static <X extends Throwable> void awaitOrThrow(
      CompletableSource completable, Class<X> type) throws X {
    Failures.<@Nullable Void, X>orThrow(
        type,
        () -> {
          await(completable);
          return null;
        });
  }

  /**
   * Awaits {@code observable} and throws a checked failure of the given type unwrapped.
   *
   * @param observable at most one item
   * @param type a failure of this type is thrown unwrapped
   * @param <T> the type of the item
   * @param <X> the type of the failure
   * @return the item, null if the source completes empty
   * @throws X the failure of the source
   */
  public static <T, X extends Throwable> @Nullable T awaitOrThrow(
      ObservableSource<? extends T> observable, Class<X> type) throws X {
    return Failures.<@Nullable T, X>orThrow(type, () -> RxJavaBridge.<T>await(observable));
  }

  /**
   * Awaits two Singles at once and combines their values; no thread waits for either. It keeps the
   * promises of {@link Await#awaitAll(java.util.Collection)}, which takes any number of sources.
   *
   * @param first the first source
   * @param second the second source
   * @param combiner receives the values, on the calling thread; an exception that it throws is
   *     thrown as is
   * @param <A> the type of the first value
   * @param <B> the type of the second value
   * @param <R> the type of the result
   * @return the combiner's result
   */
  public static <A, B, R extends @Nullable Object> R awaitAll(
      Single<? extends A> first,
      Single<? extends B> second,
      BiFunction<? super A, ? super B, ? extends R> combiner) {
    requireNonNull(first, "first");
    requireNonNull(second, "second");
    requireNonNull(combiner, "combiner");
    return Await.<A, B, R>awaitAll(
        RxJavaBridge.<A>awaitable(first), RxJavaBridge.<B>awaitable(second), combiner);
  }

  /**
   * Awaits three Singles at once and combines their values; no thread waits for them. It keeps the
   * promises of {@link Await#awaitAll(java.util.Collection)}, which takes any number of sources.
   *
   * @param first the first source
   * @param second the second source
   * @param third the third source
   * @param combiner receives the values, on the calling thread; an exception that it throws is
   *     thrown as is
   * @param <A> the type of the first value
   * @param <B> the type of the second value
   * @param <C> the type of the third value
   * @param <R> the type of the result
   * @return the combiner's result
   */
  public static <A, B, C, R extends @Nullable Object> R awaitAll(
      Single<? extends A> first,
      Single<? extends B> second,
      Single<? extends C> third,
      TriFunction<? super A, ? super B, ? super C, ? extends R> combiner) {
    requireNonNull(first, "first");
    requireNonNull(second, "second");
    requireNonNull(third, "third");
    requireNonNull(combiner, "combiner");
    return Await.<A, B, C, R>awaitAll(
        RxJavaBridge.<A>awaitable(first),
        RxJavaBridge.<B>awaitable(second),
        RxJavaBridge.<C>awaitable(third),
        combiner);
  }

  /**
   * Makes an {@link io.bridge.Awaitable} of {@code single}, for {@link
   * Await#awaitAll(java.util.Collection)} for example. This call does not subscribe; each await of
   * the result subscribes once.
   *
   * @param single the source
   * @param <T> the type of the value
   * @return an awaitable of the value
   */
  public static <T> Awaitable<T> awaitable(SingleSource<? extends T> single) {
    return RxJavaLibrary.<T>awaitable(requireNonNull(single, "single"));
  }

  /**
   * Makes an {@link io.bridge.Awaitable} of {@code maybe}, for {@link
   * Await#awaitAll(java.util.Collection)} for example. This call does not subscribe; each await of
   * the result subscribes once.
   *
   * @param maybe the source
   * @param <T> the type of the value
   * @return an awaitable of the value, null if the source completes empty
   */
  public static <T> Awaitable<@Nullable T> awaitable(MaybeSource<? extends T> maybe) {
    return RxJavaLibrary.<T>awaitable(requireNonNull(maybe, "maybe"));
  }

  /**
   * Makes an {@link io.bridge.Awaitable} of {@code completable}; see {@link
   * #awaitable(SingleSource)}.
   *
   * @param completable the source
   * @return an awaitable with the value null
   */
  public static Awaitable<@Nullable Void> awaitable(CompletableSource completable) {
    return RxJavaLibrary.awaitable(requireNonNull(completable, "completable"));
  }

  /**
   * Makes an {@link io.bridge.Awaitable} of {@code observable}, for {@link
   * Await#awaitAll(java.util.Collection)} for example. This call does not subscribe; each await of
   * the result subscribes once.
   *
   * @param observable at most one item
   * @param <T> the type of the item
   * @return an awaitable of the item, null if the source completes empty
   */
  public static <T> Awaitable<@Nullable T> awaitable(ObservableSource<? extends T> observable) {
    return RxJavaLibrary.<T, @Nullable T>awaitable(
        requireNonNull(observable, "observable"), Fold.one());
  }

  /**
   * Opens a cursor on {@code observable}. This call subscribes; see {@link
   * io.bridge.Publishers#iterate(Publisher)}. An Observable has no demand, so the loop cannot slow
   * it down. If it gets {@value #OBSERVABLE_BUFFER} items ahead of the loop, it is disposed. The
   * cursor then returns those items, and fails with a {@code MissingBackpressureException}.
   *
   * @param observable any number of items
   * @param <T> the type of the items
   * @return the cursor, to be closed
   */
  public static <T> Cursor<T> iterate(ObservableSource<? extends T> observable) {
    return iterate(observable, OBSERVABLE_BUFFER);
  }

  /**
   * Opens a cursor on {@code observable} with a buffer of another size; see {@link
   * #iterate(ObservableSource)}.
   *
   * @param observable any number of items
   * @param capacity the size of the buffer in items, at least 1; {@code Integer.MAX_VALUE} means no
   *     bound
   * @param <T> the type of the items
   * @return the cursor, to be closed
   */
  public static <T> Cursor<T> iterate(ObservableSource<? extends T> observable, int capacity) {
    return RxJavaLibrary.iterate(requireNonNull(observable, "observable"), capacity);
  }

  /**
   * Makes a cold Single of imperative code. The body runs once for each observer, on its own
   * virtual thread. Nothing runs before an observer subscribes. If code of a coroutine awaits the
   * Single itself, the body runs as a call on that coroutine's thread (N1).
   *
   * <p><b>Cancellation:</b> disposal cancels the body's coroutine and interrupts a blocking call in
   * it; see {@linkplain io.bridge the package}.
   *
   * <p><b>Errors:</b> everything that the body throws, including an {@link Error}, fails the
   * Single. If an awaited source fails and the body does not catch the exception, the Single fails
   * with the source's own failure (A7). A failure after the disposal goes to {@code
   * RxJavaPlugins.onError}. If the body returns null, the Single fails with a {@link
   * NullPointerException}.
   *
   * <p><b>Memory:</b> actions before the subscription happen-before the body.
   *
   * @param body the code
   * @param <T> the type of the value
   * @return the Single
   */
  public static <T> Single<T> single(Body<? extends T, ? extends Exception> body) {
    return singleOf(requireNonNull(body, "body"), null);
  }

  /**
   * Makes a cold Single of imperative code, and delivers its signals on a scheduler; everything
   * else is as for {@link #single(Body)}.
   *
   * <p><b>Errors:</b> if the scheduler rejects the value, the Single fails with a {@code
   * RejectedExecutionException}, on the coroutine's thread.
   *
   * @param signals runs the signals; {@code onSubscribe} is called on the subscribing thread
   * @param body the code
   * @param <T> the type of the value
   * @return the Single
   */
  public static <T> Single<T> single(
      Scheduler signals, Body<? extends T, ? extends Exception> body) {
    requireNonNull(signals, "signals");
    return singleOf(requireNonNull(body, "body"), Signals.on(signals));
  }

  private static <T> Single<T> singleOf(
      Body<? extends T, ? extends Exception> body, @Nullable Executor signals) {
    return AwaitableSingle.of(
        BodyAwaitable.<T>cold(
            "bridge-single",
            () -> requireNonNull(body.call(), "the body of a single returned null"),
            signals));
  }

  /**
   * Makes a cold Maybe of imperative code. If the body returns null, the Maybe completes empty;
   * everything else is as for {@link #single(Body)}.
   *
   * <p>At the beginning of a chain, Java cannot infer the type of the value, so declare it: {@code
   * RxJavaBridge.<String>maybe(...).switchIfEmpty(...)}.
   *
   * @param body the code
   * @param <T> the type of the value
   * @return the Maybe
   */
  public static <T> Maybe<T> maybe(Body<@Nullable T, ? extends Exception> body) {
    return maybeOf(requireNonNull(body, "body"), null);
  }

  /**
   * Makes a cold Maybe of imperative code without a value; see {@link #maybe(Body)}. If the code is
   * one await of a source with a value, write it in braces: {@code maybe(() -> { await(save());
   * })}. Without braces the lambda returns that value.
   *
   * @param body the code
   * @return a Maybe that completes empty when the code returns
   */
  public static Maybe<Void> maybe(VoidBody<? extends Exception> body) {
    return maybeOf(VoidBodies.returningNull(body), null);
  }

  /**
   * Makes a cold Maybe of imperative code, and delivers its signals on a scheduler. If the body
   * returns null, the Maybe completes empty; everything else is as for {@link #single(Scheduler,
   * Body)}.
   *
   * @param signals runs the signals
   * @param body the code
   * @param <T> the type of the value
   * @return the Maybe
   */
  public static <T> Maybe<T> maybe(Scheduler signals, Body<@Nullable T, ? extends Exception> body) {
    requireNonNull(signals, "signals");
    return maybeOf(requireNonNull(body, "body"), Signals.on(signals));
  }

  /**
   * Makes a cold Maybe of imperative code without a value; see {@link #maybe(Scheduler, Body)}.
   *
   * @param signals runs the signals
   * @param body the code
   * @return a Maybe that completes empty when the code returns
   */
  public static Maybe<Void> maybe(Scheduler signals, VoidBody<? extends Exception> body) {
    requireNonNull(signals, "signals");
    return maybeOf(VoidBodies.returningNull(body), Signals.on(signals));
  }

  private static <T> Maybe<T> maybeOf(
      Body<@Nullable T, ? extends Exception> body, @Nullable Executor signals) {
    return AwaitableMaybe.of(BodyAwaitable.<@Nullable T>cold("bridge-maybe", body, signals));
  }

  /**
   * Makes a cold Completable of imperative code without a value; everything else is as for {@link
   * #single(Body)}.
   *
   * @param body the code
   * @return the Completable
   */
  public static Completable completable(VoidBody<? extends Exception> body) {
    return completableOf(body, null);
  }

  /**
   * Makes a cold Completable of imperative code without a value, and delivers its signals on a
   * scheduler; everything else is as for {@link #single(Scheduler, Body)}.
   *
   * @param signals runs the signals
   * @param body the code
   * @return the Completable
   */
  public static Completable completable(Scheduler signals, VoidBody<? extends Exception> body) {
    return completableOf(body, Signals.on(requireNonNull(signals, "signals")));
  }

  private static Completable completableOf(
      VoidBody<? extends Exception> body, @Nullable Executor signals) {
    return AwaitableCompletable.of(
        BodyAwaitable.<@Nullable Object>cold(
            "bridge-completable", VoidBodies.returningNull(body), signals));
  }

  /**
   * Makes a cold Flowable of imperative code that emits items. The body runs once for each
   * subscriber, on its own virtual thread. {@link Emitter#emit} waits for demand; nothing is
   * buffered or dropped.
   *
   * <p><b>Cancellation:</b> as for {@link #single(Body)}.
   *
   * <p><b>Errors:</b> as for {@link #single(Body)}. A request of less than one item fails the
   * stream with an {@link IllegalArgumentException} (RS 3.9).
   *
   * <p><b>Memory:</b> nothing keeps an item after its {@code emit}.
   *
   * @param body the code that emits
   * @param <T> the type of the items
   * @return the Flowable
   */
  public static <T> Flowable<T> flowable(Emitter.Body<T> body) {
    return CoroutineFlowable.of("bridge-flowable", requireNonNull(body, "body"), null);
  }

  /**
   * Makes a cold Flowable of imperative code, and delivers its signals on a scheduler; everything
   * else is as for {@link #flowable(Emitter.Body)}. {@link Emitter#emit} returns when the
   * subscriber has received the item. So nothing is buffered here either, unlike with {@code
   * observeOn}.
   *
   * <p><b>Errors:</b> if the scheduler rejects an item, {@code emit} throws a {@code
   * RejectedExecutionException}. If it rejects the terminal signal, the stream fails with that
   * exception, on the coroutine's thread.
   *
   * @param signals runs each {@code onNext} and the terminal signal, one at a time; {@code
   *     onSubscribe} is called on the subscribing thread
   * @param body the code that emits
   * @param <T> the type of the items
   * @return the Flowable
   */
  public static <T> Flowable<T> flowable(Scheduler signals, Emitter.Body<T> body) {
    requireNonNull(signals, "signals");
    return CoroutineFlowable.of(
        "bridge-flowable", requireNonNull(body, "body"), Signals.on(signals));
  }

  /**
   * Makes a cold Observable of imperative code that emits items. An Observable has no demand, so
   * {@link Emitter#emit} never waits for demand. Everything else is as for {@link #flowable}.
   *
   * @param body the code that emits
   * @param <T> the type of the items
   * @return the Observable
   */
  public static <T> Observable<T> observable(Emitter.Body<T> body) {
    return observableOf(requireNonNull(body, "body"), null);
  }

  /**
   * Makes a cold Observable of imperative code, and delivers its signals on a scheduler. An
   * Observable has no demand; everything else is as for {@link #flowable(Scheduler, Emitter.Body)}.
   *
   * @param signals runs each {@code onNext} and the terminal signal, one at a time
   * @param body the code that emits
   * @param <T> the type of the items
   * @return the Observable
   */
  public static <T> Observable<T> observable(Scheduler signals, Emitter.Body<T> body) {
    requireNonNull(signals, "signals");
    return observableOf(requireNonNull(body, "body"), Signals.on(signals));
  }

  private static <T> Observable<T> observableOf(Emitter.Body<T> body, @Nullable Executor signals) {
    return CoroutineObservable.of(CoroutineFlowable.of("bridge-observable", body, signals));
  }

  /**
   * Runs imperative code for each item, several at a time, and keeps the order: {@code
   * ids.compose(mapAwaitFlowable(8, id -> await(load(id))))}. The code for each item runs on its
   * own virtual thread. If it returns null, the Flowable has no value for that item. If the items
   * are groups of a {@code groupBy}, {@code concurrency} must be at least the number of groups: a
   * group that is not read stops the source, and with it all other groups.
   *
   * <p><b>Cancellation:</b> cancels the source and the code of all items in flight.
   *
   * <p><b>Errors:</b> the first failure, of the source or of the code, cancels the rest and fails
   * the Flowable. Later failures go to {@code RxJavaPlugins.onError}.
   *
   * <p><b>Memory:</b> at most {@code concurrency} items are in flight: requested, being processed,
   * or finished and waiting to be delivered. One more item is requested for each delivered one.
   *
   * @param concurrency the maximum number of items in flight, at least 1
   * @param body the code for one item
   * @param <A> the type of the items
   * @param <B> the type of the values
   * @return a function for {@code Flowable.compose}
   */
  @SuppressWarnings("NullAway") // NullAway does not see the record's nullable type argument
  public static <A, B> FlowableTransformer<A, B> mapAwaitFlowable(
      int concurrency, ItemBody<? super A, @Nullable B, ? extends Exception> body) {
    var settings = new MapAwaitSubscription.Settings<A, B>(concurrency, body, true);
    return items -> MapAwaitFlowable.of(items, settings);
  }

  /**
   * Runs imperative code for each item, several at a time, and delivers the values in the order in
   * which they are ready. It differs from {@link #mapAwaitFlowable} only in that order.
   *
   * @param concurrency the maximum number of items in flight, at least 1
   * @param body the code for one item
   * @param <A> the type of the items
   * @param <B> the type of the values
   * @return a function for {@code Flowable.compose}
   */
  @SuppressWarnings("NullAway") // NullAway does not see the record's nullable type argument
  public static <A, B> FlowableTransformer<A, B> mapAwaitFlowableUnordered(
      int concurrency, ItemBody<? super A, @Nullable B, ? extends Exception> body) {
    var settings = new MapAwaitSubscription.Settings<A, B>(concurrency, body, false);
    return items -> MapAwaitFlowable.of(items, settings);
  }

  /**
   * Converts a source that can be awaited into a Single: {@code toSingle(awaitable(mono))}. No
   * thread waits for it. Each observer causes one subscription to the source.
   *
   * <p><b>Cancellation:</b> disposal cancels the source, on the thread that calls {@code dispose}.
   *
   * <p><b>Errors:</b> the Single fails with the source's failure; after the disposal the failure
   * goes to {@code RxJavaPlugins.onError}. If the source is empty, the Single fails with a {@link
   * NoSuchElementException}.
   *
   * <p><b>Memory:</b> a value that arrives after the disposal goes to {@code
   * io.bridge.Undeliverable.onDiscard}.
   *
   * @param awaitable the source
   * @param <T> the type of the value
   * @return the Single
   */
  public static <T> Single<T> toSingle(Awaitable<? extends @Nullable T> awaitable) {
    return AwaitableSingle.of(requireNonNull(awaitable, "awaitable"));
  }

  /**
   * Converts a source that can be awaited into a Maybe. If the source is empty, the Maybe completes
   * empty; everything else is as for {@link #toSingle}.
   *
   * @param awaitable the source
   * @param <T> the type of the value
   * @return the Maybe
   */
  public static <T> Maybe<T> toMaybe(Awaitable<? extends @Nullable T> awaitable) {
    return AwaitableMaybe.of(requireNonNull(awaitable, "awaitable"));
  }

  /**
   * Converts a source that can be awaited into a Completable. A value of the source is discarded;
   * everything else is as for {@link #toSingle}.
   *
   * @param awaitable the source
   * @return the Completable
   */
  public static Completable toCompletable(Awaitable<?> awaitable) {
    return AwaitableCompletable.of(requireNonNull(awaitable, "awaitable"));
  }

  /**
   * Converts any publisher into a Flowable. Subscribers of the Flowable subscribe directly to the
   * publisher.
   *
   * @param publisher the source
   * @param <T> the type of the items
   * @return the Flowable
   */
  @SuppressWarnings("unchecked") // a publisher only produces
  public static <T> Flowable<T> toFlowable(Publisher<? extends T> publisher) {
    return Flowable.fromPublisher((Publisher<T>) requireNonNull(publisher, "publisher"));
  }

  /**
   * Converts any publisher into an Observable. The Observable requests all items at once.
   *
   * @param publisher the source
   * @param <T> the type of the items
   * @return the Observable
   */
  @SuppressWarnings("unchecked") // a publisher only produces
  public static <T> Observable<T> toObservable(Publisher<? extends T> publisher) {
    return Observable.fromPublisher((Publisher<T>) requireNonNull(publisher, "publisher"));
  }

  private static <T> T present(@Nullable T item) {
    if (item == null) {
      throw new NoSuchElementException("the source completed empty");
    }
    return item;
  }
}
