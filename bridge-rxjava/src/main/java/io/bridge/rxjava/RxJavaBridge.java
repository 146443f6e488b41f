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
import io.bridge.internal.coroutine.Bodies;
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
 * bridge for RxJava 3, for {@code import static io.bridge.rxjava.RxJavaBridge.*}, which brings
 * every await of {@link Await} along: a {@code Flowable} is awaited as the {@code Publisher} it is.
 *
 * <p><b>Cancellation</b> of an await disposes its source once, see {@linkplain io.bridge the
 * package}. <b>Errors</b> are thrown unchecked as is, checked as the cause of a {@link
 * CompletionException}. <b>Memory:</b> actions before the terminal signal happen-before the return.
 *
 * @since 0.1.0
 */
public final class RxJavaBridge extends Await {

  /** The items that an Observable may be ahead of its loop. */
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
   * Awaits the only item of {@code observable}; a second one disposes it and is an {@link
   * IllegalArgumentException}.
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
   * Awaits the first item of {@code observable} and disposes the rest: what the source would have
   * done after it does not happen.
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
   * Awaits the first item of {@code observable} and disposes the rest, as {@link
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
   * Awaits the first item of {@code observable} and disposes the rest, as {@link
   * #awaitFirst(ObservableSource)} does.
   *
   * @param observable any number of items
   * @param fallback asked if the source completes empty
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
   * @param collector takes the items as they come, on the threads that bring them, one at a time
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
   * Awaits {@code single} and throws a checked failure of one type as itself.
   *
   * @param single the source
   * @param type the failure to be thrown as itself
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
   * Awaits {@code maybe} and throws a checked failure of one type as itself.
   *
   * @param maybe the source
   * @param type the failure to be thrown as itself
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
   * Awaits the end of {@code completable} and throws a checked failure of one type as itself.
   *
   * @param completable the source
   * @param type the failure to be thrown as itself
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
   * Awaits {@code observable} and throws a checked failure of one type as itself.
   *
   * @param observable at most one item
   * @param type the failure to be thrown as itself
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
   * Awaits two Singles at once, with no thread for any, and combines their values; for more, see
   * {@link Await#awaitAll(java.util.Collection)}, whose promises hold here.
   *
   * @param first the first source
   * @param second the second source
   * @param combiner gets the values, on the calling thread; what it throws is thrown as is
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
   * Awaits three Singles at once, with no thread for any, and combines their values; for more, see
   * {@link Await#awaitAll(java.util.Collection)}, whose promises hold here.
   *
   * @param first the first source
   * @param second the second source
   * @param third the third source
   * @param combiner gets the values, on the calling thread; what it throws is thrown as is
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
   * Makes {@code single} awaitable, for {@link Await#awaitAll(java.util.Collection)}. Nothing is
   * subscribed before it is awaited; each await subscribes once.
   *
   * @param single the source
   * @param <T> the type of the value
   * @return its value is the value
   */
  public static <T> Awaitable<T> awaitable(SingleSource<? extends T> single) {
    return RxJavaLibrary.<T>awaitable(requireNonNull(single, "single"));
  }

  /**
   * Makes {@code maybe} awaitable, for {@link Await#awaitAll(java.util.Collection)}. Nothing is
   * subscribed before it is awaited; each await subscribes once.
   *
   * @param maybe the source
   * @param <T> the type of the value
   * @return its value is the value, null if the source completes empty
   */
  public static <T> Awaitable<@Nullable T> awaitable(MaybeSource<? extends T> maybe) {
    return RxJavaLibrary.<T>awaitable(requireNonNull(maybe, "maybe"));
  }

  /**
   * Makes {@code completable} awaitable; see {@link #awaitable(SingleSource)}.
   *
   * @param completable the source
   * @return its value is null
   */
  public static Awaitable<@Nullable Void> awaitable(CompletableSource completable) {
    return RxJavaLibrary.awaitable(requireNonNull(completable, "completable"));
  }

  /**
   * Makes {@code observable} awaitable, for {@link Await#awaitAll(java.util.Collection)}. Nothing
   * is subscribed before it is awaited; each await subscribes once.
   *
   * @param observable at most one item
   * @param <T> the type of the item
   * @return its value is the item, null if the source completes empty
   */
  public static <T> Awaitable<@Nullable T> awaitable(ObservableSource<? extends T> observable) {
    return RxJavaLibrary.<T, @Nullable T>awaitable(
        requireNonNull(observable, "observable"), Fold.one());
  }

  /**
   * Opens a cursor on {@code observable} and subscribes to it now; see {@link
   * io.bridge.Publishers#iterate(Publisher)}. An Observable has no demand: it is never slowed down,
   * and one that is {@value #OBSERVABLE_BUFFER} items ahead of the loop is disposed and fails with
   * a {@code MissingBackpressureException}, after those items.
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
   * @param capacity of the buffer in items, at least 1; {@code Integer.MAX_VALUE} is without a
   *     bound
   * @param <T> the type of the items
   * @return the cursor, to be closed
   */
  public static <T> Cursor<T> iterate(ObservableSource<? extends T> observable, int capacity) {
    return RxJavaLibrary.iterate(requireNonNull(observable, "observable"), capacity);
  }

  /**
   * Makes a cold Single of imperative code: each observer gets a run of its own on a virtual thread
   * of its own, nothing runs before it subscribes.
   *
   * <p><b>Cancellation:</b> disposal cancels the body's coroutine and interrupts what blocks in it;
   * see {@linkplain io.bridge the package}.
   *
   * <p><b>Errors:</b> what the body throws is the Single's failure, an {@link Error} too; of a
   * source that it awaits and does not catch, the source's own (A7). After the disposal it goes to
   * {@code RxJavaPlugins.onError}. A null value is a {@link NullPointerException}.
   *
   * <p><b>Memory:</b> what happened before the subscription happens-before the body.
   *
   * @param body the code
   * @param <T> the type of the value
   * @return the Single
   */
  public static <T> Single<T> single(Body<? extends T, ? extends Exception> body) {
    return singleOf(requireNonNull(body, "body"), null);
  }

  /**
   * Makes a cold Single of imperative code whose signals are delivered on a scheduler; otherwise as
   * {@link #single(Body)}.
   *
   * <p><b>Errors:</b> a scheduler that rejects the value fails the Single with a {@code
   * RejectedExecutionException}, on the coroutine's thread.
   *
   * @param signals runs the signals; {@code onSubscribe} comes on the thread that subscribes
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
        Bodies.<T>awaitable(
            "bridge-single",
            () -> requireNonNull(body.call(), "the body of a single returned null"),
            signals));
  }

  /**
   * Makes a cold Maybe of imperative code; as {@link #single(Body)}, but a null value completes it
   * empty.
   *
   * <p>In a chain, the type of the value must be said: {@code
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
   * Makes a cold Maybe of imperative code without a value; see {@link #maybe(Body)}. An await of
   * something that has a value goes into braces here: {@code maybe(() -> { await(save()); })},
   * since without them the lambda has that value.
   *
   * @param body the code
   * @return a Maybe that completes empty when the code returns
   */
  public static Maybe<Void> maybe(VoidBody<? extends Exception> body) {
    return maybeOf(VoidBodies.returningNull(body), null);
  }

  /**
   * Makes a cold Maybe of imperative code whose signals are delivered on a scheduler; as {@link
   * #single(Scheduler, Body)}, but a null value completes it empty.
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
    return AwaitableMaybe.of(Bodies.<@Nullable T>awaitable("bridge-maybe", body, signals));
  }

  /**
   * Makes a cold Completable of imperative code; as {@link #single(Body)}, without a value.
   *
   * @param body the code
   * @return the Completable
   */
  public static Completable completable(VoidBody<? extends Exception> body) {
    return completableOf(body, null);
  }

  /**
   * Makes a cold Completable of imperative code whose signals are delivered on a scheduler; as
   * {@link #single(Scheduler, Body)}, without a value.
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
        Bodies.<@Nullable Object>awaitable(
            "bridge-completable", VoidBodies.returningNull(body), signals));
  }

  /**
   * Makes a cold Flowable of imperative code that emits: each subscriber gets a run of its own on a
   * virtual thread of its own. {@link Emitter#emit} waits for demand; nothing is buffered or
   * dropped.
   *
   * <p><b>Cancellation:</b> as {@link #single(Body)}.
   *
   * <p><b>Errors:</b> as {@link #single(Body)}; a request of less than one item fails the stream
   * with an {@link IllegalArgumentException} (RS 3.9).
   *
   * <p><b>Memory:</b> no item is kept after its {@code emit}.
   *
   * @param body the code that emits
   * @param <T> the type of the items
   * @return the Flowable
   */
  public static <T> Flowable<T> flowable(Emitter.Body<T> body) {
    return CoroutineFlowable.of("bridge-flowable", requireNonNull(body, "body"), null);
  }

  /**
   * Makes a cold Flowable of imperative code whose signals are delivered on a scheduler; otherwise
   * as {@link #flowable(Emitter.Body)}. {@link Emitter#emit} returns when the subscriber has
   * received the item, so nothing is buffered here either, as {@code observeOn} would.
   *
   * <p><b>Errors:</b> a scheduler that rejects an item makes {@code emit} throw a {@code
   * RejectedExecutionException}; one that rejects the end fails the stream with that, on the
   * coroutine's thread.
   *
   * @param signals runs each {@code onNext} and the end, one at a time; {@code onSubscribe} comes
   *     on the thread that subscribes
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
   * Makes a cold Observable of imperative code that emits; as {@link #flowable}, but an Observable
   * has no demand, so {@link Emitter#emit} never waits for any.
   *
   * @param body the code that emits
   * @param <T> the type of the items
   * @return the Observable
   */
  public static <T> Observable<T> observable(Emitter.Body<T> body) {
    return observableOf(requireNonNull(body, "body"), null);
  }

  /**
   * Makes a cold Observable of imperative code whose signals are delivered on a scheduler; as
   * {@link #flowable(Scheduler, Emitter.Body)}, but an Observable has no demand.
   *
   * @param signals runs each {@code onNext} and the end, one at a time
   * @param body the code that emits
   * @param <T> the type of the items
   * @return the Observable
   */
  public static <T> Observable<T> observable(Scheduler signals, Emitter.Body<T> body) {
    requireNonNull(signals, "signals");
    return observableOf(requireNonNull(body, "body"), Signals.on(signals));
  }

  private static <T> Observable<T> observableOf(Emitter.Body<T> body, @Nullable Executor signals) {
    return CoroutineFlowable.of("bridge-observable", body, signals).toObservable();
  }

  /**
   * Runs imperative code for each item, several at a time, and keeps the order: {@code
   * ids.compose(mapAwaitFlowable(8, id -> await(load(id))))}. Each run has a virtual thread of its
   * own; a null value is no item. The groups of a {@code groupBy} need a run for each of them: one
   * that nobody reads stops its source, and so the others.
   *
   * <p><b>Cancellation:</b> cancels the source and all runs.
   *
   * <p><b>Errors:</b> the first failure, of the source or of a run, cancels the rest and is the
   * Flowable's; later ones go to {@code RxJavaPlugins.onError}.
   *
   * <p><b>Memory:</b> {@code concurrency} items are requested, running or waiting to be delivered,
   * not more; one is requested for each that is delivered.
   *
   * @param concurrency runs at the same time, at least 1
   * @param body the code for one item
   * @param <A> the type of the items
   * @param <B> the type of the values
   * @return for {@code Flowable.compose}
   */
  @SuppressWarnings("NullAway") // it does not see the nullable type argument of the record
  public static <A, B> FlowableTransformer<A, B> mapAwaitFlowable(
      int concurrency, ItemBody<? super A, @Nullable B, ? extends Exception> body) {
    var settings = new MapAwaitSubscription.Settings<A, B>(concurrency, body, true);
    return items -> MapAwaitFlowable.of(items, settings);
  }

  /**
   * Runs imperative code for each item, several at a time; as {@link #mapAwaitFlowable}, but
   * delivers the values as they come.
   *
   * @param concurrency runs at the same time, at least 1
   * @param body the code for one item
   * @param <A> the type of the items
   * @param <B> the type of the values
   * @return for {@code Flowable.compose}
   */
  @SuppressWarnings("NullAway") // it does not see the nullable type argument of the record
  public static <A, B> FlowableTransformer<A, B> mapAwaitFlowableUnordered(
      int concurrency, ItemBody<? super A, @Nullable B, ? extends Exception> body) {
    var settings = new MapAwaitSubscription.Settings<A, B>(concurrency, body, false);
    return items -> MapAwaitFlowable.of(items, settings);
  }

  /**
   * Converts anything that can be awaited into a Single; no thread waits for it. Each observer
   * subscribes to it once: {@code toSingle(awaitable(mono))}.
   *
   * <p><b>Cancellation:</b> disposal cancels the source, on the thread that disposes.
   *
   * <p><b>Errors:</b> the source's own; after the disposal to {@code RxJavaPlugins.onError}. A
   * source without a value is a {@link NoSuchElementException}.
   *
   * <p><b>Memory:</b> a value that comes after the disposal goes to {@code
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
   * Converts anything that can be awaited into a Maybe; as {@link #toSingle}, but a source without
   * a value completes it empty.
   *
   * @param awaitable the source
   * @param <T> the type of the value
   * @return the Maybe
   */
  public static <T> Maybe<T> toMaybe(Awaitable<? extends @Nullable T> awaitable) {
    return AwaitableMaybe.of(requireNonNull(awaitable, "awaitable"));
  }

  /**
   * Converts anything that can be awaited into a Completable; as {@link #toSingle}, but a value is
   * discarded.
   *
   * @param awaitable the source
   * @return the Completable
   */
  public static Completable toCompletable(Awaitable<?> awaitable) {
    return AwaitableCompletable.of(requireNonNull(awaitable, "awaitable"));
  }

  /**
   * Converts any publisher into a Flowable, whose subscribers subscribe to it directly.
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
   * Converts any publisher into an Observable, which requests all items at once.
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
