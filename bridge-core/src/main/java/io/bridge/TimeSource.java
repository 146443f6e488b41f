package io.bridge;

import io.bridge.internal.cancel.SystemTime;
import java.time.Duration;

/**
 * The clock of {@link Await#delay} and of timeouts. The one of the JVM is used unless the {@link
 * CoroutineContext} binds another under {@link #KEY}: a test does that for its own coroutines, and
 * moves their time by hand.
 *
 * <p><b>Cancellation:</b> closing what {@link #schedule} returned.
 *
 * <p><b>Errors:</b> what an implementation throws is thrown by the delay or timeout, before it
 * begins.
 *
 * <p><b>Memory:</b> a task that has run or was closed must not be kept.
 *
 * @since 0.1.0
 */
public interface TimeSource {

  /** Binds a time source to code and to the coroutines that are started in it. */
  CoroutineContext.Key<TimeSource> KEY = CoroutineContext.Key.of("io.bridge.TimeSource");

  /**
   * Returns the time of the JVM: {@link System#nanoTime()}, and one daemon thread for all timers.
   *
   * @return the same object on each call
   */
  static TimeSource system() {
    return SystemTime.INSTANCE;
  }

  /**
   * Returns the time source of the calling code.
   *
   * @return the one that its context binds, else that of the JVM
   */
  static TimeSource current() {
    TimeSource bound = CoroutineContext.current().get(KEY);
    return bound != null ? bound : system();
  }

  /**
   * Returns the time, in nanoseconds since some fixed moment.
   *
   * @return only differences have a meaning, as with {@link System#nanoTime()}
   */
  long nanoTime();

  /**
   * Runs a task once, later, on a thread of the time source.
   *
   * @param delay from now; above zero, up to {@code Duration.ofSeconds(Long.MAX_VALUE)}
   * @param task changes a state and wakes a thread; never waits
   * @return takes the task back, if it has not begun
   */
  Registration schedule(Duration delay, Runnable task);
}
