package io.bridge;

import static java.util.Objects.requireNonNull;

import io.bridge.internal.failure.EntryPoint;
import io.bridge.internal.scope.Joiners;
import io.bridge.internal.scope.RunningScope;
import io.bridge.internal.scope.ScopeConfig;
import io.bridge.internal.scope.ScopeHandle;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadFactory;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A scope for coroutines. A coroutine that is forked into a scope cannot outlive the scope. The
 * joiner of the scope decides how the scope ends:
 *
 * <pre>{@code
 * try (var scope = CoroutineScope.open()) {
 *   Coroutine<User> user = scope.fork(() -> await(users.find(id)));
 *   Coroutine<Account> account = scope.fork(() -> await(accounts.find(id)));
 *   scope.join(); // the first failure cancels the other and is thrown here
 *   return new Page(user.get(), account.get());
 * }
 * }</pre>
 *
 * <p>The names and the order of calls are those of the JDK's {@code StructuredTaskScope}; the guide
 * lists the differences. The block itself runs on the calling thread. Any code with a reference to
 * the scope may fork into it until it is closed, from any thread, including the scope's own
 * coroutines. Each fork starts one thread; the scope, its join and its timeout start none.
 *
 * <p>A scope of {@link #open()} belongs to the block and the thread that opened it, until that
 * thread joins or closes it. A scope of {@link #background} belongs to no thread: it lives until
 * its owner, such as a service, closes it.
 *
 * <p><b>Cancellation:</b> a cancellation of the code around the block cancels the coroutines of the
 * scope at once, and those of nested scopes at any depth. Four events also cancel the coroutines of
 * the scope: {@link #cancel()}, a timeout, a failure after which the joiner cancels the scope, and
 * {@link #close()}. The first three cancel the block as well: until it has joined, every await in
 * it throws the exception that {@link #join} would throw. If one coroutine is cancelled through its
 * handle, the scope does not fail.
 *
 * <p><b>Errors:</b> {@link #join} throws the first failure: an unchecked one as is, a checked one
 * as the cause of a {@link CompletionException}. Later failures are suppressed in it, at most
 * eight. If no join, await, {@link #failures} or handler has received a failure by the end of the
 * scope, it goes to {@link Undeliverable}.
 *
 * <p><b>Memory:</b> actions before a fork happen-before the body. The actions of a body
 * happen-before the return of a join or close that has waited for it. A background scope keeps
 * nothing of a coroutine that has ended. Any other scope keeps the failures, and its joiner keeps
 * the values that it returns.
 *
 * @param <T> the type of the coroutines' values
 * @param <R> the type of the result of {@link #join}
 * @since 0.1.0
 */
@EntryPoint
public sealed interface CoroutineScope<T extends @Nullable Object, R extends @Nullable Object>
    extends AutoCloseable permits RunningScope, ScopeHandle {

  /**
   * Opens a scope that fails when the first of its coroutines fails; {@link #join} returns null.
   * The joiner is {@link Joiner#awaitAllSuccessfulOrThrow()}.
   *
   * @param <T> the type of the coroutines' values
   * @return a new scope
   */
  static <T extends @Nullable Object> CoroutineScope<T, @Nullable Void> open() {
    return open(Joiner.<T>awaitAllSuccessfulOrThrow());
  }

  /**
   * Opens a scope with the given joiner.
   *
   * @param joiner the policy, for this scope only
   * @param <T> the type of the coroutines' values
   * @param <R> the type of the result of {@link #join}
   * @return a new scope
   */
  static <T extends @Nullable Object, R extends @Nullable Object> CoroutineScope<T, R> open(
      Joiner<? super T, ? extends R> joiner) {
    return open(joiner, config -> config);
  }

  /**
   * Opens a scope with the given joiner and settings: {@code open(joiner, config ->
   * config.withName("prices").withTimeout(Duration.ofSeconds(2)))}. Like an await, it throws an
   * {@link IllegalStateException} on a thread that must not block; see {@linkplain io.bridge the
   * package}.
   *
   * @param joiner the policy, for this scope only
   * @param config changes the default settings
   * @param <T> the type of the coroutines' values
   * @param <R> the type of the result of {@link #join}
   * @return a new scope
   */
  static <T extends @Nullable Object, R extends @Nullable Object> CoroutineScope<T, R> open(
      Joiner<? super T, ? extends R> joiner, UnaryOperator<Config> config) {
    requireNonNull(joiner, "joiner");
    return RunningScope.open(joiner, ScopeConfig.of(config));
  }

  /**
   * Opens a scope for a block of code, joins it when the block returns, and closes it: {@code User
   * user = CoroutineScope.within(scope -> ...)}. So no coroutine and no failure is forgotten. The
   * calling thread must be one that may block.
   *
   * <p><b>Cancellation:</b> a cancellation of the code around the block, or a failure of a
   * coroutine, ends the awaits of the block, as in a scope of {@link #open()}.
   *
   * <p><b>Errors:</b> if the block throws, this method throws the same exception after all
   * coroutines have ended; their failures are suppressed in it, at most eight. If the failure of a
   * coroutine has ended the block, or if a coroutine fails and the block returns, this method
   * throws the failure of the coroutine, as {@link #join} does. In that case the block's value goes
   * to {@link Undeliverable#discard}. (S4)
   *
   * <p><b>Memory:</b> the actions of the coroutines happen-before the return.
   *
   * @param block the code; it may join, and must not keep the scope
   * @param <R> the type of its value
   * @param <X> the checked exception that it may throw
   * @return the block's value
   * @throws X when the block fails
   * @throws CompletionException if a coroutine failed with a checked exception, which is the cause;
   *     an unchecked one is thrown as itself
   */
  static <R extends @Nullable Object, X extends Exception> R within(
      ItemBody<? super CoroutineScope<@Nullable Object, @Nullable Void>, ? extends R, ? extends X>
          block)
      throws X {
    return CoroutineScope.<@Nullable Object, @Nullable Void, R, X>within(
        Joiner.awaitAllSuccessfulOrThrow(), config -> config, block);
  }

  /**
   * Opens a scope for a block of code without a value; see {@link #within(ItemBody)}.
   *
   * @param block the code
   * @param <X> the checked exception that it may throw
   * @throws X when the block fails
   */
  static <X extends Exception> void within(
      VoidItemBody<? super CoroutineScope<@Nullable Object, @Nullable Void>, ? extends X> block)
      throws X {
    CoroutineScope.<@Nullable Object, @Nullable Void, X>within(
        Joiner.awaitAllSuccessfulOrThrow(), config -> config, block);
  }

  /**
   * Opens a scope with the given joiner and settings for a block of code; see {@link
   * #within(ItemBody)}. The block gets the joiner's result from {@link #join}.
   *
   * @param joiner the policy, for this scope only
   * @param config changes the default settings
   * @param block the code
   * @param <T> the type of the coroutines' values
   * @param <J> the type of the result of {@link #join}
   * @param <R> the type of the block's value
   * @param <X> the checked exception that it may throw
   * @return the block's value
   * @throws X when the block fails
   * @throws AwaitTimeoutException if the scope's timeout has passed before this returned
   */
  static <
          T extends @Nullable Object,
          J extends @Nullable Object,
          R extends @Nullable Object,
          X extends Exception>
      R within(
          Joiner<? super T, ? extends J> joiner,
          UnaryOperator<Config> config,
          ItemBody<? super CoroutineScope<T, J>, ? extends R, ? extends X> block)
          throws X {
    requireNonNull(joiner, "joiner");
    requireNonNull(config, "config");
    requireNonNull(block, "block");
    return RunningScope.<T, J, R, X>within(joiner, ScopeConfig.of(config), block);
  }

  /**
   * Opens a scope with the given joiner and settings for a block of code without a value; see
   * {@link #within(Joiner, UnaryOperator, ItemBody)}.
   *
   * @param joiner the policy, for this scope only
   * @param config changes the default settings
   * @param block the code
   * @param <T> the type of the coroutines' values
   * @param <J> the type of the result of {@link #join}
   * @param <X> the checked exception that it may throw
   * @throws X when the block fails
   */
  static <T extends @Nullable Object, J extends @Nullable Object, X extends Exception> void within(
      Joiner<? super T, ? extends J> joiner,
      UnaryOperator<Config> config,
      VoidItemBody<? super CoroutineScope<T, J>, ? extends X> block)
      throws X {
    requireNonNull(block, "block");
    CoroutineScope.<T, J, @Nullable Void, X>within(
        joiner,
        config,
        scope -> {
          block.run(scope);
          return null;
        });
  }

  /**
   * Opens a scope for background work, instead of {@code subscribe()} without a subscriber. It
   * lives until its owner, such as a service, closes it. A failure does not affect the other
   * coroutines. It goes to {@link Config#withFailureHandler the handler}, or by default to {@link
   * Undeliverable}. A cancellation of the code that opened the scope does not cancel the scope.
   *
   * @param config changes the default settings
   * @param <T> the type of the coroutines' values
   * @return a new scope; to be closed by {@link #close(Duration)}
   */
  static <T extends @Nullable Object> CoroutineScope<T, @Nullable Void> background(
      UnaryOperator<Config> config) {
    return RunningScope.background(ScopeConfig.of(config));
  }

  /**
   * Runs {@code body} on a new virtual thread, as a child of this scope. The body inherits the
   * context of the calling code. If the scope is already cancelled, the new coroutine is cancelled
   * too and the body never runs.
   *
   * @param body the code to run
   * @param <U> the type of its value
   * @return the handle
   * @throws IllegalStateException if the scope is closed; nothing is started
   */
  <U extends @Nullable T> Coroutine<U> fork(Body<? extends U, ? extends Exception> body);

  /**
   * Runs {@code body} on a new virtual thread, as a child of this scope; see {@link #fork(Body)}.
   *
   * @param body the code to run
   * @return the handle
   * @throws IllegalStateException if the scope is closed; nothing is started
   */
  Coroutine<@Nullable Void> fork(VoidBody<? extends Exception> body);

  /**
   * Waits until every coroutine of the scope has ended, including the cancelled ones, and returns
   * the joiner's result. It may be called again, after more forks.
   *
   * <p><b>Cancellation:</b> a cancellation of the calling code only ends this wait. {@link
   * #close()} cancels the coroutines and waits for them.
   *
   * @return the joiner's result
   * @throws CompletionException if the joiner's result is a checked failure, which is the cause; an
   *     unchecked one is thrown as itself
   * @throws AwaitTimeoutException if the scope's timeout has passed before this returned
   * @throws CancellationException if the scope or the waiting code was cancelled
   * @throws IllegalStateException if called by a coroutine of this scope, because it would wait for
   *     itself
   */
  R join();

  /**
   * Cancels the scope with all its coroutines; does nothing if it was cancelled or is closed. If
   * {@link #close(Duration)} is waiting for the coroutines to end by themselves, this method stops
   * that wait.
   */
  void cancel();

  /**
   * Cancels the scope for a reason. The reason is the message of each {@link CancellationException}
   * in it.
   *
   * @param reason why
   */
  void cancel(String reason);

  /**
   * Returns whether the scope was cancelled: by {@link #cancel()}, by its joiner or timeout, by a
   * cancellation of the code around it, or by {@link #close()}.
   *
   * @return true if a coroutine that is forked now would be cancelled
   */
  boolean isCancelled();

  /**
   * Returns the failures of the scope's coroutines until now, the first one first. A cancelled
   * coroutine has no failure.
   *
   * @return an unmodifiable copy; empty for a {@link #background} scope, since its failures go to
   *     the handler
   */
  List<Throwable> failures();

  /**
   * Closes the scope: refuses further forks, cancels the coroutines that still run, and waits until
   * they have ended. It always waits for them, even if the calling code is cancelled; that
   * cancellation takes effect after this method returns. If a coroutine ignores its interrupt, its
   * name and the place where it runs are reported to {@link Undeliverable} after the time set with
   * {@link Config#withStragglerReport}; this method still waits for it. A second call does nothing.
   *
   * @throws IllegalStateException if called by a coroutine of this scope, because it would wait for
   *     itself, or on a thread that {@linkplain io.bridge must not block}; in both cases the scope
   *     stays open
   */
  @Override
  void close();

  /**
   * Closes the scope gracefully: refuses further forks, waits up to {@code patience} for the
   * coroutines to end by themselves, then cancels the rest and waits for them as {@link #close()}
   * does. A cancellation or interrupt of the calling code ends the patience early.
   *
   * @param patience how long to wait before the cancel; zero or less does not wait
   * @throws IllegalStateException as {@link #close()}
   */
  void close(Duration patience);

  /**
   * The policy of a scope: it decides when the scope is cancelled, and makes the result of {@link
   * CoroutineScope#join}. Use one object for one scope only. You can implement your own joiner; it
   * has the same three methods as the JDK's. {@link #onFork} is called on the forking thread, and
   * {@link #onComplete} on the coroutine's thread after its end. Several threads may call these two
   * at the same time. {@link #result} is called on the joining thread.
   *
   * @param <T> the type of the coroutines' values
   * @param <R> the type of the result of {@code join}
   * @since 0.1.0
   */
  interface Joiner<T extends @Nullable Object, R extends @Nullable Object> {

    /**
     * Called when a coroutine is about to start.
     *
     * @param child the coroutine
     * @return true to cancel the scope, this coroutine included
     */
    default boolean onFork(Coroutine<? extends T> child) {
      return false;
    }

    /**
     * Called when a coroutine has ended, in any state.
     *
     * @param child the coroutine
     * @return true to cancel the coroutines that still run; if {@code child} has {@linkplain
     *     Coroutine.State#FAILED failed}, this also fails the scope and cancels its block
     */
    default boolean onComplete(Coroutine<? extends T> child) {
      return false;
    }

    /**
     * Called when the scope's timeout has passed before all coroutines have ended. If this method
     * throws, {@code join} throws that exception; if it returns, {@code join} calls {@link
     * #result}.
     *
     * @param timeout the exception that the default implementation throws
     */
    default void onTimeout(AwaitTimeoutException timeout) {
      throw timeout;
    }

    /**
     * Makes the result when all coroutines have ended.
     *
     * @return the result of {@code join}
     * @throws Throwable the failure that {@code join} throws
     */
    R result() throws Throwable;

    /**
     * Cancels the scope at the first failure, and {@code join} throws that failure. The result is
     * the list of all values in the order of the forks. A coroutine that was cancelled through its
     * own handle adds no value. When the scope is closed, each value that neither {@code join} nor
     * a handle has returned goes to {@link Undeliverable#discard}.
     *
     * @param <T> the type of the values
     * @return a new joiner
     */
    static <T extends @Nullable Object> Joiner<T, List<T>> allSuccessfulOrThrow() {
      return Joiners.allSuccessful();
    }

    /**
     * Cancels the other coroutines when the first one succeeds; its value is the result. If none
     * succeeds, {@code join} throws the first failure, or a {@link NoSuchElementException} if there
     * was no failure either. If another coroutine succeeds later, its value goes to {@link
     * Undeliverable#discard} when the scope is closed, unless its handle has returned the value.
     *
     * @param <T> the type of the values
     * @return a new joiner
     */
    static <T extends @Nullable Object> Joiner<T, T> anySuccessfulOrThrow() {
      return Joiners.anySuccessful();
    }

    /**
     * Cancels the scope at the first failure, and {@code join} throws that failure. The result is
     * null, and the joiner keeps no values.
     *
     * @param <T> the type of the values
     * @return a new joiner
     */
    static <T extends @Nullable Object> Joiner<T, @Nullable Void> awaitAllSuccessfulOrThrow() {
      return Joiners.awaitAllSuccessful();
    }

    /**
     * Waits for all coroutines; a failure does not affect the others. When the scope is closed,
     * each failure that no code has asked for goes to {@link Undeliverable}.
     *
     * @param <T> the type of the values
     * @return a new joiner
     */
    static <T extends @Nullable Object> Joiner<T, @Nullable Void> awaitAll() {
      return Joiners.awaitAll();
    }

    /**
     * Cancels the other coroutines as soon as one has ended and matches the predicate. The result
     * is the list of all coroutines in the order of the forks, whatever their states; a timeout
     * leads to the same result.
     *
     * @param enough returns whether no further coroutine is needed; called on the coroutines'
     *     threads
     * @param <T> the type of the values
     * @return a new joiner
     */
    static <T extends @Nullable Object> Joiner<T, List<Coroutine<T>>> allUntil(
        Predicate<? super Coroutine<T>> enough) {
      return Joiners.allUntil(requireNonNull(enough, "enough"));
    }
  }

  /**
   * The settings of a scope; immutable.
   *
   * @since 0.1.0
   */
  sealed interface Config permits ScopeConfig {

    /**
     * Sets the name of the scope, its coroutines and their threads. If a scope has a name, a thread
     * dump lists its threads as one group.
     *
     * @param name by default {@code bridge-scope}
     * @return new settings
     */
    Config withName(String name);

    /**
     * Sets a timeout. It starts when the scope is opened, and the current {@link TimeSource} is the
     * clock. When the time is over, the scope is cancelled, and {@code join} throws {@link
     * AwaitTimeoutException}.
     *
     * @param timeout by default none; zero or less times out at once
     * @return new settings
     */
    Config withTimeout(Duration timeout);

    /**
     * Sets the factory of the coroutines' threads. These may be platform threads.
     *
     * @param factory by default makes virtual threads with the scope's name
     * @return new settings
     */
    Config withThreadFactory(ThreadFactory factory);

    /**
     * Sets a handler for failures. It is called for each failed coroutine of the scope, at once and
     * on the coroutine's thread. The joiner sees the failure too.
     *
     * @param handler receives the coroutine and its failure; an exception that the handler throws
     *     goes to {@link Undeliverable}
     * @return new settings
     */
    Config withFailureHandler(BiConsumer<? super Coroutine<?>, ? super Throwable> handler);

    /**
     * Sets how long the scope waits for cancelled coroutines before it reports those that still
     * run, at most eight of them.
     *
     * @param after by default ten seconds; zero or less reports at once
     * @return new settings
     */
    Config withStragglerReport(Duration after);
  }
}
