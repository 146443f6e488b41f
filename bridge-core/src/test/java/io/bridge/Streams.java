package io.bridge;

import io.bridge.fixtures.Eventually;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/** What the tests of stream bodies share. */
final class Streams {

  /** A thread that nobody wakes for so long is not woken any more; a machine is never that busy. */
  private static final Duration STUCK = Duration.ofSeconds(2);

  private Streams() {}

  /** As {@link Eventually}, but fails sooner if {@code thread} does nothing but wait. */
  static void untilUnlessStuck(
      String what, Supplier<@Nullable Thread> thread, BooleanSupplier condition) {
    AtomicLong lastActive = new AtomicLong(System.nanoTime());
    Eventually.until(
        what,
        () -> {
          boolean met = condition.getAsBoolean();
          long now = System.nanoTime();
          if (!met && !isParked(thread.get())) {
            lastActive.set(now);
          }
          if (!met && now - lastActive.get() > STUCK.toNanos()) {
            throw new AssertionError("waits and is not woken: " + what);
          }
          return met;
        });
  }

  /** Its body is one of strings without saying so. */
  static Publisher<String> publisher(Emitter.Body<String> body) {
    return Publishers.publisher(body);
  }

  /** A body that waits where an interrupt or a cancel ends it. */
  static void sleep() throws InterruptedException {
    Thread.sleep(60_000);
  }

  static boolean isParked(@Nullable Thread thread) {
    return thread != null
        && (thread.getState() == Thread.State.WAITING
            || thread.getState() == Thread.State.TIMED_WAITING);
  }

  static boolean isDone(@Nullable Coroutine<?> coroutine) {
    return coroutine != null && coroutine.isDone();
  }
}
