package io.bridge.internal;

import static java.util.Objects.requireNonNull;

import io.bridge.Await;
import io.bridge.Body;
import io.bridge.Coroutine;
import io.bridge.Suspension;
import io.bridge.Undeliverable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one implementation of {@link Coroutine}, and the one place where bridge starts a thread. The
 * body runs inside the interrupt window; its outcome is signalled outside of it. See
 * docs/design/coroutine.md.
 *
 * <pre>
 * end    meaning                                        left by
 * null   the body has not ended (a cancel is the        run -> an End
 *        frame's matter, see CancelFrame)
 * End    the one outcome, final                         -
 * </pre>
 *
 * Proof: CoroutineTest, SuspendRaceTest, InterruptRaceTest.
 *
 * @param <T> the type of the value
 */
public final class RunningCoroutine<T extends @Nullable Object> extends CancelFrame
    implements Coroutine<T>, Runnable {

  private record End<T extends @Nullable Object>(
      State state, @Nullable T value, @Nullable Throwable failure) {}

  private static final VarHandle WAITERS;
  private static final VarHandle ITERATIONS;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      WAITERS =
          lookup.findVarHandle(RunningCoroutine.class, "waiters", ConcurrentLinkedQueue.class);
      ITERATIONS = lookup.findVarHandle(RunningCoroutine.class, "iterations", Set.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final String name;

  // by the coroutine's thread; null once it runs, so that a handle does not keep what it captured
  private @Nullable Body<? extends T, ?> body;
  private @Nullable Completion<? super T> completion;

  // written by the coroutine's thread, once
  private volatile @Nullable End<T> end;

  // any thread; made by the first waiter
  private volatile @Nullable ConcurrentLinkedQueue<Consumer<? super Coroutine<T>>> waiters;

  // any thread; made by the first iteration, null again when the body has ended
  private volatile @Nullable Set<Iteration<?>> iterations;

  private RunningCoroutine(
      String name, Body<? extends T, ?> body, @Nullable Completion<? super T> completion) {
    super(null, new InterruptWindow(), contextOf(current()));
    this.name = name;
    this.body = body;
    this.completion = completion;
  }

  /**
   * Runs {@code body} on a new virtual thread.
   *
   * @param name of the thread; shared by all coroutines of one kind
   * @param body the code to run
   * @param completion takes the outcome; null if only the handle does
   * @param <T> the type of the value
   * @return the handle
   */
  public static <T extends @Nullable Object> RunningCoroutine<T> start(
      String name, Body<? extends T, ?> body, @Nullable Completion<? super T> completion) {
    RunningCoroutine<T> coroutine = new RunningCoroutine<>(name, body, completion);
    Thread thread =
        Thread.ofVirtual()
            .name(name)
            // The starter may be an event loop with another request's thread-locals.
            .inheritInheritableThreadLocals(false)
            .unstarted(coroutine);
    thread.setContextClassLoader(Thread.currentThread().getContextClassLoader());
    thread.start();
    return coroutine;
  }

  /** The coroutine whose body the calling thread runs, in whatever frame. */
  public static @Nullable Coroutine<?> ofCurrentThread() {
    return running(current());
  }

  static @Nullable RunningCoroutine<?> running(@Nullable CancelFrame innermost) {
    CancelFrame frame = innermost;
    while (frame != null && !(frame instanceof RunningCoroutine<?>)) {
      frame = frame instanceof ShieldFrame shield ? shield.hidden : frame.outer;
    }
    return (RunningCoroutine<?>) frame;
  }

  /** The body of the thread; not for callers. */
  @Override
  public void run() {
    replaceCurrent(this);
    Completion<? super T> receiver = completion;
    completion = null;
    End<T> outcome = execute();
    end = outcome;
    if (receiver != null) {
      signal(outcome, receiver);
    }
    runWaiters();
  }

  private End<T> execute() {
    Body<? extends T, ?> code = requireNonNull(body);
    body = null;
    if (isCancelled()) {
      return new End<>(State.CANCELLED, null, cancellation(this));
    }
    window.begin();
    try {
      return new End<>(State.SUCCEEDED, code.call(), null);
    } catch (Throwable failure) { // an Error too: nobody may wait for ever (B11)
      return ended(failure);
    } finally {
      window.close();
      Thread.interrupted(); // somebody else's: the signals that follow are not theirs to disturb
      endIterations();
    }
  }

  /** Has {@code iteration} cancelled at the end of the body, unless it is {@link #forget}ed. */
  void remember(Iteration<?> iteration) {
    Set<Iteration<?>> open = iterations;
    if (open == null) {
      ITERATIONS.compareAndSet(this, null, ConcurrentHashMap.newKeySet());
      open = requireNonNull(iterations);
    }
    open.add(iteration);
  }

  void forget(Iteration<?> iteration) {
    Set<Iteration<?>> open = iterations;
    if (open != null) {
      open.remove(iteration);
    }
  }

  private void endIterations() {
    Set<Iteration<?>> open = iterations;
    if (open != null) {
      iterations = null;
      open.forEach(Iteration::close);
    }
  }

  private End<T> ended(Throwable failure) {
    if (isCancelled() && Failures.isCancelEcho(failure)) {
      return new End<>(State.CANCELLED, null, cancellation(this));
    }
    return new End<>(State.FAILED, null, failure);
  }

  @SuppressWarnings("NullAway") // the value of a SUCCEEDED end is a T, which may be a nullable type
  private static <T extends @Nullable Object> void signal(
      End<T> outcome, Completion<? super T> receiver) {
    try {
      switch (outcome.state) {
        case SUCCEEDED -> receiver.succeeded(outcome.value);
        case CANCELLED -> receiver.cancelled((CancellationException) outcome.failure);
        default -> receiver.failed(outcome.failure);
      }
    } catch (Throwable t) {
      Undeliverable.report(t);
    }
  }

  private void runWaiters() {
    ConcurrentLinkedQueue<Consumer<? super Coroutine<T>>> queue = waiters;
    if (queue != null) {
      for (Consumer<? super Coroutine<T>> w = queue.poll(); w != null; w = queue.poll()) {
        runWaiter(w);
      }
    }
  }

  private void runWaiter(Consumer<? super Coroutine<T>> waiter) {
    try {
      waiter.accept(this);
    } catch (Throwable t) {
      Undeliverable.report(t);
    }
  }

  /** Whoever takes a waiter out of the queue runs it, so each runs once. */
  private void addWaiter(Consumer<? super Coroutine<T>> waiter) {
    ConcurrentLinkedQueue<Consumer<? super Coroutine<T>>> queue = waiters;
    if (queue == null) {
      WAITERS.compareAndSet(this, null, new ConcurrentLinkedQueue<>());
      queue = requireNonNull(waiters);
    }
    queue.add(waiter);
    if (end != null && queue.remove(waiter)) {
      runWaiter(waiter);
    }
  }

  private void removeWaiter(Consumer<? super Coroutine<T>> waiter) {
    ConcurrentLinkedQueue<Consumer<? super Coroutine<T>>> queue = waiters;
    if (queue != null) {
      queue.remove(waiter);
    }
  }

  @Override
  public T await() {
    return Await.await(this);
  }

  @Override
  public void subscribe(Suspension<? super T> suspension) {
    Consumer<Coroutine<T>> waiter = ended -> deliver(suspension);
    addWaiter(waiter);
    suspension.onCancel(() -> removeWaiter(waiter));
  }

  @SuppressWarnings("NullAway") // as in signal
  private void deliver(Suspension<? super T> suspension) {
    End<T> outcome = end;
    if (outcome.state == State.SUCCEEDED) {
      suspension.resume(outcome.value);
    } else {
      suspension.fail(outcome.failure);
    }
  }

  @Override
  public void onCompletion(Consumer<? super Coroutine<T>> action) {
    addWaiter(requireNonNull(action, "action"));
  }

  @Override
  public void cancel() {
    cancelFrame("cancelled");
  }

  @Override
  public void cancel(String reason) {
    cancelFrame(requireNonNull(reason, "reason"));
  }

  @Override
  boolean foreignInterrupt() {
    cancelFrame("its thread was interrupted");
    return true;
  }

  @Override
  public State state() {
    End<T> outcome = end;
    return outcome == null ? State.RUNNING : outcome.state;
  }

  @Override
  public boolean isDone() {
    return end != null;
  }

  @Override
  @SuppressWarnings("NullAway") // as in signal
  public T get() {
    End<T> outcome = end;
    if (outcome == null || outcome.state != State.SUCCEEDED) {
      throw new IllegalStateException("coroutine " + name + " has no value: " + state());
    }
    return outcome.value;
  }

  @Override
  public @Nullable Throwable failure() {
    End<T> outcome = end;
    return outcome == null ? null : outcome.failure;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String toString() {
    return "Coroutine[" + name + ", " + state() + "]";
  }
}
