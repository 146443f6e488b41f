package io.bridge;

import static java.util.Objects.requireNonNull;

import io.bridge.internal.await.AllAwait;
import io.bridge.internal.await.AnyAwait;
import io.bridge.internal.await.CallbackAwait;
import io.bridge.internal.await.Fold;
import io.bridge.internal.base.Guard;
import io.bridge.internal.failure.CallsSource;
import io.bridge.internal.failure.EntryPoint;
import io.bridge.internal.failure.Failures;
import io.bridge.internal.library.ReactiveLibraries;
import io.bridge.internal.mapping.MapConcurrentLoop;
import io.bridge.internal.scope.MapConcurrentJoiner;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;

/**
 * Awaits asynchronous sources in imperative code. Import the methods of this class statically, or
 * those of an adapter's facade, which inherits all of them: {@code import static
 * io.bridge.reactor.ReactorBridge.*}.
 *
 * <p>Every method here subscribes once. Except for the methods with {@code First} in their name,
 * each returns when the source has ended, so the source's last steps, such as a commit, always run.
 * {@linkplain io.bridge The package} describes threads, cancellation, errors and memory for all of
 * them.
 *
 * @since 0.1.0
 */
@EntryPoint
@CallsSource(entry = true)
public abstract class Await {

  /**
   * There are no instances; the adapters' facades extend this class to inherit its static methods.
   */
  protected Await() {}

  /**
   * Awaits the only item of {@code publisher}.
   *
   * <p><b>Cancellation:</b> cancels the subscription once; see {@linkplain io.bridge the package}.
   *
   * <p><b>Errors:</b> an unchecked failure is thrown as is, a checked one as the cause of a {@link
   * CompletionException}. A second item cancels the source, and the await throws an {@link
   * IllegalArgumentException}.
   *
   * <p><b>Memory:</b> actions before the terminal signal happen-before the return.
   *
   * @param publisher at most one item; unbounded demand
   * @param <T> the type of the item
   * @return the item, null if the source completes empty
   */
  public static <T> @Nullable T await(Publisher<? extends T> publisher) {
    return ReactiveLibraries.<T, @Nullable T>await(
        requireNonNull(publisher, "publisher"), Fold.one());
  }

  /**
   * Awaits the only item of {@code publisher}; see {@link #await(Publisher)}.
   *
   * @param publisher at most one item; unbounded demand
   * @param <T> the type of the item
   * @return the item, null if the source completes empty
   */
  public static <T> @Nullable T await(Flow.Publisher<? extends T> publisher) {
    return await(reactive(publisher));
  }

  /**
   * Awaits {@code awaitable}.
   *
   * @param awaitable the source
   * @param <T> the type of the value
   * @return its value
   */
  public static <T extends @Nullable Object> T await(Awaitable<? extends T> awaitable) {
    return CallbackAwait.<T>await(requireNonNull(awaitable, "awaitable"));
  }

  /**
   * Awaits one callback: {@code suspend(s -> client.call(s::resume, s::fail))}. The lambda
   * registers the callback and returns. It may register an action that stops the work, with {@link
   * Suspension#onCancel}.
   *
   * @param awaitable passes its {@link Suspension} to the callback; an exception from {@code
   *     awaitable} fails the await
   * @param <T> the type of the value
   * @return the value that the callback received
   */
  public static <T extends @Nullable Object> T suspend(Awaitable<T> awaitable) {
    return CallbackAwait.<T>await(requireNonNull(awaitable, "awaitable"));
  }

  /**
   * Awaits the only item of {@code publisher}, which must have one.
   *
   * @param publisher exactly one item; unbounded demand
   * @param <T> the type of the item
   * @return the item
   * @throws NoSuchElementException if the source completes empty
   * @throws IllegalArgumentException if there is a second item; the source is cancelled
   */
  public static <T> T awaitSingle(Publisher<? extends T> publisher) {
    return present(Await.<T>await(publisher));
  }

  /**
   * Awaits the only item of {@code publisher}; see {@link #awaitSingle(Publisher)}.
   *
   * @param publisher exactly one item; unbounded demand
   * @param <T> the type of the item
   * @return the item
   */
  public static <T> T awaitSingle(Flow.Publisher<? extends T> publisher) {
    return awaitSingle(reactive(publisher));
  }

  /**
   * Awaits the only item of {@code publisher}, if there is one.
   *
   * @param publisher at most one item; unbounded demand
   * @param <T> the type of the item
   * @return the item, empty if the source completes empty
   * @throws IllegalArgumentException if there is a second item; the source is cancelled
   */
  public static <T> Optional<T> awaitOptional(Publisher<? extends T> publisher) {
    return Optional.ofNullable(Await.<T>await(publisher));
  }

  /**
   * Awaits the only item of {@code publisher}, if there is one; see {@link
   * #awaitOptional(Publisher)}.
   *
   * @param publisher at most one item; unbounded demand
   * @param <T> the type of the item
   * @return the item, empty if the source completes empty
   */
  public static <T> Optional<T> awaitOptional(Flow.Publisher<? extends T> publisher) {
    return awaitOptional(reactive(publisher));
  }

  /**
   * Awaits the first item of {@code publisher} and cancels the source, so the source does nothing
   * after that item. If the source's type allows at most one item, as a {@code Mono} does, this
   * method awaits its end instead of cancelling it.
   *
   * @param publisher any number of items; a demand of one
   * @param <T> the type of the item
   * @return the first item
   * @throws NoSuchElementException if the source completes empty
   */
  public static <T> T awaitFirst(Publisher<? extends T> publisher) {
    return present(Await.<T>awaitFirstOrNull(publisher));
  }

  /**
   * Awaits the first item of {@code publisher} and cancels the rest; see {@link
   * #awaitFirst(Publisher)}.
   *
   * @param publisher any number of items; a demand of one
   * @param <T> the type of the item
   * @return the first item
   */
  public static <T> T awaitFirst(Flow.Publisher<? extends T> publisher) {
    return awaitFirst(reactive(publisher));
  }

  /**
   * Awaits the first item of {@code publisher} and cancels the rest, as {@link
   * #awaitFirst(Publisher)} does.
   *
   * @param publisher any number of items; a demand of one
   * @param <T> the type of the item
   * @return the first item, null if the source completes empty
   */
  public static <T> @Nullable T awaitFirstOrNull(Publisher<? extends T> publisher) {
    return ReactiveLibraries.<T, @Nullable T>await(
        requireNonNull(publisher, "publisher"), Fold.first());
  }

  /**
   * Awaits the first item of {@code publisher} and cancels the rest; see {@link
   * #awaitFirstOrNull(Publisher)}.
   *
   * @param publisher any number of items; a demand of one
   * @param <T> the type of the item
   * @return the first item, null if the source completes empty
   */
  public static <T> @Nullable T awaitFirstOrNull(Flow.Publisher<? extends T> publisher) {
    return awaitFirstOrNull(reactive(publisher));
  }

  /**
   * Awaits the first item of {@code publisher} and cancels the rest, as {@link
   * #awaitFirst(Publisher)} does.
   *
   * @param publisher any number of items; a demand of one
   * @param fallback called if the source completes empty
   * @param <T> the type of the item
   * @return the first item, or the fallback's
   */
  public static <T> T awaitFirstOrElse(
      Publisher<? extends T> publisher, Supplier<? extends T> fallback) {
    requireNonNull(fallback, "fallback");
    @Nullable T first = Await.<T>awaitFirstOrNull(publisher);
    return first != null ? first : fallback.get();
  }

  /**
   * Awaits the first item of {@code publisher} and cancels the rest; see {@link
   * #awaitFirstOrElse(Publisher, Supplier)}.
   *
   * @param publisher any number of items; a demand of one
   * @param fallback called if the source completes empty
   * @param <T> the type of the item
   * @return the first item, or the fallback's
   */
  public static <T> T awaitFirstOrElse(
      Flow.Publisher<? extends T> publisher, Supplier<? extends T> fallback) {
    return awaitFirstOrElse(reactive(publisher), fallback);
  }

  /**
   * Awaits the end of {@code publisher} and returns its last item.
   *
   * @param publisher any number of items; unbounded demand
   * @param <T> the type of the item
   * @return the last item
   * @throws NoSuchElementException if the source completes empty
   */
  public static <T> T awaitLast(Publisher<? extends T> publisher) {
    return present(Await.<T>awaitLastOrNull(publisher));
  }

  /**
   * Awaits the end of {@code publisher}; see {@link #awaitLast(Publisher)}.
   *
   * @param publisher any number of items; unbounded demand
   * @param <T> the type of the item
   * @return the last item
   */
  public static <T> T awaitLast(Flow.Publisher<? extends T> publisher) {
    return awaitLast(reactive(publisher));
  }

  /**
   * Awaits the end of {@code publisher} and returns its last item.
   *
   * @param publisher any number of items; unbounded demand
   * @param <T> the type of the item
   * @return the last item, null if the source completes empty
   */
  public static <T> @Nullable T awaitLastOrNull(Publisher<? extends T> publisher) {
    return ReactiveLibraries.<T, @Nullable T>await(
        requireNonNull(publisher, "publisher"), Fold.last());
  }

  /**
   * Awaits the end of {@code publisher}; see {@link #awaitLastOrNull(Publisher)}.
   *
   * @param publisher any number of items; unbounded demand
   * @param <T> the type of the item
   * @return the last item, null if the source completes empty
   */
  public static <T> @Nullable T awaitLastOrNull(Flow.Publisher<? extends T> publisher) {
    return awaitLastOrNull(reactive(publisher));
  }

  /**
   * Awaits all items of {@code publisher}.
   *
   * @param publisher any number of items; unbounded demand
   * @param <T> the type of the items
   * @return the items in their order, unmodifiable; an empty list if there are none
   */
  public static <T> List<T> awaitList(Publisher<? extends T> publisher) {
    return awaitCollect(publisher, Collectors.<T>toUnmodifiableList());
  }

  /**
   * Awaits all items of {@code publisher}; see {@link #awaitList(Publisher)}.
   *
   * @param publisher any number of items; unbounded demand
   * @param <T> the type of the items
   * @return the items in their order, unmodifiable
   */
  public static <T> List<T> awaitList(Flow.Publisher<? extends T> publisher) {
    return awaitList(reactive(publisher));
  }

  /**
   * Awaits all items of {@code publisher} and collects them. An exception from the collector
   * cancels the source and fails the await.
   *
   * @param publisher any number of items; unbounded demand
   * @param collector receives the items one at a time, on the threads that signal them
   * @param <T> the type of the items
   * @param <A> the collector's container
   * @param <R> the collector's result
   * @return the collector's result
   */
  public static <T, A, R extends @Nullable Object> R awaitCollect(
      Publisher<? extends T> publisher, Collector<? super T, A, R> collector) {
    requireNonNull(publisher, "publisher");
    return ReactiveLibraries.<T, R>await(
        publisher, Fold.collect(requireNonNull(collector, "collector")));
  }

  /**
   * Awaits all items of {@code publisher}; see {@link #awaitCollect(Publisher, Collector)}.
   *
   * @param publisher any number of items; unbounded demand
   * @param collector takes the items
   * @param <T> the type of the items
   * @param <A> the collector's container
   * @param <R> the collector's result
   * @return the collector's result
   */
  public static <T, A, R extends @Nullable Object> R awaitCollect(
      Flow.Publisher<? extends T> publisher, Collector<? super T, A, R> collector) {
    return awaitCollect(reactive(publisher), collector);
  }

  /**
   * Awaits the end of {@code publisher}; its items are discarded.
   *
   * @param publisher any number of items; unbounded demand
   */
  public static void awaitCompletion(Publisher<?> publisher) {
    ReactiveLibraries.<Object, @Nullable Object>await(
        requireNonNull(publisher, "publisher"), Fold.none());
  }

  /**
   * Awaits the end of {@code publisher}; see {@link #awaitCompletion(Publisher)}.
   *
   * @param publisher any number of items; unbounded demand
   */
  public static void awaitCompletion(Flow.Publisher<?> publisher) {
    awaitCompletion(reactive(publisher));
  }

  /**
   * Awaits the only item of {@code publisher} and throws a checked failure of the given type
   * unwrapped.
   *
   * @param publisher at most one item; unbounded demand
   * @param type a failure of this type is thrown unwrapped, any other as {@link #await(Publisher)}
   *     says
   * @param <T> the type of the item
   * @param <X> the type of the failure
   * @return the item, null if the source completes empty
   * @throws X the failure of the source
   */
  public static <T, X extends Throwable> @Nullable T awaitOrThrow(
      Publisher<? extends T> publisher, Class<X> type) throws X {
    return Failures.<@Nullable T, X>orThrow(type, () -> Await.<T>await(publisher));
  }

  /**
   * Awaits the only item of {@code publisher}; see {@link #awaitOrThrow(Publisher, Class)}.
   *
   * @param publisher at most one item; unbounded demand
   * @param type a failure of this type is thrown unwrapped
   * @param <T> the type of the item
   * @param <X> the type of the failure
   * @return the item, null if the source completes empty
   * @throws X the failure of the source
   */
  public static <T, X extends Throwable> @Nullable T awaitOrThrow(
      Flow.Publisher<? extends T> publisher, Class<X> type) throws X {
    return Failures.<@Nullable T, X>orThrow(type, () -> Await.<T>await(publisher));
  }

  /**
   * Awaits {@code awaitable}, a coroutine for example, and throws a checked failure of the given
   * type unwrapped.
   *
   * @param awaitable the source
   * @param type a failure of this type is thrown unwrapped
   * @param <T> the type of the value
   * @param <X> the type of the failure
   * @return its value
   * @throws X the failure of the source
   */
  public static <T extends @Nullable Object, X extends Throwable> T awaitOrThrow(
      Awaitable<? extends T> awaitable, Class<X> type) throws X {
    return Failures.<T, X>orThrow(type, () -> Await.<T>await(awaitable));
  }

  /**
   * Makes an {@link Awaitable} of a publisher, for {@link #awaitAll(Collection)} for example. This
   * call does not subscribe; each await of the result subscribes once and behaves like {@link
   * #await(Publisher)}.
   *
   * @param publisher at most one item; unbounded demand
   * @param <T> the type of the item
   * @return an awaitable of the item, null if the source completes empty
   */
  public static <T> Awaitable<@Nullable T> awaitable(Publisher<? extends T> publisher) {
    return ReactiveLibraries.<T, @Nullable T>awaitable(
        requireNonNull(publisher, "publisher"), Fold.one());
  }

  /**
   * Makes a publisher awaitable; see {@link #awaitable(Publisher)}.
   *
   * @param publisher at most one item; unbounded demand
   * @param <T> the type of the item
   * @return an awaitable of the item, null if the source completes empty
   */
  public static <T> Awaitable<@Nullable T> awaitable(Flow.Publisher<? extends T> publisher) {
    return awaitable(reactive(publisher));
  }

  /**
   * Awaits all sources at once: subscribes to them in their order, then waits until all have a
   * value. No source needs a thread.
   *
   * <p><b>Cancellation:</b> cancels all sources that still run, on the awaiting thread.
   *
   * <p><b>Errors:</b> the first failure cancels the other sources and is thrown as {@linkplain
   * io.bridge the package} says. Later failures and the values that have already arrived go to
   * {@link Undeliverable}.
   *
   * <p><b>Memory:</b> actions before each value happen-before the return.
   *
   * @param awaitables the sources; without a source, the result is an empty list
   * @param <T> the type of the values
   * @return the values in the order of their sources, unmodifiable; may contain nulls
   */
  public static <T extends @Nullable Object> List<T> awaitAll(
      Collection<? extends Awaitable<? extends T>> awaitables) {
    return AllAwait.<T>await(requireNonNull(awaitables, "awaitables"));
  }

  /**
   * Awaits all sources at once; see {@link #awaitAll(Collection)}.
   *
   * @param awaitables the sources; without a source, the result is an empty list
   * @param <T> the type of the values
   * @return the values in the order of their sources, unmodifiable; may contain nulls
   */
  @SafeVarargs
  @SuppressWarnings("varargs") // it is only read
  public static <T extends @Nullable Object> List<T> awaitAll(
      Awaitable<? extends T>... awaitables) {
    return AllAwait.<T>await(Arrays.asList(requireNonNull(awaitables, "awaitables")));
  }

  /**
   * Awaits two sources at once and combines their values; see {@link #awaitAll(Collection)}.
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
  @SuppressWarnings("unchecked") // the values come in the order of their sources
  public static <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
      R awaitAll(
          Awaitable<? extends A> first,
          Awaitable<? extends B> second,
          BiFunction<? super A, ? super B, ? extends R> combiner) {
    requireNonNull(first, "first");
    requireNonNull(second, "second");
    requireNonNull(combiner, "combiner");
    List<@Nullable Object> values = AllAwait.<@Nullable Object>await(List.of(first, second));
    return combiner.apply((A) values.get(0), (B) values.get(1));
  }

  /**
   * Awaits three sources at once and combines their values; see {@link #awaitAll(Collection)}.
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
  @SuppressWarnings("unchecked") // the values come in the order of their sources
  public static <
          A extends @Nullable Object,
          B extends @Nullable Object,
          C extends @Nullable Object,
          R extends @Nullable Object>
      R awaitAll(
          Awaitable<? extends A> first,
          Awaitable<? extends B> second,
          Awaitable<? extends C> third,
          TriFunction<? super A, ? super B, ? super C, ? extends R> combiner) {
    requireNonNull(first, "first");
    requireNonNull(second, "second");
    requireNonNull(third, "third");
    requireNonNull(combiner, "combiner");
    List<@Nullable Object> values = AllAwait.<@Nullable Object>await(List.of(first, second, third));
    return combiner.apply((A) values.get(0), (B) values.get(1), (C) values.get(2));
  }

  /**
   * Awaits the first value of several sources, and cancels the others. No source needs a thread.
   *
   * <p><b>Cancellation:</b> cancels all sources that still run, on the awaiting thread.
   *
   * <p><b>Errors:</b> failures are ignored as long as another source may still succeed. If all
   * sources fail, the last failure is thrown as {@linkplain io.bridge the package} says; the
   * earlier ones are suppressed in it, at most eight. A failure after the first value goes to
   * {@link Undeliverable}.
   *
   * <p><b>Memory:</b> actions before the value happen-before the return.
   *
   * @param awaitables the sources, at least one
   * @param <T> the type of the value
   * @return the first value
   * @throws IllegalArgumentException if there is no source
   */
  public static <T extends @Nullable Object> T awaitAny(
      Collection<? extends Awaitable<? extends T>> awaitables) {
    return AnyAwait.<T>await(requireNonNull(awaitables, "awaitables"));
  }

  /**
   * Awaits the first value of several sources; see {@link #awaitAny(Collection)}.
   *
   * @param awaitables the sources, at least one
   * @param <T> the type of the value
   * @return the first value
   * @throws IllegalArgumentException if there is no source
   */
  @SafeVarargs
  @SuppressWarnings("varargs") // it is only read
  public static <T extends @Nullable Object> T awaitAny(Awaitable<? extends T>... awaitables) {
    return AnyAwait.<T>await(Arrays.asList(requireNonNull(awaitables, "awaitables")));
  }

  /**
   * Runs imperative code for each item, several at a time, and waits for all: {@code List<User>
   * users = mapConcurrent(ids, 8, id -> await(load(id)))}. The code for each item runs on its own
   * virtual thread, in the context of the calling code. The calling thread iterates, and takes the
   * next item only when another coroutine may start.
   *
   * <p><b>Cancellation:</b> a cancellation of the calling code, or a failure, cancels and
   * interrupts the coroutines that run. This method returns after they have ended.
   *
   * <p><b>Errors:</b> the first failure, of the code or of the iterator, is thrown: an unchecked
   * one as is, a checked one as the cause of a {@link CompletionException}. Later failures are
   * suppressed in it, at most eight. The values that were ready before the failure, or arrive after
   * it, go to {@link Undeliverable#discard}.
   *
   * <p><b>Memory:</b> keeps each value and its coroutine's handle until it returns.
   *
   * @param items a finite number of items, none null
   * @param limit the maximum number of coroutines that run at the same time, at least 1
   * @param body the code for one item; code without a value returns null
   * @param <A> the type of the items
   * @param <B> the type of the values
   * @return the values in the order of their items, unmodifiable
   */
  public static <A, B extends @Nullable Object> List<B> mapConcurrent(
      Iterable<? extends A> items,
      int limit,
      ItemBody<? super A, ? extends B, ? extends Exception> body) {
    return MapConcurrentJoiner.<A, B>run(items, limit, body, true);
  }

  /**
   * Runs imperative code for each item, several at a time, and waits for all. It differs from
   * {@link #mapConcurrent(Iterable, int, ItemBody)} only in the order of the values.
   *
   * @param items a finite number of items, none null
   * @param limit the maximum number of coroutines that run at the same time, at least 1
   * @param body the code for one item
   * @param <A> the type of the items
   * @param <B> the type of the values
   * @return the values in the order in which their coroutines ended, unmodifiable
   */
  public static <A, B extends @Nullable Object> List<B> mapConcurrentUnordered(
      Iterable<? extends A> items,
      int limit,
      ItemBody<? super A, ? extends B, ? extends Exception> body) {
    return MapConcurrentJoiner.<A, B>run(items, limit, body, false);
  }

  /**
   * Runs imperative code for each item of {@code items}, several at a time, and returns the values
   * in the order of their items: {@code try (Cursor<User> users = mapConcurrent(ids, 8, id ->
   * await(load(id))))}. This call subscribes. The code for each item runs on its own virtual
   * thread, in the context of the calling code. A null value is skipped.
   *
   * <p><b>Cancellation:</b> {@link Cursor#close} cancels the source and the code of all items in
   * flight, and interrupts blocking calls in it. It does not wait for that code to end. Everything
   * else that cancels a {@link Cursor} has the same effect.
   *
   * <p><b>Errors:</b> the first failure, of the source or of the code, cancels the rest. The cursor
   * first returns the values that precede the failure in the order of the items, then throws the
   * failure; see {@link Cursor}. Later failures go to {@link Undeliverable}.
   *
   * <p><b>Memory:</b> at most {@code limit} items are in flight: requested, being processed, or
   * finished and waiting for the loop. When the loop takes a value, or a null value is skipped, one
   * more item is requested. The loop has taken a value when {@code next} returns it or {@code
   * hasNext} finds it. So at most {@code limit} bodies run, and fewer while the loop is behind.
   *
   * @param items any number of items
   * @param limit the maximum number of items in flight, at least 1; {@code Integer.MAX_VALUE}
   *     requests all items
   * @param body the code for one item
   * @param <A> the type of the items
   * @param <B> the type of the values
   * @return the cursor, to be closed
   */
  public static <A, B> Cursor<B> mapConcurrent(
      Publisher<? extends A> items,
      int limit,
      ItemBody<? super A, @Nullable B, ? extends Exception> body) {
    requireNonNull(items, "items");
    return MapConcurrentLoop.<A, B>open(items, limit, requireNonNull(body, "body"), true);
  }

  /**
   * Runs imperative code for each item; see {@link #mapConcurrent(Publisher, int, ItemBody)}.
   *
   * @param items any number of items
   * @param limit the maximum number of items in flight, at least 1
   * @param body the code for one item
   * @param <A> the type of the items
   * @param <B> the type of the values
   * @return the cursor, to be closed
   */
  public static <A, B> Cursor<B> mapConcurrent(
      Flow.Publisher<? extends A> items,
      int limit,
      ItemBody<? super A, @Nullable B, ? extends Exception> body) {
    return Await.<A, B>mapConcurrent(reactive(items, "items"), limit, body);
  }

  /**
   * Runs imperative code for each item, several at a time, and returns the values in the order in
   * which they are ready. It differs from {@link #mapConcurrent(Publisher, int, ItemBody)} only in
   * that order. The cursor returns all values that were ready before a failure, then throws the
   * failure.
   *
   * @param items any number of items
   * @param limit the maximum number of items in flight, at least 1; {@code Integer.MAX_VALUE}
   *     requests all items
   * @param body the code for one item
   * @param <A> the type of the items
   * @param <B> the type of the values
   * @return the cursor, to be closed
   */
  public static <A, B> Cursor<B> mapConcurrentUnordered(
      Publisher<? extends A> items,
      int limit,
      ItemBody<? super A, @Nullable B, ? extends Exception> body) {
    requireNonNull(items, "items");
    return MapConcurrentLoop.<A, B>open(items, limit, requireNonNull(body, "body"), false);
  }

  /**
   * Runs imperative code for each item; see {@link #mapConcurrentUnordered(Publisher, int,
   * ItemBody)}.
   *
   * @param items any number of items
   * @param limit the maximum number of items in flight, at least 1
   * @param body the code for one item
   * @param <A> the type of the items
   * @param <B> the type of the values
   * @return the cursor, to be closed
   */
  public static <A, B> Cursor<B> mapConcurrentUnordered(
      Flow.Publisher<? extends A> items,
      int limit,
      ItemBody<? super A, @Nullable B, ? extends Exception> body) {
    return Await.<A, B>mapConcurrentUnordered(reactive(items, "items"), limit, body);
  }

  /**
   * Suspends the calling code for {@code duration}, by the clock of the current {@link TimeSource}.
   * It uses no platform thread per call.
   *
   * <p><b>Cancellation:</b> ends the delay with a {@link CancellationException}.
   *
   * @param duration from now; zero or less returns at once
   */
  @SuppressWarnings("NullAway") // it does not see through the wildcard of Suspension<? super T>
  public static void delay(Duration duration) {
    requireNonNull(duration, "duration");
    TimeSource time = TimeSource.current();
    Await.<@Nullable Void>suspend(suspension -> {
      if (duration.isZero() || duration.isNegative()) {
        suspension.resume(null);
        return;
      }
      Registration timer = time.schedule(duration, () -> suspension.resume(null));
      suspension.onCancel(timer::close);
    });
  }

  /**
   * Permits awaits on platform threads, even if a library reserves these threads for non-blocking
   * work. Applies to the whole JVM.
   *
   * @param threads returns whether a thread may await; called for each await on a platform thread,
   *     so it must be fast
   * @return removes the permission when closed
   */
  public static Registration permitOn(Predicate<? super Thread> threads) {
    return Guard.permit(requireNonNull(threads, "threads"));
  }

  /**
   * Refuses awaits on platform threads, unless these are {@linkplain #permitOn permitted}. Applies
   * to the whole JVM.
   *
   * @param threads returns whether a thread must not await; called for each await on a platform
   *     thread, so it must be fast
   * @return removes the refusal when closed
   */
  public static Registration rejectOn(Predicate<? super Thread> threads) {
    return Guard.refuse(requireNonNull(threads, "threads"));
  }

  private static <T> T present(@Nullable T item) {
    if (item == null) {
      throw new NoSuchElementException("the source completed empty");
    }
    return item;
  }

  private static <T> Publisher<T> reactive(Flow.Publisher<T> publisher) {
    return reactive(publisher, "publisher");
  }

  private static <T> Publisher<T> reactive(Flow.Publisher<T> publisher, String name) {
    return FlowAdapters.toPublisher(requireNonNull(publisher, name));
  }
}
