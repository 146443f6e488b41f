package io.bridge.completablefuture;

import static java.util.Objects.requireNonNull;

import io.bridge.Await;
import io.bridge.Awaitable;
import io.bridge.Body;
import io.bridge.TriFunction;
import io.bridge.VoidBody;
import io.bridge.internal.base.VoidBodies;
import io.bridge.internal.coroutine.Bodies;
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
 * bridge for the JDK's futures, for {@code import static
 * io.bridge.completablefuture.CompletableFutureBridge.*}, which brings every await of {@link Await}
 * along.
 *
 * <p><b>Cancellation:</b> {@code await} observes: a cancelled await leaves the future alone, which
 * others may wait for. {@code awaitOrCancel} owns it.
 *
 * <p><b>Errors:</b> the layers of {@link CompletionException} and {@code ExecutionException} are
 * removed; then an unchecked failure is thrown as is, a checked one as the cause of a {@code
 * CompletionException}. A future that somebody cancelled has failed: its {@link
 * CancellationException} arrives as a cause, too.
 *
 * <p><b>Memory:</b> actions before the completion happen-before the return. A cancelled await of a
 * {@code CompletableFuture} leaves nothing registered there; other stages keep an empty callback.
 * What others have registered with a {@code CompletableFuture} never runs in the code that awaits
 * it (A13).
 *
 * @since 0.1.0
 */
public final class CompletableFutureBridge extends Await {

  private CompletableFutureBridge() {}

  /**
   * Awaits {@code stage}; a cancelled await leaves it running.
   *
   * @param stage the source
   * @param <T> the type of the value
   * @return its value
   */
  public static <T extends @Nullable Object> T await(CompletionStage<? extends T> stage) {
    return StageAwait.<T>await(requireNonNull(stage, "stage"), false);
  }

  /**
   * Awaits {@code future}, blocking in its {@code get} unless it is a stage; a cancelled await
   * leaves it running.
   *
   * @param future the source
   * @param <T> the type of the value
   * @return its value
   */
  public static <T extends @Nullable Object> T await(Future<? extends T> future) {
    return StageAwait.<T>await(requireNonNull(future, "future"), false);
  }

  /**
   * Awaits {@code future}; a cancelled await leaves it running.
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
   * Awaits what is a stage and a future at once; a cancelled await leaves it running.
   *
   * @param future the source
   * @param <T> the type of the value
   * @param <F> the type of the source
   * @return its value
   */
  @SuppressWarnings("ExtendsObject") // erased to Object: else it clashes with the form for a stage
  public static <
          T extends @Nullable Object,
          F extends Object & CompletionStage<? extends T> & Future<? extends T>>
      T await(F future) {
    CompletionStage<? extends T> stage = requireNonNull(future, "future");
    return StageAwait.<T>await(stage, false);
  }

  /**
   * Awaits {@code stage}, and cancels it when the waiting is cancelled or times out.
   *
   * <p><b>Errors:</b> a value that comes before that cancel does, and nobody receives any more,
   * goes to {@link io.bridge.Undeliverable#discard}, a failure to {@link
   * io.bridge.Undeliverable#report}.
   *
   * @param stage the source, which this call owns; one that is no future is cancelled through its
   *     {@code toCompletableFuture}
   * @param <T> the type of the value
   * @return its value
   */
  public static <T extends @Nullable Object> T awaitOrCancel(CompletionStage<? extends T> stage) {
    return StageAwait.<T>await(requireNonNull(stage, "stage"), true);
  }

  /**
   * Awaits {@code future}, and cancels it with {@code cancel(true)} when the waiting is cancelled
   * or times out.
   *
   * @param future the source, which this call owns
   * @param <T> the type of the value
   * @return its value
   */
  public static <T extends @Nullable Object> T awaitOrCancel(Future<? extends T> future) {
    return StageAwait.<T>await(requireNonNull(future, "future"), true);
  }

  /**
   * Awaits {@code future}, and cancels it when the waiting is cancelled or times out.
   *
   * @param future the source, which this call owns
   * @param <T> the type of the value
   * @return its value
   */
  public static <T extends @Nullable Object> T awaitOrCancel(
      CompletableFuture<? extends T> future) {
    CompletionStage<? extends T> stage = requireNonNull(future, "future");
    return StageAwait.<T>await(stage, true);
  }

  /**
   * Awaits what is a stage and a future at once, and cancels it when the waiting is cancelled or
   * times out.
   *
   * @param future the source, which this call owns
   * @param <T> the type of the value
   * @param <F> the type of the source
   * @return its value
   */
  @SuppressWarnings("ExtendsObject") // erased to Object: else it clashes with the form for a stage
  public static <
          T extends @Nullable Object,
          F extends Object & CompletionStage<? extends T> & Future<? extends T>>
      T awaitOrCancel(F future) {
    CompletionStage<? extends T> stage = requireNonNull(future, "future");
    return StageAwait.<T>await(stage, true);
  }

  /**
   * Awaits {@code stage}, as {@code await} does, and throws a checked failure of one type as
   * itself.
   *
   * @param stage the source
   * @param type the failure to be thrown as itself
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
   * Awaits {@code future}, as {@code await} does, and throws a checked failure of one type as
   * itself.
   *
   * @param future the source
   * @param type the failure to be thrown as itself
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
   * Awaits {@code future}, as {@code await} does, and throws a checked failure of one type as
   * itself.
   *
   * @param future the source
   * @param type the failure to be thrown as itself
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
   * Awaits what is a stage and a future at once, and throws a checked failure of one type as
   * itself.
   *
   * @param future the source
   * @param type the failure to be thrown as itself
   * @param <T> the type of the value
   * @param <F> the type of the source
   * @param <X> the type of the failure
   * @return its value
   * @throws X the failure of the source
   */
  @SuppressWarnings("ExtendsObject") // erased to Object: else it clashes with the form for a stage
  public static <
          T extends @Nullable Object,
          F extends Object & CompletionStage<? extends T> & Future<? extends T>,
          X extends Throwable>
      T awaitOrThrow(F future, Class<X> type) throws X {
    return Failures.<T, X>orThrow(type, () -> CompletableFutureBridge.<T, F>await(future));
  }

  /**
   * Awaits two stages at once, with no thread for any, and combines their values; for more, see
   * {@link Await#awaitAll(java.util.Collection)}, whose promises hold here. It observes: none of
   * them is cancelled.
   *
   * @param first the first source
   * @param second the second source
   * @param combiner gets the values, on the calling thread; what it throws is thrown as is
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
   * Awaits three stages at once, with no thread for any, and combines their values; for more, see
   * {@link Await#awaitAll(java.util.Collection)}, whose promises hold here. It observes: none of
   * them is cancelled.
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
   * Makes {@code stage} awaitable, for {@link Await#awaitAll(java.util.Collection)}; it observes,
   * and cancels nothing.
   *
   * @param stage the source
   * @param <T> the type of the value
   * @return its value
   */
  public static <T extends @Nullable Object> Awaitable<T> awaitable(
      CompletionStage<? extends T> stage) {
    return StageAwait.<T>awaitable(requireNonNull(stage, "stage"));
  }

  /**
   * Makes {@code future} awaitable, for {@link Await#awaitAll(java.util.Collection)}; it observes,
   * and cancels nothing. One that is no stage costs a virtual thread while it is awaited.
   *
   * @param future the source
   * @param <T> the type of the value
   * @return its value
   */
  public static <T extends @Nullable Object> Awaitable<T> awaitable(Future<? extends T> future) {
    return StageAwait.<T>awaitable(requireNonNull(future, "future"));
  }

  /**
   * Makes {@code future} awaitable; see {@link #awaitable(CompletionStage)}.
   *
   * @param future the source
   * @param <T> the type of the value
   * @return its value
   */
  public static <T extends @Nullable Object> Awaitable<T> awaitable(
      CompletableFuture<? extends T> future) {
    CompletionStage<? extends T> stage = requireNonNull(future, "future");
    return StageAwait.<T>awaitable(stage);
  }

  /**
   * Makes what is a stage and a future at once awaitable; see {@link #awaitable(CompletionStage)}.
   *
   * @param future the source
   * @param <T> the type of the value
   * @param <F> the type of the source
   * @return its value
   */
  @SuppressWarnings("ExtendsObject") // erased to Object: else it clashes with the form for a stage
  public static <
          T extends @Nullable Object,
          F extends Object & CompletionStage<? extends T> & Future<? extends T>>
      Awaitable<T> awaitable(F future) {
    CompletionStage<? extends T> stage = requireNonNull(future, "future");
    return StageAwait.<T>awaitable(stage);
  }

  /**
   * Runs imperative code now, on a virtual thread of its own, as a future.
   *
   * <p><b>Cancellation:</b> whoever cancels or completes this future, {@code orTimeout} too,
   * cancels the code's coroutine and interrupts what blocks in it. A dependent's cancellation ends
   * the dependent only, as everywhere in the JDK.
   *
   * <p><b>Errors:</b> what the code throws is the future's failure, an {@link Error} too; of a
   * source that it awaits and does not catch, the source's own (A7). If that is a cancellation,
   * {@code isCancelled} says so, as of every future that ends by one. Once the future was completed
   * from outside it goes to {@link io.bridge.Undeliverable}.
   *
   * <p><b>Memory:</b> what happened before this call happens-before the code.
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
   * Runs imperative code without a value now; see {@link #future(Body)}.
   *
   * @param body the code
   * @return a future of null
   */
  public static CompletableFuture<@Nullable Void> future(VoidBody<? extends Exception> body) {
    return CompletableFutureBridge.<@Nullable Void>futureOf(VoidBodies.returningNull(body), null);
  }

  /**
   * Runs imperative code now, as a future that an executor completes: dependents that are there by
   * then, and have no executor of their own, run on it. Otherwise as {@link #future(Body)}.
   *
   * <p><b>Errors:</b> an executor that rejects the value fails the future with what it threw, on
   * the coroutine's thread.
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
   * Runs imperative code without a value now; see {@link #future(Executor, Body)}.
   *
   * @param signals completes the future
   * @param body the code
   * @return a future of null
   */
  public static CompletableFuture<@Nullable Void> future(
      Executor signals, VoidBody<? extends Exception> body) {
    requireNonNull(signals, "signals");
    return CompletableFutureBridge.<@Nullable Void>futureOf(
        VoidBodies.returningNull(body), signals);
  }

  private static <T extends @Nullable Object> CompletableFuture<T> futureOf(
      Body<? extends T, ? extends Exception> body, @Nullable Executor signals) {
    return SourceFuture.of(Bodies.<T>hot("bridge-future", body, signals));
  }

  /**
   * Converts anything that can be awaited into a future; subscribes to it now, and no thread waits
   * for it: {@code toCompletableFuture(awaitable(mono))}.
   *
   * <p><b>Cancellation:</b> whoever cancels or completes this future, {@code orTimeout} too,
   * cancels the source, on that thread. A dependent's cancellation ends the dependent only, as
   * everywhere in the JDK.
   *
   * <p><b>Errors:</b> the source's own; once the future was completed from outside they go to
   * {@link io.bridge.Undeliverable}.
   *
   * <p><b>Memory:</b> actions before the outcome happen-before the dependents.
   *
   * @param awaitable the source
   * @param <T> the type of the value
   * @return the future; a source without a value gives null
   */
  public static <T extends @Nullable Object> CompletableFuture<T> toCompletableFuture(
      Awaitable<? extends T> awaitable) {
    return SourceFuture.of(requireNonNull(awaitable, "awaitable"));
  }
}
