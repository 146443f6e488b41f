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
 * A lifetime that the coroutines forked into it cannot outlive, and the policy of its end:
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
 * lists the differences. The body of the block runs on the calling thread. Whoever holds the scope
 * may fork into it, from any thread, its own coroutines too, until it is closed. Every coroutine is
 * one thread more; the scope, its join and its timeout start none.
 *
 * <p>A scope that {@link #open()} opened belongs to the block and the thread that opened it, until
 * that thread joins or closes it. One that {@link #background} opened belongs to no thread: a
 * service owns it for as long as it lives.
 *
 * <p><b>Cancellation:</b> of the code around the block, at once and at any depth, cancels the
 * coroutines in it. {@link #cancel()}, a timeout, a coroutine that the joiner does not forgive, and
 * {@link #close()} cancel them too; the first three also cancel the block itself: every await in it
 * throws what {@link #join} would throw, until it has joined. A coroutine that is cancelled alone,
 * through its own handle, fails nothing.
 *
 * <p><b>Errors:</b> {@link #join} throws the first failure: unchecked as is, checked as the cause
 * of a {@link CompletionException}, with the later ones suppressed in it, at most eight. A failure
 * that no join, await, {@link #failures} or handler has taken by the end goes to {@link
 * Undeliverable}.
 *
 * <p><b>Memory:</b> actions before a fork happen-before the body; what a body did happens-before
 * the return of a join or close that has waited for it. A background scope keeps nothing of a
 * coroutine that has ended; any other keeps its failures, and its joiner what it returns.
 *
 * @param <T> the type of the coroutines' values
 * @param <R> what {@link #join} returns
 * @since 0.1.0
 */
@EntryPoint
public sealed interface CoroutineScope<T extends @Nullable Object, R extends @Nullable Object>
    extends AutoCloseable permits RunningScope, ScopeHandle {

  /**
   * Opens a scope that fails with the first of its coroutines; {@link #join} returns nothing. The
   * joiner is {@link Joiner#awaitAllSuccessfulOrThrow()}.
   *
   * @param <T> the type of the coroutines' values
   * @return a new scope
   */
  static <T extends @Nullable Object> CoroutineScope<T, @Nullable Void> open() {
    return open(Joiner.<T>awaitAllSuccessfulOrThrow());
  }

  /**
   * Opens a scope with a policy of its own.
   *
   * @param joiner the policy, for this scope only
   * @param <T> the type of the coroutines' values
   * @param <R> what {@link #join} returns
   * @return a new scope
   */
  static <T extends @Nullable Object, R extends @Nullable Object> CoroutineScope<T, R> open(
      Joiner<? super T, ? extends R> joiner) {
    return open(joiner, config -> config);
  }

  /**
   * Opens a scope with a policy and settings of its own: {@code open(joiner, config ->
   * config.withName("prices").withTimeout(Duration.ofSeconds(2)))}. Refused on a thread that may
   * not wait, as an await is; see {@linkplain io.bridge the package}.
   *
   * @param joiner the policy, for this scope only
   * @param config makes the settings from the defaults
   * @param <T> the type of the coroutines' values
   * @param <R> what {@link #join} returns
   * @return a new scope
   */
  static <T extends @Nullable Object, R extends @Nullable Object> CoroutineScope<T, R> open(
      Joiner<? super T, ? extends R> joiner, UnaryOperator<Config> config) {
    requireNonNull(joiner, "joiner");
    return RunningScope.open(joiner, ScopeConfig.of(config));
  }

  /**
   * Opens a scope for a block of code, joins it when the block returns, and closes it: {@code User
   * user = CoroutineScope.within(scope -> ...)}. Nothing is forgotten, on any thread that may wait.
   *
   * <p><b>Cancellation:</b> of the code around, and a failure of a coroutine, end the awaits of the
   * block, as in a scope of {@link #open()}.
   *
   * <p><b>Errors:</b> what the block throws is thrown as itself, when all coroutines have ended,
   * with their failures suppressed in it, at most eight. If a failure of a coroutine has ended the
   * block, or the block has returned, that one is thrown, as {@link #join} does. A value that the
   * block has returned then goes to {@link Undeliverable#discard}. (S4)
   *
   * <p><b>Memory:</b> what the coroutines did happens-before the return.
   *
   * @param block the code; it may join, and must not keep the scope
   * @param <R> the type of its value
   * @param <X> the checked exception that it may throw
   * @return the block's value
   * @throws X when the block fails
   * @throws CompletionException whose cause is a checked failure of a coroutine; an unchecked one
   *     is thrown as itself
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
   * Opens a scope with a policy and settings of its own for a block of code; see {@link
   * #within(ItemBody)}. What the joiner makes of the coroutines, the block gets from {@link #join}.
   *
   * @param joiner the policy, for this scope only
   * @param config makes the settings from the defaults
   * @param block the code
   * @param <T> the type of the coroutines' values
   * @param <J> what {@link #join} returns
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
   * Opens a scope with a policy and settings of its own for a block of code without a value; see
   * {@link #within(Joiner, UnaryOperator, ItemBody)}.
   *
   * @param joiner the policy, for this scope only
   * @param config makes the settings from the defaults
   * @param block the code
   * @param <T> the type of the coroutines' values
   * @param <J> what {@link #join} returns
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
   * Opens a scope for work that nobody waits for, until its owner, such as a service, closes it: in
   * place of {@code subscribe()} with nothing. A failure concerns one coroutine only, and goes to
   * {@link Config#withFailureHandler the handler}, by default to {@link Undeliverable}. Cancelling
   * the code that opens it does not cancel it.
   *
   * @param config makes the settings from the defaults
   * @param <T> the type of the coroutines' values
   * @return a new scope; to be closed by {@link #close(Duration)}
   */
  static <T extends @Nullable Object> CoroutineScope<T, @Nullable Void> background(
      UnaryOperator<Config> config) {
    return RunningScope.background(ScopeConfig.of(config));
  }

  /**
   * Runs {@code body} on a new virtual thread, as a child of this scope. It inherits the context of
   * the calling code. In a scope that is cancelled already the handle is cancelled too, and the
   * body never runs.
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
   * Waits until every coroutine of the scope has ended, the cancelled ones too, and returns what
   * the joiner makes of them. May be called again, after more forks.
   *
   * <p><b>Cancellation:</b> of the calling code ends the wait only; {@link #close()} cancels and
   * waits.
   *
   * @return the joiner's result
   * @throws CompletionException whose cause is a checked failure of the joiner's result; an
   *     unchecked one is thrown as itself
   * @throws AwaitTimeoutException if the scope's timeout has passed before this returned
   * @throws CancellationException if the scope or the waiting code was cancelled
   * @throws IllegalStateException if called by a coroutine of this scope, which would wait for
   *     itself
   */
  R join();

  /**
   * Cancels the scope with all its coroutines; does nothing if it was cancelled or is closed. It
   * ends the patience of a {@link #close(Duration)}.
   */
  void cancel();

  /**
   * Cancels the scope for a reason, which is the message of the {@link CancellationException}s.
   *
   * @param reason why
   */
  void cancel(String reason);

  /**
   * Returns whether the scope was cancelled: by {@link #cancel()}, its joiner, its timeout, the
   * code around it or its end.
   *
   * @return whether coroutines that are forked now are cancelled
   */
  boolean isCancelled();

  /**
   * Returns the failures of the scope's coroutines until now, the first one first; cancelled ones
   * have none.
   *
   * @return an unmodifiable copy; empty for a {@link #background} scope, whose failures go to the
   *     handler
   */
  List<Throwable> failures();

  /**
   * Closes the scope: nobody forks into it any more, what still runs is cancelled and waited for.
   * It is never cut short: a cancellation of the calling code waits. When coroutines go on in spite
   * of their interrupt, they are reported to {@link Undeliverable} by name and place after the time
   * that {@link Config#withStragglerReport} says, and waited for still. Closing twice is harmless.
   *
   * @throws IllegalStateException if called by a coroutine of this scope, which would wait for
   *     itself, or on a thread that {@linkplain io.bridge may not wait}; nothing is closed then
   */
  @Override
  void close();

  /**
   * Closes the scope in order: nobody forks into it any more, what runs may end in {@code
   * patience}, then it is cancelled and waited for as {@link #close()} does. A cancellation or
   * interrupt of the calling code ends the patience.
   *
   * @param patience how long to wait before the cancel; zero or less does not wait
   * @throws IllegalStateException as {@link #close()}
   */
  void close(Duration patience);

  /**
   * The policy of a scope: when it has seen enough, and what {@link CoroutineScope#join} returns.
   * One object serves one scope. A joiner of your own has the same three calls as the JDK's: {@link
   * #onFork} on the forking thread, {@link #onComplete} on the coroutine's thread after its end, so
   * that both come from several threads at once, and {@link #result} on the joining thread.
   *
   * @param <T> the type of the coroutines' values
   * @param <R> what {@code join} returns
   * @since 0.1.0
   */
  interface Joiner<T extends @Nullable Object, R extends @Nullable Object> {

    /**
     * A coroutine is about to start.
     *
     * @param child the coroutine
     * @return true to cancel the scope, this coroutine included
     */
    default boolean onFork(Coroutine<? extends T> child) {
      return false;
    }

    /**
     * A coroutine has ended, in whatever state.
     *
     * @param child the coroutine
     * @return true to cancel what still runs; after a {@linkplain Coroutine.State#FAILED failed}
     *     coroutine the scope has failed, and its block is cancelled too
     */
    default boolean onComplete(Coroutine<? extends T> child) {
      return false;
    }

    /**
     * The scope's timeout has passed before all was done. What this throws, {@code join} throws; if
     * it returns, {@link #result} is asked.
     *
     * @param timeout what is thrown by default
     */
    default void onTimeout(AwaitTimeoutException timeout) {
      throw timeout;
    }

    /**
     * Makes the result, when all coroutines have ended.
     *
     * @return what {@code join} returns
     * @throws Throwable what {@code join} throws
     */
    R result() throws Throwable;

    /**
     * Cancels the scope at the first failure, which {@code join} throws. The result is the list of
     * all values in the order of the forks; a coroutine that was cancelled alone has none. Values
     * that neither {@code join} nor a handle has given to anybody when the scope is closed go to
     * {@link Undeliverable#discard}.
     *
     * @param <T> the type of the values
     * @return a new joiner
     */
    static <T extends @Nullable Object> Joiner<T, List<T>> allSuccessfulOrThrow() {
      return Joiners.allSuccessful();
    }

    /**
     * Cancels the rest at the first success, which is the result. If none succeeds, {@code join}
     * throws the first failure; {@link NoSuchElementException} if there was none of these either. A
     * coroutine that succeeds after the first one loses: its value goes to {@link
     * Undeliverable#discard} when the scope is closed, unless its handle was asked for it.
     *
     * @param <T> the type of the values
     * @return a new joiner
     */
    static <T extends @Nullable Object> Joiner<T, T> anySuccessfulOrThrow() {
      return Joiners.anySuccessful();
    }

    /**
     * Cancels the scope at the first failure, which {@code join} throws; there is no result. Keeps
     * no values.
     *
     * @param <T> the type of the values
     * @return a new joiner
     */
    static <T extends @Nullable Object> Joiner<T, @Nullable Void> awaitAllSuccessfulOrThrow() {
      return Joiners.awaitAllSuccessful();
    }

    /**
     * Waits for all; a failure concerns its own coroutine only. Failures that nobody has looked at
     * when the scope is closed go to {@link Undeliverable}.
     *
     * @param <T> the type of the values
     * @return a new joiner
     */
    static <T extends @Nullable Object> Joiner<T, @Nullable Void> awaitAll() {
      return Joiners.awaitAll();
    }

    /**
     * Cancels the rest at the first coroutine that ends and matches. The result is the list of all
     * coroutines in the order of the forks, each ended in its own way; after a timeout too.
     *
     * @param enough whether this one was the last that is needed; called by the coroutines' threads
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
     * Names the scope: its coroutines and their threads. A thread dump lists the threads of a scope
     * with a name as one group.
     *
     * @param name by default {@code bridge-scope}
     * @return new settings
     */
    Config withName(String name);

    /**
     * Cancels the scope when the time since its opening is over, by the current {@link TimeSource};
     * {@code join} then throws {@link AwaitTimeoutException}.
     *
     * @param timeout by default none; zero or less is over at once
     * @return new settings
     */
    Config withTimeout(Duration timeout);

    /**
     * Makes the threads of the coroutines, which may be platform threads.
     *
     * @param factory by default virtual threads with the scope's name
     * @return new settings
     */
    Config withThreadFactory(ThreadFactory factory);

    /**
     * Takes every failure of a coroutine of the scope, at once, on the coroutine's thread, besides
     * what the joiner does with it.
     *
     * @param handler gets the coroutine and what it threw; what it throws itself goes to {@link
     *     Undeliverable}
     * @return new settings
     */
    Config withFailureHandler(BiConsumer<? super Coroutine<?>, ? super Throwable> handler);

    /**
     * Says how long the scope waits for cancelled coroutines before it reports which they are, at
     * most eight of them.
     *
     * @param after by default ten seconds; zero or less reports at once
     * @return new settings
     */
    Config withStragglerReport(Duration after);
  }
}
