package io.bridge.internal.coroutine;

import static java.util.Objects.requireNonNull;

import io.bridge.Body;
import io.bridge.Coroutine;
import io.bridge.Suspension;
import io.bridge.Undeliverable;
import io.bridge.internal.await.CallbackAwait;
import io.bridge.internal.await.Receiver;
import io.bridge.internal.base.Fields;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.cancel.CoroutineThreads;
import io.bridge.internal.cancel.CurrentFrame;
import io.bridge.internal.cancel.InterruptWindow;
import io.bridge.internal.cancel.OwnedResources;
import io.bridge.internal.cancel.ScopeFrame;
import io.bridge.internal.context.ContextSnapshot;
import io.bridge.internal.failure.EntryPoint;
import io.bridge.internal.failure.Failures;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one implementation of {@link Coroutine}, and a body on a thread of its own. The body runs
 * inside the interrupt window; its outcome is signalled outside of it. See
 * docs/design/coroutine.md.
 *
 * <pre>
 * end      meaning                                      left by
 * null     the body has not ended (CancelFrame holds    run -> a State
 *          its cancel)
 * a State  the body's outcome, final; the result was    -
 *          written before
 * </pre>
 *
 * <p>An end needs no memory, and no failure after the body stops the code that waits for the end
 * (B11). Proof: CoroutineTest, RunningCoroutineTest, SuspendRaceTest, InterruptRaceTest.
 *
 * @param <T> the type of the value
 */
@EntryPoint(of = Coroutine.class)
public final class RunningCoroutine<T extends @Nullable Object> extends CancelFrame
    implements Coroutine<T>, Runnable {

  private static final VarHandle WAITERS =
      Fields.handle(MethodHandles.lookup(), "waiters", ConcurrentLinkedQueue.class);
  private static final VarHandle REPORTED =
      Fields.handle(MethodHandles.lookup(), "reported", boolean.class);
  private static final VarHandle TAKERS =
      Fields.handle(MethodHandles.lookup(), "takers", int.class);

  private final String name;

  /** The scope it was forked into; null if it has none. */
  public final @Nullable CoroutineParent parent;

  /**
   * Its link in the parent's list. Written by the forking thread before the thread starts; then by
   * that thread.
   */
  public @Nullable Object place;

  // by the coroutine's thread; null once it runs, so that a handle does not keep captured objects
  private @Nullable Body<? extends T, ?> body;
  private @Nullable ContextSnapshot ambient;
  private @Nullable Completion<? super T> completion;

  // by the coroutine's thread, before the state: the value, or the failure
  private @Nullable Object result;

  // by the coroutine's thread, once
  private volatile @Nullable State end;

  // any thread; made by the first waiter
  private volatile @Nullable ConcurrentLinkedQueue<Consumer<? super Coroutine<T>>> waiters;

  private final OwnedResources owned = new OwnedResources();

  // any thread; how many have taken the outcome, by a call or an await
  @SuppressWarnings("unused") // written by TAKERS
  private volatile int takers;

  // any thread that waits for the scope
  private volatile boolean reported;

  private RunningCoroutine(
      String name,
      ContextSnapshot ambient,
      Body<? extends T, ?> body,
      @Nullable Completion<? super T> completion,
      @Nullable CoroutineParent parent) {
    super(null, new InterruptWindow(), ambient.context());
    this.name = name;
    this.parent = parent;
    this.body = body;
    this.ambient = ambient;
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
    return start(name, ContextSnapshot.ofCaller(), body, completion);
  }

  /**
   * Like {@link #start(String, Body, Completion)}, in surroundings other than the calling code's.
   */
  public static <T extends @Nullable Object> RunningCoroutine<T> start(
      String name,
      ContextSnapshot ambient,
      Body<? extends T, ?> body,
      @Nullable Completion<? super T> completion) {
    RunningCoroutine<T> coroutine = new RunningCoroutine<>(name, ambient, body, completion, null);
    coroutine.startThread();
    return coroutine;
  }

  /** A coroutine for {@code parent}, which starts it. */
  public static <T extends @Nullable Object> RunningCoroutine<T> forked(
      String name, Body<? extends T, ?> body, CoroutineParent parent) {
    return new RunningCoroutine<>(name, ContextSnapshot.ofCaller(), body, null, parent);
  }

  /** Starts it on a thread of its own. */
  public void startThread() {
    CoroutineThreads.start(name, this);
  }

  /** The coroutine whose body the calling thread runs, in any frame. */
  public static @Nullable Coroutine<?> ofCurrentThread() {
    return running(CurrentFrame.get());
  }

  public static @Nullable RunningCoroutine<?> running(@Nullable CancelFrame innermost) {
    CancelFrame frame = innermost;
    while (frame != null && !(frame instanceof RunningCoroutine<?>)) {
      frame = frame.enclosing();
    }
    return (RunningCoroutine<?>) frame;
  }

  /** The body of the thread; not for callers. */
  @Override
  public void run() {
    Completion<? super T> receiver = completion;
    completion = null;
    State how;
    try {
      CurrentFrame.replace(this);
      how = execute();
    } catch (Throwable noMemory) { // of the code around the body
      how = failed(noMemory);
    }
    end = how;
    if (receiver != null) {
      signal(how, receiver);
    }
    runWaiters();
    if (parent != null) {
      parent.ended(this);
    }
  }

  /** It could not be started: completes the handle with {@code failure}. */
  public void neverStarted(Throwable failure) {
    body = null;
    ambient = null;
    end = failed(failure);
    runWaiters();
  }

  private State failed(Throwable failure) {
    result = Failures.bare(failure);
    return State.FAILED;
  }

  private State cancelled() {
    result = Cancellation.exception(this);
    return State.CANCELLED;
  }

  private State execute() {
    Body<? extends T, ?> code = requireNonNull(body);
    ContextSnapshot around = requireNonNull(ambient);
    body = null;
    ambient = null;
    if (isCancelled()) {
      return cancelled();
    }
    window.begin();
    try {
      result = around.<T, Exception>call(code);
      return State.SUCCEEDED;
    } catch (Throwable failure) { // an Error too: no awaiting code may hang (B11)
      return isCancelled() && Failures.isCancelEcho(failure) ? cancelled() : failed(failure);
    } finally {
      leaveBody();
    }
  }

  private void leaveBody() {
    try {
      closeScopes();
    } catch (Throwable noMemory) {
      report(noMemory);
    }
    window.close();
    Thread.interrupted(); // a foreign interrupt must not disturb the signals that follow
    try {
      owned.close();
    } catch (Throwable noMemory) {
      report(noMemory);
    }
  }

  /** Reports a failure of the code after the body, if there is memory for that. */
  private static void report(Throwable failure) {
    try {
      Undeliverable.report(failure);
    } catch (Throwable noMemory) {
      // the remaining steps of the end are more important
    }
  }

  /** Closes the scopes that the body has left open: no coroutine outlives its scope (S3). */
  private void closeScopes() {
    for (ScopeFrame left = innermostScope(); left != null; left = innermostScope()) {
      if (!left.scope.isClosed()) {
        Undeliverable.report(
            new IllegalStateException("coroutine " + name + " has not closed " + left.scope));
      }
      try {
        left.scope.close();
      } catch (Throwable t) { // the end of the coroutine is more important
        Undeliverable.report(t);
      }
      left.unlink(); // opened by a body of runOn, so close() does not unlink it on this thread
    }
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // the T of SUCCEEDED, maybe nullable
  private T value() {
    return (T) result;
  }

  @SuppressWarnings("NullAway") // cancelled() has written the failure
  private void signal(State how, Completion<? super T> receiver) {
    try {
      switch (how) {
        case SUCCEEDED -> receiver.succeeded(value());
        case CANCELLED -> receiver.cancelled((CancellationException) result);
        default -> receiver.failed(requireNonNull(failureOf(this)));
      }
    } catch (Throwable t) {
      report(t);
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
    return CallbackAwait.Entry.<T>await(this);
  }

  @Override
  public void subscribe(Suspension<? super T> suspension) {
    Consumer<Coroutine<T>> waiter = ended -> deliver(suspension);
    addWaiter(waiter);
    suspension.onCancel(() -> removeWaiter(waiter));
  }

  private void deliver(Suspension<? super T> suspension) {
    Throwable failure = failureOf(this);
    take(1); // first, so that a taken outcome is not discarded or reported as well (A12)
    Receiver<? super T> receiver = Receiver.of(suspension);
    if (!(failure == null ? receiver.receive(value()) : receiver.receiveFailure(failure))) {
      take(-1); // too late for that await, but not lost: the handle has it
    }
  }

  @Override
  public void onCompletion(Consumer<? super Coroutine<T>> action) {
    requireNonNull(action, "action");
    addWaiter(ended -> action.accept(ended)); // a new object, since the action may define equals
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
  public OwnedResources owned() {
    return owned;
  }

  @Override
  public boolean foreignInterrupt() {
    cancelFrame("its thread was interrupted");
    return true;
  }

  @Override
  public State state() {
    State how = end;
    return how == null ? State.RUNNING : how;
  }

  @Override
  public boolean isDone() {
    return end != null;
  }

  @Override
  public T get() {
    if (end != State.SUCCEEDED) {
      throw new IllegalStateException("coroutine " + name + " has no value: " + state());
    }
    take(1);
    return value();
  }

  @Override
  public @Nullable Throwable failure() {
    Throwable failure = failureOf(this);
    if (failure != null) {
      take(1);
    }
    return failure;
  }

  /** The failure of {@code coroutine}, for internal use: it does not count as taken by the user. */
  public static @Nullable Throwable failureOf(Coroutine<?> coroutine) {
    RunningCoroutine<?> known = (RunningCoroutine<?>) coroutine;
    State how = known.end; // before the result
    boolean failed = how == State.FAILED || how == State.CANCELLED;
    return failed ? (Throwable) known.result : null;
  }

  private void take(int more) {
    TAKERS.getAndAdd(this, more);
  }

  /** The failure was thrown by other code than an await of the coroutine. */
  public void takeFailure() {
    take(1);
  }

  public void giveBackFailure() {
    take(-1);
  }

  /** Whether this is the first report that it goes on; several threads may wait for it. */
  public boolean isFirstReport() {
    return !reported && REPORTED.compareAndSet(this, false, true);
  }

  /** A report of where it goes on although it is cancelled. */
  public IllegalStateException straggling(String scope) {
    Thread thread = window.worker();
    IllegalStateException report =
        new IllegalStateException(
            "scope " + scope + " waits for " + name + " (" + thread + "), which is cancelled");
    report.setStackTrace(thread == null ? new StackTraceElement[0] : thread.getStackTrace());
    return report;
  }

  /** Whether the outcome was taken, by a call or an await. */
  public boolean isTaken() {
    return takers > 0;
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
