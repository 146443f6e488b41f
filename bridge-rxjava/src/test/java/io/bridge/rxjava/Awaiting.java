package io.bridge.rxjava;

import io.bridge.Body;
import io.bridge.Coroutine;
import io.bridge.testkit.Eventually;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A coroutine of a test, whose thread and failure are known. */
final class Awaiting<T extends @Nullable Object> {

  private final CompletableFuture<Thread> thread = new CompletableFuture<>();
  private final CompletableFuture<T> outcome = new CompletableFuture<>();
  private final Coroutine<T> coroutine;

  private Awaiting(Body<? extends T, ? extends Exception> body) {
    coroutine =
        Coroutine.start(() -> {
          thread.complete(Thread.currentThread());
          try {
            T value = body.call();
            outcome.complete(value);
            return value;
          } catch (Throwable t) {
            outcome.completeExceptionally(t);
            throw t;
          }
        });
  }

  static <T extends @Nullable Object> Awaiting<T> start(
      Body<? extends T, ? extends Exception> body) {
    return new Awaiting<>(body);
  }

  /** Returns when the thread waits for something. */
  Awaiting<T> awaitParked() throws Exception {
    Thread waiting = thread();
    Eventually.until(
        "the coroutine is parked",
        () ->
            switch (waiting.getState()) {
              case WAITING, TIMED_WAITING -> true;
              case TERMINATED -> throw new AssertionError("the coroutine ended: " + outcome);
              default -> false;
            });
    return this;
  }

  Thread thread() throws Exception {
    return thread.get(Eventually.DEADLINE.toSeconds(), TimeUnit.SECONDS);
  }

  Awaiting<T> cancel() {
    coroutine.cancel();
    return this;
  }

  Coroutine<T> coroutine() {
    return coroutine;
  }

  /** What the body returned. */
  T value() {
    Eventually.until("the end of the body", outcome::isDone);
    return outcome.join();
  }

  /** What the body threw; null if it returned. */
  @Nullable Throwable outcome() {
    Eventually.until("the end of the body", outcome::isDone);
    return outcome.<@Nullable Throwable>handle((value, thrown) -> thrown).join();
  }

  /** What the body threw. */
  Throwable failure() {
    Eventually.until("the end of the body", outcome::isDone);
    @Nullable Throwable failure =
        outcome.<@Nullable Throwable>handle((value, thrown) -> thrown).join();
    if (failure == null) {
      throw new AssertionError("the body returned " + outcome);
    }
    return failure;
  }
}
