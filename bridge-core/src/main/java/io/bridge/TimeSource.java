package io.bridge;

import io.bridge.internal.cancel.SystemTime;
import java.time.Duration;

/**
 * The clock of {@link Await#delay} and of timeouts. They use the clock of the JVM, unless the
 * {@link CoroutineContext} binds another time source to {@link #KEY}. A test can do so for its own
 * coroutines, and move their time by hand.
 *
 * <p><b>Cancellation:</b> close the {@link Registration} that {@link #schedule} returned.
 *
 * <p><b>Errors:</b> if an implementation throws, the delay or timeout throws that exception before
 * it begins.
 *
 * <p><b>Memory:</b> an implementation must not keep a task that has run or whose registration was
 * closed.
 *
 * @since 0.1.0
 */
public interface TimeSource {

  /** The key of the time source in a {@link CoroutineContext}. */
  CoroutineContext.Key<TimeSource> KEY = CoroutineContext.Key.of("io.bridge.TimeSource");

  /**
   * Returns the time source of the JVM. It reads {@link System#nanoTime()} and has one daemon
   * thread for all timers.
   *
   * @return the same object on each call
   */
  static TimeSource system() {
    return SystemTime.INSTANCE;
  }

  /**
   * Returns the time source of the calling code.
   *
   * @return the time source that the context binds, else that of the JVM
   */
  static TimeSource current() {
    TimeSource bound = CoroutineContext.current().get(KEY);
    return bound != null ? bound : system();
  }

  /**
   * Returns the time, in nanoseconds since some fixed moment.
   *
   * @return the time; only differences have a meaning, as with {@link System#nanoTime()}
   */
  long nanoTime();

  /**
   * Runs a task once after a delay, on a thread of the time source.
   *
   * @param delay from now; above zero, up to {@code Duration.ofSeconds(Long.MAX_VALUE)}
   * @param task sets a state and wakes a thread; never waits
   * @return removes the task when closed, if the task has not begun
   */
  Registration schedule(Duration delay, Runnable task);
}
