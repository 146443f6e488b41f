package io.bridge.internal.coroutine;

import static java.util.Objects.requireNonNull;

import io.bridge.Coroutine;
import io.bridge.Coroutine.State;
import io.bridge.Suspension;
import io.bridge.Undeliverable;
import io.bridge.internal.await.Receiver;
import io.bridge.internal.base.Fields;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of a coroutine, and the code that waits for it.
 *
 * <pre>
 * state    meaning                                               left by
 * null     the body has not ended                                end -> a State
 * a State  the body's outcome, final; the result was written     -
 *          before
 * </pre>
 *
 * <p>An end needs no memory (B11). Proof: RunningCoroutineTest, CoroutineTest.
 *
 * @param <T> the type of the value
 */
final class CoroutineEnd<T extends @Nullable Object> {

  private static final VarHandle WAITERS =
      Fields.handle(MethodHandles.lookup(), "waiters", ConcurrentLinkedQueue.class);
  private static final VarHandle TAKERS =
      Fields.handle(MethodHandles.lookup(), "takers", int.class);

  private final Coroutine<T> of;

  // by the coroutine's thread, before the state: the value, or the failure
  private @Nullable Object result;

  // by the coroutine's thread, once
  private volatile @Nullable State state;

  // any thread; made by the first waiter
  private volatile @Nullable ConcurrentLinkedQueue<Consumer<? super Coroutine<T>>> waiters;

  // any thread; how many have taken the outcome, by a call or an await
  @SuppressWarnings("unused") // written by TAKERS
  private volatile int takers;

  CoroutineEnd(Coroutine<T> of) {
    this.of = of;
  }

  /** Writes the result, which nobody sees before {@link #end}. */
  void result(@Nullable Object valueOrFailure) {
    result = valueOrFailure;
  }

  /** The result, for the thread that has written it. */
  @Nullable Object result() {
    return result;
  }

  /** Publishes the end. {@link #runWaiters} follows. */
  void end(State how) {
    state = how;
  }

  State state() {
    State how = state;
    return how == null ? State.RUNNING : how;
  }

  boolean isDone() {
    return state != null;
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // the T of SUCCEEDED, maybe nullable
  T value() {
    return (T) result;
  }

  /** The value, which counts as taken. */
  T get() {
    if (state != State.SUCCEEDED) {
      throw new IllegalStateException("coroutine " + of.name() + " has no value: " + state());
    }
    take(1);
    return value();
  }

  /** The failure, which counts as taken. */
  @Nullable Throwable takeFailure() {
    Throwable failure = failure();
    if (failure != null) {
      take(1);
    }
    return failure;
  }

  /** The failure, for internal use: it does not count as taken by the user. */
  @Nullable Throwable failure() {
    State how = state; // before the result
    boolean failed = how == State.FAILED || how == State.CANCELLED;
    return failed ? (Throwable) result : null;
  }

  void take(int more) {
    TAKERS.getAndAdd(this, more);
  }

  /** Whether the outcome was taken, by a call or an await. */
  boolean isTaken() {
    return takers > 0;
  }

  void runWaiters() {
    ConcurrentLinkedQueue<Consumer<? super Coroutine<T>>> queue = waiters;
    if (queue != null) {
      for (Consumer<? super Coroutine<T>> w = queue.poll(); w != null; w = queue.poll()) {
        runWaiter(w);
      }
    }
  }

  private void runWaiter(Consumer<? super Coroutine<T>> waiter) {
    try {
      waiter.accept(of);
    } catch (Throwable t) {
      report(t);
    }
  }

  /** The thread that takes a waiter out of the queue runs it, so each runs once. */
  private void addWaiter(Consumer<? super Coroutine<T>> waiter) {
    ConcurrentLinkedQueue<Consumer<? super Coroutine<T>>> queue = waiters;
    if (queue == null) {
      WAITERS.compareAndSet(this, null, new ConcurrentLinkedQueue<>());
      queue = requireNonNull(waiters);
    }
    queue.add(waiter);
    if (state != null && queue.remove(waiter)) {
      runWaiter(waiter);
    }
  }

  private void removeWaiter(Consumer<? super Coroutine<T>> waiter) {
    ConcurrentLinkedQueue<Consumer<? super Coroutine<T>>> queue = waiters;
    if (queue != null) {
      queue.remove(waiter);
    }
  }

  void subscribe(Suspension<? super T> suspension) {
    Consumer<Coroutine<T>> waiter = ended -> deliver(suspension);
    addWaiter(waiter);
    suspension.onCancel(() -> removeWaiter(waiter));
  }

  private void deliver(Suspension<? super T> suspension) {
    Throwable failure = failure();
    take(1); // first, so that a taken outcome is not discarded or reported as well (A12)
    Receiver<? super T> receiver = Receiver.of(suspension);
    if (!(failure == null ? receiver.receive(value()) : receiver.receiveFailure(failure))) {
      take(-1); // too late for that await, but not lost: the handle has it
    }
  }

  void onCompletion(Consumer<? super Coroutine<T>> action) {
    requireNonNull(action, "action");
    addWaiter(ended -> action.accept(ended)); // a new object, since the action may define equals
  }

  /** Reports a failure of the code after the body, if there is memory for that. */
  static void report(Throwable failure) {
    try {
      Undeliverable.report(failure);
    } catch (Throwable noMemory) {
      // the remaining steps of the end are more important
    }
  }
}
