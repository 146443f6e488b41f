package io.bridge.internal.coroutine;

import static java.util.Objects.requireNonNull;

import io.bridge.Body;
import io.bridge.Coroutine;
import io.bridge.Suspension;
import io.bridge.Undeliverable;
import io.bridge.internal.await.CallbackAwait;
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
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one implementation of {@link Coroutine}, and a body on a thread of its own. The body runs
 * inside the interrupt window; its outcome is signalled outside of it. See
 * docs/design/coroutine.md.
 *
 * <p>An end needs no memory, and no failure after the body stops the code that waits for the end
 * (B11). Proof: CoroutineTest, RunningCoroutineTest, SuspendRaceTest, InterruptRaceTest.
 *
 * @param <T> the type of the value
 */
@EntryPoint(of = Coroutine.class)
public final class RunningCoroutine<T extends @Nullable Object> extends CancelFrame
    implements Coroutine<T>, Runnable {

  private static final VarHandle REPORTED =
      Fields.handle(MethodHandles.lookup(), "reported", boolean.class);

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

  private final CoroutineEnd<T> end = new CoroutineEnd<>(this);

  private final OwnedResources owned = new OwnedResources();

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

  /** The coroutine whose thread runs the code of {@code innermost}; null if none does. */
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
    end.end(how);
    if (receiver != null) {
      signal(how, receiver);
    }
    end.runWaiters();
    if (parent != null) {
      parent.ended(this);
    }
  }

  /** It could not be started: completes the handle with {@code failure}. */
  public void neverStarted(Throwable failure) {
    body = null;
    ambient = null;
    end.end(failed(failure));
    end.runWaiters();
  }

  private State failed(Throwable failure) {
    end.result(Failures.bare(failure));
    return State.FAILED;
  }

  private State cancelled() {
    end.result(Cancellation.exception(this));
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
      end.result(around.<T, Exception>call(code));
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
      CoroutineEnd.report(noMemory);
    }
    window.close();
    Thread.interrupted(); // a foreign interrupt must not disturb the signals that follow
    try {
      owned.close();
    } catch (Throwable noMemory) {
      CoroutineEnd.report(noMemory);
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

  @SuppressWarnings("NullAway") // cancelled() has written the failure
  private void signal(State how, Completion<? super T> receiver) {
    try {
      switch (how) {
        case SUCCEEDED -> receiver.succeeded(end.value());
        case CANCELLED -> receiver.cancelled((CancellationException) end.result());
        default -> receiver.failed(requireNonNull(end.failure()));
      }
    } catch (Throwable t) {
      CoroutineEnd.report(t);
    }
  }

  @Override
  public T await() {
    return CallbackAwait.Entry.<T>await(this);
  }

  @Override
  public void subscribe(Suspension<? super T> suspension) {
    end.subscribe(suspension);
  }

  @Override
  public void onCompletion(Consumer<? super Coroutine<T>> action) {
    end.onCompletion(action);
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
    return end.state();
  }

  @Override
  public boolean isDone() {
    return end.isDone();
  }

  @Override
  public T get() {
    return end.get();
  }

  @Override
  public @Nullable Throwable failure() {
    return end.takeFailure();
  }

  /** The failure of {@code coroutine}, for internal use: it does not count as taken by the user. */
  public static @Nullable Throwable failureOf(Coroutine<?> coroutine) {
    return ((RunningCoroutine<?>) coroutine).end.failure();
  }

  /** The failure was thrown by other code than an await of the coroutine. */
  public void takeFailure() {
    end.take(1);
  }

  public void giveBackFailure() {
    end.take(-1);
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
    return end.isTaken();
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
