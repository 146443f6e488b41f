package io.bridge.completablefuture;

import static java.util.Objects.requireNonNull;

import io.bridge.Await;
import io.bridge.Awaitable;
import io.bridge.Body;
import io.bridge.TriFunction;
import io.bridge.VoidBody;
import io.bridge.internal.base.VoidBodies;
import io.bridge.internal.coroutine.BodyAwaitable;
import io.bridge.internal.failure.Failures;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The facade for the JDK's futures. Import it with {@code import static
 * io.bridge.completablefuture.CompletableFutureBridge.*}, which includes every await of {@link
 * Await}.
 *
 * <p><b>Cancellation:</b> {@code await} only observes. A cancelled await does not cancel the
 * future, because other code may wait for it. {@code awaitOrCancel} owns the future and cancels it.
 *
 * <p><b>Errors:</b> wrappers of type {@link CompletionException} and {@code ExecutionException} are
 * removed first. Then an unchecked failure is thrown as is, a checked one as the cause of a {@code
 * CompletionException}. A future that other code has cancelled counts as failed: its {@link
 * CancellationException} is thrown as a cause too.
 *
 * <p><b>Memory:</b> actions before the completion happen-before the return. A cancelled await
 * leaves nothing registered with a {@code CompletableFuture}. With another stage, it leaves an
 * empty callback registered. The awaiting thread never runs callbacks that other code has
 * registered with a {@code CompletableFuture} (A13).
 *
 * @since 0.1.0
 */
public final class CompletableFutureBridge extends Await {

  private CompletableFutureBridge() {}

  /**
   * Awaits {@code stage}. A cancelled await leaves the stage running.
   *
   * @param stage the source
   * @param <T> the type of the value
   * @return its value
   */
  public static <T extends @Nullable Object> T await(CompletionStage<? extends T> stage) {
    return StageAwait.<T>await(requireNonNull(stage, "stage"), false);
  }

  /**
   * Awaits {@code future}. If the future is not a stage, this call blocks in the future's {@code
   * get}. A cancelled await leaves the future running.
   *
   * @param future the source
   * @param <T> the type of the value
   * @return its value
   */
  public static <T extends @Nullable Object> T await(Future<? extends T> future) {
    return StageAwait.<T>await(requireNonNull(future, "future"), false);
  }

  /**
   * Awaits {@code future}. A cancelled await leaves the future running.
   *
   * @param future the source
   * @param <T> the type of the value
   * @return its value
   */
  public static <T extends @Nullable Object> T await(CompletableFuture<? extends T> future) {
    CompletionStage<? extends T> stage = requireNonNull(future, "future");
    return StageAwait.<T>await(stage, false);
  }

  /**
   * Awaits a source that is both a stage and a future. A cancelled await leaves the source running.
   *
   * @param future the source
   * @param <T> the type of the value
   * @param <F> the type of the source
   * @return its value
   */
  @SuppressWarnings("ExtendsObject") // the erasure must differ from the overload for stages
  public static <
          T extends @Nullable Object,
          F extends Object & CompletionStage<? extends T> & Future<? extends T>>
      T await(F future) {
    CompletionStage<? extends T> stage = requireNonNull(future, "future");
    return StageAwait.<T>await(stage, false);
  }

  /**
   * Awaits {@code stage}, and cancels it when the await is cancelled or times out.
   *
   * <p><b>Errors:</b> if the stage completes before that cancel, its value goes to {@link
   * io.bridge.Undeliverable#discard} and its failure to {@link io.bridge.Undeliverable#report}.
   *
   * @param stage the source, owned by this call; if it is not a future, it is cancelled through its
   *     {@code toCompletableFuture}
   * @param <T> the type of the value
   * @return its value
   */
  public static <T extends @Nullable Object> T awaitOrCancel(CompletionStage<? extends T> stage) {
    return StageAwait.<T>await(requireNonNull(stage, "stage"), true);
  }

  /**
   * Awaits {@code future}, and cancels it with {@code cancel(true)} when the await is cancelled or
   * times out.
   *
   * @param future the source, owned by this call
   * @param <T> the type of the value
   * @return its value
   */
  public static <T extends @Nullable Object> T awaitOrCancel(Future<? extends T> future) {
    return StageAwait.<T>await(requireNonNull(future, "future"), true);
  }

  /**
   * Awaits {@code future}, and cancels it when the await is cancelled or times out.
   *
   * @param future the source, owned by this call
   * @param <T> the type of the value
   * @return its value
   */
  public static <T extends @Nullable Object> T awaitOrCancel(
      CompletableFuture<? extends T> future) {
    CompletionStage<? extends T> stage = requireNonNull(future, "future");
    return StageAwait.<T>await(stage, true);
  }

  /**
   * Awaits a source that is both a stage and a future, and cancels it when the await is cancelled
   * or times out.
   *
   * @param future the source, owned by this call
   * @param <T> the type of the value
   * @param <F> the type of the source
   * @return its value
   */
  @SuppressWarnings("ExtendsObject") // the erasure must differ from the overload for stages
  public static <
          T extends @Nullable Object,
          F extends Object & CompletionStage<? extends T> & Future<? extends T>>
      T awaitOrCancel(F future) {
    CompletionStage<? extends T> stage = requireNonNull(future, "future");
    return StageAwait.<T>await(stage, true);
  }

  /**
   * Awaits {@code stage}, as {@code await} does, and throws a checked failure of the given type
   * unwrapped.
   *
   * @param stage the source
   * @param type a failure of this type is thrown unwrapped
   * @param <T> the type of the value
   * @param <X> the type of the failure
   * @return its value
   * @throws X the failure of the source
   */
  public static <T extends @Nullable Object, X extends Throwable> T awaitOrThrow(
      CompletionStage<? extends T> stage, Class<X> type) throws X {
    return Failures.<T, X>orThrow(type, () -> CompletableFutureBridge.<T>await(stage));
  }

  /**
   * Awaits {@code future}, as {@code await} does, and throws a checked failure of the given type
   * unwrapped.
   *
   * @param future the source
   * @param type a failure of this type is thrown unwrapped
   * @param <T> the type of the value
   * @param <X> the type of the failure
   * @return its value
   * @throws X the failure of the source
   */
  public static <T extends @Nullable Object, X extends Throwable> T awaitOrThrow(
      Future<? extends T> future, Class<X> type) throws X {
    return Failures.<T, X>orThrow(type, () -> CompletableFutureBridge.<T>await(future));
  }

  /**
   * Awaits {@code future}, as {@code await} does, and throws a checked failure of the given type
   * unwrapped.
   *
   * @param future the source
   * @param type a failure of this type is thrown unwrapped
   * @param <T> the type of the value
   * @param <X> the type of the failure
   * @return its value
   * @throws X the failure of the source
   */
  public static <T extends @Nullable Object, X extends Throwable> T awaitOrThrow(
      CompletableFuture<? extends T> future, Class<X> type) throws X {
    return Failures.<T, X>orThrow(type, () -> CompletableFutureBridge.<T>await(future));
  }

  /**
   * Awaits a source that is both a stage and a future, as {@code await} does, and throws a checked
   * failure of the given type unwrapped.
   *
   * @param future the source
   * @param type a failure of this type is thrown unwrapped
   * @param <T> the type of the value
   * @param <F> the type of the source
   * @param <X> the type of the failure
   * @return its value
   * @throws X the failure of the source
   */
  @SuppressWarnings("ExtendsObject") // the erasure must differ from the overload for stages
  public static <
          T extends @Nullable Object,
          F extends Object & CompletionStage<? extends T> & Future<? extends T>,
          X extends Throwable>
      T awaitOrThrow(F future, Class<X> type) throws X {
    return Failures.<T, X>orThrow(type, () -> CompletableFutureBridge.<T, F>await(future));
  }

  /**
   * Awaits two stages at once and combines their values; no thread waits for either. It keeps the
   * promises of {@link Await#awaitAll(java.util.Collection)}, which takes any number of sources. It
   * only observes the stages and never cancels them.
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
  public static <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
      R awaitAll(
          CompletionStage<? extends A> first,
          CompletionStage<? extends B> second,
          BiFunction<? super A, ? super B, ? extends R> combiner) {
    requireNonNull(first, "first");
    requireNonNull(second, "second");
    requireNonNull(combiner, "combiner");
    return Await.<A, B, R>awaitAll(
        CompletableFutureBridge.<A>awaitable(first),
        CompletableFutureBridge.<B>awaitable(second),
        combiner);
  }

  /**
   * Awaits three stages at once and combines their values; no thread waits for them. It keeps the
   * promises of {@link Await#awaitAll(java.util.Collection)}, which takes any number of sources. It
   * only observes the stages and never cancels them.
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
  public static <
          A extends @Nullable Object,
          B extends @Nullable Object,
          C extends @Nullable Object,
          R extends @Nullable Object>
      R awaitAll(
          CompletionStage<? extends A> first,
          CompletionStage<? extends B> second,
          CompletionStage<? extends C> third,
          TriFunction<? super A, ? super B, ? super C, ? extends R> combiner) {
    requireNonNull(first, "first");
    requireNonNull(second, "second");
    requireNonNull(third, "third");
    requireNonNull(combiner, "combiner");
    return Await.<A, B, C, R>awaitAll(
        CompletableFutureBridge.<A>awaitable(first),
        CompletableFutureBridge.<B>awaitable(second),
        CompletableFutureBridge.<C>awaitable(third),
        combiner);
  }

  /**
   * Makes an {@link io.bridge.Awaitable} of {@code stage}, for {@link
   * Await#awaitAll(java.util.Collection)} for example. It only observes the stage and never cancels
   * it.
   *
   * @param stage the source
   * @param <T> the type of the value
   * @return an awaitable of its value
   */
  public static <T extends @Nullable Object> Awaitable<T> awaitable(
      CompletionStage<? extends T> stage) {
    return StageAwait.<T>awaitable(requireNonNull(stage, "stage"));
  }

  /**
   * Makes an {@link io.bridge.Awaitable} of {@code future}, for {@link
   * Await#awaitAll(java.util.Collection)} for example. It only observes the future and never
   * cancels it. If the future is not a stage, it needs a virtual thread while it is awaited.
   *
   * @param future the source
   * @param <T> the type of the value
   * @return an awaitable of its value
   */
  public static <T extends @Nullable Object> Awaitable<T> awaitable(Future<? extends T> future) {
    return StageAwait.<T>awaitable(requireNonNull(future, "future"));
  }

  /**
   * Makes an {@link io.bridge.Awaitable} of {@code future}; see {@link
   * #awaitable(CompletionStage)}.
   *
   * @param future the source
   * @param <T> the type of the value
   * @return an awaitable of its value
   */
  public static <T extends @Nullable Object> Awaitable<T> awaitable(
      CompletableFuture<? extends T> future) {
    CompletionStage<? extends T> stage = requireNonNull(future, "future");
    return StageAwait.<T>awaitable(stage);
  }

  /**
   * Makes an {@link io.bridge.Awaitable} of a source that is both a stage and a future; see {@link
   * #awaitable(CompletionStage)}.
   *
   * @param future the source
   * @param <T> the type of the value
   * @param <F> the type of the source
   * @return an awaitable of its value
   */
  @SuppressWarnings("ExtendsObject") // the erasure must differ from the overload for stages
  public static <
          T extends @Nullable Object,
          F extends Object & CompletionStage<? extends T> & Future<? extends T>>
      Awaitable<T> awaitable(F future) {
    CompletionStage<? extends T> stage = requireNonNull(future, "future");
    return StageAwait.<T>awaitable(stage);
  }

  /**
   * Starts imperative code now, on its own virtual thread, and returns a future of its outcome.
   *
   * <p><b>Cancellation:</b> if other code cancels or completes this future, also by {@code
   * orTimeout}, the body's coroutine is cancelled and a blocking call in it is interrupted.
   * Cancelling a dependent ends only the dependent, as everywhere in the JDK.
   *
   * <p><b>Errors:</b> everything that the body throws, including an {@link Error}, fails the
   * future. If an awaited source fails and the body does not catch the exception, the future fails
   * with the source's own failure (A7). If that is a {@link CancellationException}, {@code
   * isCancelled} returns true, as for every future that fails with one. A failure after other code
   * has completed the future goes to {@link io.bridge.Undeliverable}.
   *
   * <p><b>Memory:</b> actions before this call happen-before the body.
   *
   * @param body the code
   * @param <T> the type of the value
   * @return the future
   */
  public static <T extends @Nullable Object> CompletableFuture<T> future(
      Body<? extends T, ? extends Exception> body) {
    return futureOf(requireNonNull(body, "body"), null);
  }

  /**
   * Starts imperative code without a value now; see {@link #future(Body)}.
   *
   * @param body the code
   * @return the future; its value is null
   */
  public static CompletableFuture<@Nullable Void> future(VoidBody<? extends Exception> body) {
    return CompletableFutureBridge.<@Nullable Void>futureOf(VoidBodies.returningNull(body), null);
  }

  /**
   * Starts imperative code now, and completes its future on an executor. Dependents without their
   * own executor run there too, if they are registered before the completion. Everything else is as
   * for {@link #future(Body)}.
   *
   * <p><b>Errors:</b> if the executor rejects the completion, the future fails with the executor's
   * exception, on the coroutine's thread.
   *
   * @param signals completes the future
   * @param body the code
   * @param <T> the type of the value
   * @return the future
   */
  public static <T extends @Nullable Object> CompletableFuture<T> future(
      Executor signals, Body<? extends T, ? extends Exception> body) {
    requireNonNull(signals, "signals");
    return futureOf(requireNonNull(body, "body"), signals);
  }

  /**
   * Starts imperative code without a value now; see {@link #future(Executor, Body)}.
   *
   * @param signals completes the future
   * @param body the code
   * @return the future; its value is null
   */
  public static CompletableFuture<@Nullable Void> future(
      Executor signals, VoidBody<? extends Exception> body) {
    requireNonNull(signals, "signals");
    return CompletableFutureBridge.<@Nullable Void>futureOf(
        VoidBodies.returningNull(body), signals);
  }

  private static <T extends @Nullable Object> CompletableFuture<T> futureOf(
      Body<? extends T, ? extends Exception> body, @Nullable Executor signals) {
    return SourceFuture.of(BodyAwaitable.<T>hot("bridge-future", body, signals));
  }

  /**
   * Converts a source that can be awaited into a future: {@code
   * toCompletableFuture(awaitable(mono))}. This call subscribes; no thread waits for the source.
   *
   * <p><b>Cancellation:</b> if other code cancels or completes this future, also by {@code
   * orTimeout}, the source is cancelled, on the thread of that code. Cancelling a dependent ends
   * only the dependent, as everywhere in the JDK.
   *
   * <p><b>Errors:</b> the future fails with the source's failure. A failure after other code has
   * completed the future goes to {@link io.bridge.Undeliverable}.
   *
   * <p><b>Memory:</b> actions before the outcome happen-before the dependents.
   *
   * @param awaitable the source
   * @param <T> the type of the value
   * @return the future; its value is null if the source is empty
   */
  public static <T extends @Nullable Object> CompletableFuture<T> toCompletableFuture(
      Awaitable<? extends T> awaitable) {
    return SourceFuture.of(requireNonNull(awaitable, "awaitable"));
  }
}
