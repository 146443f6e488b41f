package io.bridge.internal.coroutine;

import io.bridge.Suspension;
import io.bridge.Undeliverable;
import io.bridge.internal.await.CallbackAwait;
import io.bridge.internal.await.Receiver;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.cancel.CurrentFrame;
import io.bridge.internal.failure.CallsSource;
import io.bridge.internal.failure.Failures;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Awaits a plain future by its own {@code get}, which an interrupt ends: our cancellations arrive
 * as one. On a worker, the {@code get} of a ForkJoinPool's task would run other tasks, in the
 * context and under the interrupts of the waiting code (A13); so there another thread calls it.
 */
@CallsSource
public final class FutureAwait {

  /** From JDK 23 on, get wraps the future's own cancellation in a second one. */
  private static final boolean GET_WRAPS = Runtime.version().feature() >= 23;

  private FutureAwait() {}

  /**
   * The entry of an await that owns its future: a cancellation before the await also cancels the
   * future, which already runs.
   *
   * @param owned the future
   * @return the result of {@link Cancellation#enterAwait()}
   */
  private static @Nullable CancelFrame enterOrCancel(Future<?> owned) {
    Cancellation.checkThread();
    try {
      return Cancellation.enterPermitted();
    } catch (Throwable cancelled) { // or the failure of a scope, in its block
      cancelOwned(owned);
      throw cancelled;
    }
  }

  private static void discardOutcome(Future<?> owned) {
    try {
      if (!owned.isDone() && owned.cancel(true)) {
        return;
      }
      switch (owned.state()) {
        case SUCCESS -> Undeliverable.discard(owned.resultNow());
        case FAILED -> reportLost(Failures.unwrap(owned.exceptionNow()));
        case RUNNING, CANCELLED -> {}
      }
    } catch (Throwable t) {
      Undeliverable.report(t);
    }
  }

  private static void reportLost(Throwable failure) {
    if (!(failure instanceof CancellationException)) { // other code may have cancelled it too
      Undeliverable.report(failure);
    }
  }

  /**
   * Cancels a future that its await owns. If it is already complete, its value is discarded or its
   * failure reported (A12).
   *
   * @param owned the future; a failure of its cancel is reported
   */
  public static void cancelOwned(Future<?> owned) {
    Cancellation.outsideWindow(
        CurrentFrame.get(), () -> discardOutcome(owned)); // runs its dependents
  }

  /**
   * Converts {@code future}: one virtual thread waits for it, unless it is complete (A15).
   *
   * @param future the source, which is not cancelled
   * @param suspension takes the outcome, and cancels the wait
   * @param <T> the type of the value
   */
  public static <T extends @Nullable Object> void pass(
      Future<? extends T> future, Suspension<? super T> suspension) {
    switch (future.state()) {
      case SUCCESS -> Receiver.of(suspension).receive(future.resultNow()); // else kept there
      case FAILED -> suspension.fail(Failures.unwrap(future.exceptionNow()));
      case CANCELLED -> suspension.fail(new CancellationException());
      case RUNNING -> {
        RunningCoroutine<T> waiter =
            RunningCoroutine.start("bridge-await", () -> FutureAwait.<T>unwrapped(future), null);
        waiter.subscribe(suspension);
        suspension.onCancel(waiter::cancel);
      }
    }
  }

  /** Waits for a conversion, whose receiver gets the failure unwrapped, even a checked one. */
  private static <T extends @Nullable Object> T unwrapped(Future<? extends T> future)
      throws Exception {
    try {
      return FutureAwait.<T>await(future, false);
    } catch (CompletionException e) {
      throw Failures.unwrap(e) instanceof Exception failure ? failure : e;
    }
  }

  /**
   * Waits for {@code future}.
   *
   * @param future the source, not a stage
   * @param owned whether a cancelled wait cancels the future (A15)
   * @param <T> the type of the value
   * @return its value
   */
  public static <T extends @Nullable Object> T await(Future<? extends T> future, boolean owned) {
    CancelFrame frame = owned ? enterOrCancel(future) : Cancellation.enterAwait();
    boolean waits = !future.isDone();
    if (waits && Thread.currentThread() instanceof ForkJoinWorkerThread) {
      return FutureAwait.<T>awaitElsewhere(frame, future, owned);
    }
    while (true) {
      try {
        T value = future.get();
        if (!waits || !isCancelled(frame)) {
          return value;
        }
      } catch (InterruptedException e) {
        if (Cancellation.isKept(e, frame)) { // thrown by a user's future
          throw Failures.thrown(e);
        }
        if (!Cancellation.endsAfterInterrupt(frame)) {
          continue;
        }
      } catch (ExecutionException | CancellationException e) {
        if (!waits || !isCancelled(frame)) {
          throw thrown(e);
        }
      }
      if (owned) {
        cancelOwned(future);
      }
      throw Cancellation.exception(frame);
    }
  }

  /**
   * The order of cancel and outcome is unknown, so the cancel wins (A7); a future that is not owned
   * keeps its outcome.
   */
  private static boolean isCancelled(@Nullable CancelFrame frame) {
    return frame != null && frame.isCancelled();
  }

  /** A cancel after this point cancels this await, which then cancels its future (A15). */
  private static <T extends @Nullable Object> T awaitElsewhere(
      @Nullable CancelFrame frame, Future<? extends T> future, boolean owned) {
    return CallbackAwait.<T>await(
        frame,
        suspension -> {
          if (owned) {
            suspension.onCancel(() -> cancelOwned(future));
          }
          FutureAwait.<T>pass(future, suspension);
        });
  }

  /**
   * The outcome of an await of a complete {@code CompletableFuture}. Its {@code get} is called only
   * when it is done, since a waiting {@code get} runs dependents registered by other code (A13).
   *
   * @param future is done
   * @param <T> the type of the value
   * @return its value
   */
  public static <T extends @Nullable Object> T outcome(CompletableFuture<? extends T> future) {
    try {
      return future.get();
    } catch (ExecutionException | CancellationException e) {
      throw thrown(e);
    } catch (InterruptedException e) { // thrown by a subclass
      throw Failures.thrown(e);
    }
  }

  /** The exception of an await whose {@code get} threw {@code ofGet}. */
  private static RuntimeException thrown(Exception ofGet) {
    Throwable failure =
        ofGet instanceof CancellationException
            ? GET_WRAPS && ofGet.getCause() instanceof CancellationException own ? own : ofGet
            : Failures.unwrap(ofGet);
    return Failures.thrown(failure);
  }
}
