package io.bridge;

import static java.util.Objects.requireNonNull;

import io.bridge.internal.base.VoidBodies;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.cancel.ShieldFrame;
import io.bridge.internal.cancel.TimeoutFrame;
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
 * Imperative code that runs on a virtual thread of its own, and the handle on it: what it is, how
 * it ended, and how to cancel it. Its static methods start code and mark stretches of it.
 *
 * <p><b>Cancellation:</b> {@link #cancel()} never waits and runs no foreign code: it sets the state
 * and interrupts the coroutine's thread while that is inside its body; see {@linkplain io.bridge
 * the package}. A body that returns a value in spite of it has succeeded.
 *
 * <p><b>Errors:</b> everything that the body throws, an {@link Error} too, is the coroutine's
 * failure and is thrown by {@link #await()}. A failure that the body only awaited is that failure
 * itself, without the {@link CompletionException} of the await (A7).
 *
 * <p><b>Memory:</b> what the body did happens-before the return of {@code await} and before {@link
 * #onCompletion} actions. A handle keeps the outcome, not the body.
 *
 * @param <T> the type of the value
 * @since 0.1.0
 */
@EntryPoint
public sealed interface Coroutine<T extends @Nullable Object> extends Awaitable<T>
    permits RunningCoroutine {

  /** How far a coroutine has come. */
  enum State {
    /** The body has not ended, cancelled or not. */
    RUNNING,
    /** The body returned. */
    SUCCEEDED,
    /** The body threw. */
    FAILED,
    /** The body ended because the coroutine was cancelled, or was cancelled before it began. */
    CANCELLED
  }

  /**
   * Waits for the end. Awaiting does not own the coroutine: a cancelled await leaves it running.
   *
   * @return what the body returned
   * @throws CompletionException whose cause is the body's checked failure, or a {@link
   *     CancellationException} if the coroutine was cancelled
   * @throws CancellationException when the waiting code is cancelled
   */
  T await();

  /** Cancels the coroutine; does nothing if it was cancelled before or has ended. */
  void cancel();

  /**
   * Cancels the coroutine for a reason, which is the message of the {@link CancellationException}s
   * in it. The first reason stays.
   *
   * @param reason why
   */
  void cancel(String reason);

  /**
   * Returns how far it has come.
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
   * @return what the body returned
   * @throws IllegalStateException in any other state
   */
  T get();

  /**
   * Returns what ended the coroutine, without waiting.
   *
   * @return what the body threw, or the failure of a source that it awaited and did not catch; a
   *     {@link CancellationException} if it was cancelled, or if a source was; null while it runs
   *     and when it succeeded
   */
  @Nullable Throwable failure();

  /**
   * Runs an action at the end: on the coroutine's thread after its body, or at once on the calling
   * thread if it has ended. What the action throws goes to {@link Undeliverable}.
   *
   * @param action gets this coroutine
   */
  void onCompletion(Consumer<? super Coroutine<T>> action);

  /**
   * Returns the name of its thread. Coroutines of one kind, or of one scope, share it; a scope's
   * thread factory may name threads otherwise.
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
   * Returns the coroutine whose body the calling thread runs.
   *
   * @return null outside of any, and in a subscriber's code that the thread runs to signal
   */
  static @Nullable Coroutine<?> current() {
    return RunningCoroutine.ofCurrentThread();
  }

  /**
   * Returns whether an await at this point would throw because the code is cancelled; for loops
   * that compute without awaiting.
   *
   * @return whether the innermost frame, or one around it up to a {@link #shield}, is cancelled
   */
  static boolean isCancelled() {
    return Cancellation.isCurrentCancelled();
  }

  /**
   * Throws if an await at this point would throw because the code is cancelled or the thread is
   * interrupted. It belongs into loops that compute, and at the beginning of a {@code catch} that
   * is about failures only.
   *
   * @throws CancellationException if so
   */
  static void checkCancelled() {
    Cancellation.checkCancelled();
  }

  /**
   * Runs {@code body} in place, hidden from the cancellation of the code around it: cleanup in a
   * {@code finally} can await, even though the coroutine is cancelled. The interrupt flag is
   * lowered and raised again at the end; interrupts that come meanwhile wait for that. So a {@code
   * FileChannel} that others use too, and that an interrupt would close, is used in here.
   *
   * @param body the code that must not be cut short; limit it with a timeout inside
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
   * @param body the code that must not be cut short
   * @param <X> the checked exception that it may throw
   * @throws X when it fails
   */
  static <X extends Exception> void shield(VoidBody<X> body) throws X {
    ShieldFrame.<@Nullable Object, X>run(VoidBodies.returningNull(body));
  }

  /**
   * Runs {@code body} in place, with a deadline, on a coroutine or any other thread. When the time
   * is over, what the body awaits is cancelled, a blocking call of the JDK in it is interrupted,
   * and every later await in it throws {@link CancellationException}; whatever it then does, the
   * block throws {@link AwaitTimeoutException}. Of nested blocks, the one whose time is over
   * throws. The clock is the current {@link TimeSource}.
   *
   * <p>The block is left when its code has ended. A source whose own cancel blocks, or cleanup that
   * does, delays that; Reactor's {@code cancelOn} and RxJava's {@code unsubscribeOn} cancel such a
   * source on another thread.
   *
   * <p><b>Cancellation:</b> of the code around it reaches into the block.
   *
   * @param timeout from now; zero or less times out at once, without running the body
   * @param body the code to limit
   * @param <T> the type of its value
   * @param <X> the checked exception that it may throw
   * @return its value, if it returned in time
   * @throws X when it fails in time
   * @throws AwaitTimeoutException when the time is over first; what ended the await or the blocking
   *     call that was cut off is suppressed in it (T1), and a failure of the body after that
   */
  static <T extends @Nullable Object, X extends Exception> T withTimeout(
      Duration timeout, Body<? extends T, ? extends X> body) throws X {
    requireNonNull(timeout, "timeout");
    return TimeoutFrame.<T, X>run(timeout, requireNonNull(body, "body"));
  }

  /**
   * Runs {@code body} in place, with a deadline; see {@link #withTimeout(Duration, Body)}.
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
   * Runs {@code body} in place, with a deadline, and returns null when the time is over; otherwise
   * as {@link #withTimeout(Duration, Body)}.
   *
   * @param timeout from now; zero or less is null at once, without running the body
   * @param body the code to limit
   * @param <T> the type of its value
   * @param <X> the checked exception that it may throw
   * @return its value, null if it did not return in time; a failure after that goes to {@link
   *     Undeliverable}
   * @throws X when it fails in time
   */
  static <T extends @Nullable Object, X extends Exception> @Nullable T withTimeoutOrNull(
      Duration timeout, Body<? extends T, ? extends X> body) throws X {
    requireNonNull(timeout, "timeout");
    return TimeoutFrame.<T, X>runOrNull(timeout, requireNonNull(body, "body"));
  }

  /**
   * Runs {@code body} on a thread of {@code executor} and awaits its end: for code that belongs to
   * a certain thread or pool, such as that of a user interface or of a driver bound to its thread.
   * It replaces {@code subscribeOn} and {@code publishOn} where they have such a purpose. The
   * calling thread must be one that {@linkplain io.bridge may block}; the context and {@link
   * #current()} are those of the calling code. Nothing else of the thread goes along: no
   * thread-locals, no locks.
   *
   * <p>On a thread that a {@code runOn} of the same executor has brought the code to, the body runs
   * in place, and so it does with an executor that runs its tasks in {@code execute}. A thread that
   * waits here runs what comes back to its own executor meanwhile, as long as the way there was by
   * {@code runOn} of the same executor objects. An executor whose only thread waits for this call
   * for another reason, or which drops its tasks, has it wait until it is cancelled.
   *
   * <p><b>Cancellation:</b> of the calling code, or an interrupt of its thread, ends the awaits of
   * the body with {@link CancellationException} and interrupts the executor's thread, only inside
   * the body; then the body's end is waited for, however long that takes. A body that has not begun
   * never runs. A value that it returns all the same is returned. An interrupt of the executor's
   * thread by somebody else ends the awaits of the body, and is still up after it; it does not
   * cancel the calling code.
   *
   * <p><b>Errors:</b> what the body throws is thrown as the same object; if the calling code is
   * cancelled, and that is what the body ended by, a {@code CancellationException}. What the
   * executor throws instead of taking the body is thrown. If it took it nevertheless, the outcome
   * of the body counts, and what the executor threw goes to {@link Undeliverable}.
   *
   * <p><b>Memory:</b> what was done before the call happens-before the body, and that before the
   * return. An executor that keeps its task after the end, or after a cancel, keeps neither the
   * body nor the value.
   *
   * @param executor runs the body, at most once
   * @param body the code to run there
   * @param <T> the type of its value
   * @param <X> the checked exception that it may throw
   * @return its value
   * @throws X when it fails
   * @throws CancellationException when the calling code is cancelled, before the body begins or as
   *     what it ends by
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
