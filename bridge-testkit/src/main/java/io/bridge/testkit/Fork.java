package io.bridge.testkit;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Code of a test on a thread of its own, which is joined with a deadline.
 *
 * @param <T> the type of its value
 */
public final class Fork<T extends @Nullable Object> {

  /** Code that may throw anything. */
  @FunctionalInterface
  public interface Action {
    /** Runs the code. */
    void run() throws Exception;
  }

  /** Around a failure, because CompletableFuture unwraps a CompletionException of the code's. */
  private static final class Thrown extends Exception {

    private static final long serialVersionUID = 1L;

    private final Throwable failure;

    Thrown(Throwable failure) {
      super("of the fork", null, false, false); // as its cause, a hostile one would be asked
      this.failure = failure;
    }
  }

  private final Thread thread;
  private final CompletableFuture<T> outcome = new CompletableFuture<>();

  private Fork(Thread.Builder kind, Callable<T> code) {
    thread =
        kind.start(() -> {
          try {
            outcome.complete(code.call());
          } catch (Throwable t) {
            outcome.completeExceptionally(new Thrown(t));
          }
        });
  }

  /** Starts {@code code} on a virtual thread. */
  public static <T extends @Nullable Object> Fork<T> virtual(Callable<T> code) {
    return new Fork<>(Thread.ofVirtual().name("fork"), code);
  }

  /** Starts {@code code} on a daemon platform thread. */
  public static <T extends @Nullable Object> Fork<T> platform(Callable<T> code) {
    return new Fork<>(Thread.ofPlatform().daemon().name("fork"), code);
  }

  /** Starts {@code code} on a virtual thread. */
  public static Fork<String> virtual(Action code) {
    return virtual(returning(code));
  }

  /** Starts {@code code} on a daemon platform thread. */
  public static Fork<String> platform(Action code) {
    return platform(returning(code));
  }

  private static Callable<String> returning(Action code) {
    return () -> {
      code.run();
      return "done";
    };
  }

  /** The thread of this fork. */
  public Thread thread() {
    return thread;
  }

  /** Whether the code has ended. */
  public boolean isDone() {
    return outcome.isDone();
  }

  /** Interrupts the thread. */
  public Fork<T> interrupt() {
    thread.interrupt();
    return this;
  }

  /** Returns when the thread is parked or blocked. */
  public Fork<T> awaitParked() {
    Eventually.until(
        "the fork is parked",
        () ->
            switch (thread.getState()) {
              case WAITING, TIMED_WAITING -> true;
              case TERMINATED -> throw new AssertionError("the fork ended: " + outcome);
              default -> false;
            });
    return this;
  }

  /** Waits for the value; a failure of the code is rethrown as itself. */
  public T join() {
    try {
      return outcome.get(Eventually.DEADLINE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      Throwable failure = e.getCause() instanceof Thrown thrown ? thrown.failure : e;
      Fork.<RuntimeException>rethrow(failure);
      throw new AssertionError(failure);
    } catch (TimeoutException e) {
      AssertionError hanging = new AssertionError("the fork hangs");
      hanging.setStackTrace(thread.getStackTrace());
      throw hanging;
    } catch (InterruptedException e) {
      throw new AssertionError("the test's own thread was interrupted", e);
    }
  }

  /** Waits for the failure of the code. */
  public Throwable joinFailure() {
    T value;
    try {
      value = join();
    } catch (Throwable t) {
      return t;
    }
    throw new AssertionError("expected a failure, got " + value);
  }

  @SuppressWarnings("unchecked") // erased: only the compiler believes that it is an X
  private static <X extends Throwable> void rethrow(Throwable failure) throws X {
    throw (X) failure;
  }
}
