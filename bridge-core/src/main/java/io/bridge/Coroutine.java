package io.bridge;

import static java.util.Objects.requireNonNull;

import io.bridge.internal.base.VoidBodies;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.cancel.ShieldFrame;
import io.bridge.internal.cancel.TimeoutFrame;
import io.bridge.internal.coroutine.CurrentCoroutine;
import io.bridge.internal.coroutine.InPlaceCoroutine;
import io.bridge.internal.coroutine.RunOn;
import io.bridge.internal.coroutine.RunningCoroutine;
import io.bridge.internal.failure.EntryPoint;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A handle on imperative code that runs on its own virtual thread, or as a call on the thread of
 * the coroutine that awaits it (N1). It tells the coroutine's name, state and outcome, and cancels
 * it. The static methods start coroutines, and run a block of code with a deadline, shielded from
 * cancellation, or on another thread.
 *
 * <p><b>Cancellation:</b> {@link #cancel()} never waits and runs no foreign code. It sets the
 * state, and interrupts the coroutine's thread if the thread is inside the body; see {@linkplain
 * io.bridge the package}. If the body returns a value after the cancel, the coroutine has
 * succeeded.
 *
 * <p><b>Errors:</b> everything that the body throws, including an {@link Error}, is the coroutine's
 * failure, and {@link #await()} throws it. If an awaited source fails and the body does not catch
 * the exception, the coroutine fails with the source's own failure, without the {@link
 * CompletionException} of the await (A7).
 *
 * <p><b>Memory:</b> the actions of the body happen-before the return of {@code await} and before
 * {@link #onCompletion} actions. The handle keeps the outcome, but not the body.
 *
 * @param <T> the type of the value
 * @since 0.1.0
 */
@EntryPoint
public sealed interface Coroutine<T extends @Nullable Object> extends Awaitable<T>
    permits RunningCoroutine, InPlaceCoroutine {

  /** The state of a coroutine. */
  enum State {
    /** The body has not ended; the coroutine may have been cancelled. */
    RUNNING,
    /** The body returned. */
    SUCCEEDED,
    /** The body threw. */
    FAILED,
    /** A cancel of the coroutine ended the body, or came before the body began. */
    CANCELLED
  }

  /**
   * Waits until the coroutine has ended. A cancellation of the awaiting code leaves the coroutine
   * running.
   *
   * @return the value of the body
   * @throws CompletionException if the body failed with a checked exception, which is the cause; or
   *     if the coroutine was cancelled, with a {@link CancellationException} as the cause
   * @throws CancellationException when the waiting code is cancelled
   */
  T await();

  /** Cancels the coroutine; does nothing if it was cancelled before or has ended. */
  void cancel();

  /**
   * Cancels the coroutine for a reason. The reason is the message of each {@link
   * CancellationException} in it. Only the first reason counts.
   *
   * @param reason why
   */
  void cancel(String reason);

  /**
   * Returns the state of the coroutine.
   *
   * @return the state at this moment
   */
  State state();

  /**
   * Returns whether the body has ended.
   *
   * @return whether the state is not {@link State#RUNNING}
   */
  boolean isDone();

  /**
   * Returns the value of a coroutine that succeeded, without waiting.
   *
   * @return the value of the body
   * @throws IllegalStateException in any other state
   */
  T get();

  /**
   * Returns the failure of the coroutine, without waiting.
   *
   * @return the exception that the body threw, or the source's own failure if it came from an
   *     await; a {@link CancellationException} if the coroutine or the awaited source was
   *     cancelled; null while the coroutine runs and after it succeeded
   */
  @Nullable Throwable failure();

  /**
   * Runs an action when the coroutine ends: on the coroutine's thread, after the body. If the
   * coroutine has already ended, the action runs at once on the calling thread. An exception from
   * the action goes to {@link Undeliverable}.
   *
   * @param action receives this coroutine
   */
  void onCompletion(Consumer<? super Coroutine<T>> action);

  /**
   * Returns the name of the coroutine and its thread. Coroutines of one kind or of one scope share
   * a name. The thread factory of a scope may give the thread another name.
   *
   * @return the name
   */
  String name();

  /**
   * Runs {@code body} on a new virtual thread.
   *
   * @param body the code to run
   * @param <T> the type of its value
   * @return the handle
   */
  static <T extends @Nullable Object> Coroutine<T> start(
      Body<? extends T, ? extends Exception> body) {
    return RunningCoroutine.start("bridge-coroutine", requireNonNull(body, "body"), null);
  }

  /**
   * Runs {@code body} on a new virtual thread; see {@link #start(Body)}.
   *
   * @param body the code to run
   * @return the handle
   */
  static Coroutine<@Nullable Void> start(VoidBody<? extends Exception> body) {
    return RunningCoroutine.start("bridge-coroutine", VoidBodies.returningNull(body), null);
  }

  /**
   * Returns the coroutine whose body the calling thread runs: the innermost, if a body awaits
   * another one on its own thread (N3).
   *
   * @return the coroutine; null if the thread runs no body, and while it calls a subscriber
   */
  static @Nullable Coroutine<?> current() {
    return CurrentCoroutine.get();
  }

  /**
   * Returns whether an await at this point would throw because the code is cancelled. Call it in
   * loops that compute without awaiting.
   *
   * @return whether the innermost {@linkplain io.bridge cancel frame} is cancelled, or a frame
   *     around it that no {@link #shield} hides
   */
  static boolean isCancelled() {
    return Cancellation.isCurrentCancelled();
  }

  /**
   * Throws if an await at this point would throw because the code is cancelled or the thread is
   * interrupted. Call it in loops that compute without awaiting, and at the beginning of a {@code
   * catch} that handles failures only.
   *
   * @throws CancellationException if the code is cancelled or the thread is interrupted
   */
  static void checkCancelled() {
    Cancellation.checkCancelled();
  }

  /**
   * Runs {@code body} in place. A cancellation of the code around it does not reach the body, so
   * cleanup in a {@code finally} can await although the coroutine is cancelled. The interrupt flag
   * is cleared at the beginning and restored at the end; an interrupt in between takes effect at
   * the end. If this code shares a {@code FileChannel} with other code, use the channel inside a
   * shield, because an interrupt would close it.
   *
   * @param body the code that must not be interrupted; a timeout inside it can limit it
   * @param <T> the type of its value
   * @param <X> the checked exception that it may throw
   * @return its value
   * @throws X when it fails
   */
  static <T extends @Nullable Object, X extends Exception> T shield(
      Body<? extends T, ? extends X> body) throws X {
    return ShieldFrame.<T, X>run(requireNonNull(body, "body"));
  }

  /**
   * Runs {@code body} in place, shielded; see {@link #shield(Body)}.
   *
   * @param body the code that must not be interrupted
   * @param <X> the checked exception that it may throw
   * @throws X when it fails
   */
  static <X extends Exception> void shield(VoidBody<X> body) throws X {
    ShieldFrame.<@Nullable Object, X>run(VoidBodies.returningNull(body));
  }

  /**
   * Runs {@code body} in place with a deadline, in a coroutine or on any other thread. When the
   * time is over, the source that the body awaits is cancelled, a blocking call of the JDK in it is
   * interrupted, and every later await in it throws {@link CancellationException}. The block then
   * throws {@link AwaitTimeoutException}, even if the body returns a value or throws another
   * exception. If blocks are nested, the block whose time is over throws. The current {@link
   * TimeSource} is the clock.
   *
   * <p>This method returns only after the body has ended. The body ends later if the {@code cancel}
   * of its source blocks, or if its own cleanup blocks. To cancel such a source on another thread,
   * use Reactor's {@code cancelOn} or RxJava's {@code unsubscribeOn}.
   *
   * <p><b>Cancellation:</b> a cancellation of the code around the block cancels the block too.
   *
   * @param timeout from now; zero or less times out at once, without running the body
   * @param body the code to limit
   * @param <T> the type of its value
   * @param <X> the checked exception that it may throw
   * @return its value, if it returned in time
   * @throws X when it fails in time
   * @throws AwaitTimeoutException when the time is over first; the exception that ended the
   *     interrupted await or blocking call is suppressed in it (T1), and so is a failure of the
   *     body after that
   */
  static <T extends @Nullable Object, X extends Exception> T withTimeout(
      Duration timeout, Body<? extends T, ? extends X> body) throws X {
    requireNonNull(timeout, "timeout");
    return TimeoutFrame.<T, X>run(timeout, requireNonNull(body, "body"));
  }

  /**
   * Runs {@code body} in place with a deadline; see {@link #withTimeout(Duration, Body)}.
   *
   * @param timeout from now
   * @param body the code to limit
   * @param <X> the checked exception that it may throw
   * @throws X when it fails in time
   */
  static <X extends Exception> void withTimeout(Duration timeout, VoidBody<X> body) throws X {
    requireNonNull(timeout, "timeout");
    TimeoutFrame.<@Nullable Object, X>run(timeout, VoidBodies.returningNull(body));
  }

  /**
   * Runs {@code body} in place with a deadline. It returns null when the time is over; everything
   * else is as for {@link #withTimeout(Duration, Body)}.
   *
   * @param timeout from now; zero or less returns null at once, without running the body
   * @param body the code to limit
   * @param <T> the type of its value
   * @param <X> the checked exception that it may throw
   * @return the value of the body, null if the body did not return in time; a failure of the body
   *     after that time goes to {@link Undeliverable}
   * @throws X when it fails in time
   */
  static <T extends @Nullable Object, X extends Exception> @Nullable T withTimeoutOrNull(
      Duration timeout, Body<? extends T, ? extends X> body) throws X {
    requireNonNull(timeout, "timeout");
    return TimeoutFrame.<T, X>runOrNull(timeout, requireNonNull(body, "body"));
  }

  /**
   * Runs {@code body} on a thread of {@code executor} and awaits its end. Use it for code that
   * belongs to a certain thread or pool, such as the thread of a user interface or of a driver. It
   * replaces {@code subscribeOn} and {@code publishOn} where they serve this purpose. The calling
   * thread must be one that {@linkplain io.bridge may block}. The body sees the context and the
   * {@link #current()} coroutine of the calling code. Nothing else of the calling thread is
   * propagated: no locks, and no thread-locals unless a {@link CoroutineContext.Carrier} is
   * registered for them.
   *
   * <p>The body runs in place if an outer {@code runOn} already runs the calling code on {@code
   * executor}, or if the executor runs its tasks inside {@code execute}. If the body calls {@code
   * runOn} for the executor that the waiting thread belongs to, the waiting thread runs that inner
   * body itself, so an executor with one thread does not deadlock. This works only if all calls for
   * one executor pass the same object. If the executor never runs the task, this call blocks until
   * it is cancelled. This happens when the executor drops the task, or when its only thread waits
   * for this call in some other way.
   *
   * <p><b>Cancellation:</b> a cancellation of the calling code, or an interrupt of its thread, ends
   * the awaits of the body with a {@link CancellationException}. It interrupts the executor's
   * thread, but only inside the body. This call then waits until the body has ended, however long
   * that takes; if the body returns a value, so does this call. A body that has not begun never
   * runs. If other code interrupts the executor's thread, the awaits of the body end, and the
   * interrupt flag is still set after the body; the calling code is not cancelled.
   *
   * <p><b>Errors:</b> this call throws the exception of the body as the same object. If the body
   * ended because the calling code was cancelled, it throws a {@code CancellationException}. If the
   * executor throws and does not run the body, this call throws the executor's exception. If the
   * executor throws but runs the body, the outcome of the body counts, and the executor's exception
   * goes to {@link Undeliverable}.
   *
   * <p><b>Memory:</b> actions before the call happen-before the body, and actions of the body
   * happen-before the return. Even if the executor keeps its task after the end or a cancel, the
   * task keeps neither the body nor the value.
   *
   * @param executor runs the body, at most once
   * @param body the code to run there
   * @param <T> the type of its value
   * @param <X> the checked exception that it may throw
   * @return its value
   * @throws X when it fails
   * @throws CancellationException when the calling code is cancelled before the body begins, or
   *     when that cancellation ended the body
   * @throws RejectedExecutionException when the executor refuses the body
   * @since 0.1.0
   */
  static <T extends @Nullable Object, X extends Exception> T runOn(
      Executor executor, Body<? extends T, ? extends X> body) throws X {
    requireNonNull(executor, "executor");
    return RunOn.<T, X>run(executor, requireNonNull(body, "body"));
  }

  /**
   * Runs {@code body} on a thread of {@code executor} and awaits its end; see {@link
   * #runOn(Executor, Body)}.
   *
   * @param executor runs the body, at most once
   * @param body the code to run there
   * @param <X> the checked exception that it may throw
   * @throws X when it fails
   * @since 0.1.0
   */
  static <X extends Exception> void runOn(Executor executor, VoidBody<X> body) throws X {
    requireNonNull(executor, "executor");
    RunOn.<@Nullable Object, X>run(executor, VoidBodies.returningNull(body));
  }
}
