package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Eventually;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What the tests of scopes share. */
final class Scopes {

  static final Duration SHORT = Duration.ofMillis(10);
  static final Duration LONG = Duration.ofSeconds(60);

  /** The body of a coroutine whose value is null. */
  static final Body<@Nullable String, RuntimeException> NULL = () -> null;

  private Scopes() {}

  /** The body of a coroutine that waits until it is cancelled. */
  static String forever() throws InterruptedException {
    new CountDownLatch(1).await();
    return "never";
  }

  /** A coroutine of {@code scope} that ends by {@code failure}. */
  static Coroutine<String> failing(CoroutineScope<? super String, ?> scope, Throwable failure) {
    return scope.<String>fork(() -> {
      throw rethrown(failure);
    });
  }

  /** The same, when the scope and its joiner have seen the failure. */
  static Coroutine<String> failed(CoroutineScope<? super String, ?> scope, Throwable failure) {
    AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
    Coroutine<String> child =
        scope.<String>fork(() -> {
          thread.set(Thread.currentThread());
          throw rethrown(failure);
        });
    Eventually.until("the thread ends", () -> child.isDone() && !isAlive(thread.get()));
    return child;
  }

  private static boolean isAlive(@Nullable Thread thread) {
    return thread != null && thread.isAlive();
  }

  private static Exception rethrown(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    return (Exception) failure;
  }

  static void awaitEnd(Coroutine<?> coroutine) {
    Eventually.until("the coroutine ends", coroutine::isDone);
  }

  static void awaitCancelled(CoroutineScope<?, ?> scope) {
    Eventually.until("the scope is cancelled", scope::isCancelled);
  }

  /** Returns when the code of the calling thread is cancelled. */
  static void awaitCancelled() {
    Eventually.until("the code is cancelled", Coroutine::isCancelled);
  }

  /** The code at this point is in no cancelled frame: it can await and block. */
  static void assertFree() {
    assertThat(Thread.currentThread().isInterrupted()).as("the interrupt flag").isFalse();
    assertThat(Coroutine.isCancelled()).isFalse();
    Coroutine.checkCancelled();
    assertThat(Await.<@Nullable String>suspend(s -> s.resume("a"))).isEqualTo("a");
    Await.delay(Duration.ofNanos(1));
  }
}
