package io.bridge.testkit;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One run of a test's code inside something else, such as the body of a coroutine or of a stream:
 * its thread and its outcome are known.
 *
 * @param <T> the type of the value
 */
public final class BodyRun<T extends @Nullable Object> {

  private final CompletableFuture<Thread> thread = new CompletableFuture<>();
  private final CompletableFuture<T> outcome = new CompletableFuture<>();

  /** Runs {@code code} on this thread, and ends as it does. */
  public T call(Callable<? extends T> code) throws Exception {
    thread.complete(Thread.currentThread());
    try {
      T value = code.call();
      outcome.complete(value);
      return value;
    } catch (Throwable t) {
      outcome.completeExceptionally(t);
      throw t;
    }
  }

  /** The thread of the code; waits until it runs. */
  public Thread thread() {
    Eventually.until("the body runs", thread::isDone);
    return thread.join();
  }

  /** Returns when the thread waits for something. */
  public BodyRun<T> awaitParked() {
    Thread waiting = thread();
    Eventually.until(
        "the body is parked",
        () ->
            switch (waiting.getState()) {
              case WAITING, TIMED_WAITING -> true;
              case TERMINATED -> throw new AssertionError("the body ended: " + outcome);
              default -> false;
            });
    return this;
  }

  /** Returns when the code has ended, and its thread; collects garbage until then. */
  public void awaitGone() {
    Eventually.until(
        "the end of the body",
        () -> {
          System.gc();
          return outcome.isDone();
        });
    Thread gone = thread();
    Eventually.until("the end of its thread", () -> !gone.isAlive());
  }

  /** Whether the code has ended. */
  public boolean isDone() {
    return outcome.isDone();
  }

  /** The value that the code returned; waits for it. */
  public T value() {
    Eventually.until("the end of the body", outcome::isDone);
    return outcome.join();
  }

  /** The failure that the code threw, or null if it returned; waits for the end. */
  public @Nullable Throwable outcome() {
    Eventually.until("the end of the body", outcome::isDone);
    return outcome.<@Nullable Throwable>handle((value, thrown) -> thrown).join();
  }

  /** The failure that the code threw; waits for it. */
  public Throwable failure() {
    Throwable failure = outcome();
    if (failure == null) {
      throw new AssertionError("the body returned " + outcome);
    }
    return failure;
  }
}
