package io.bridge;

import java.time.Duration;

/**
 * Thrown by {@link Coroutine#withTimeout(Duration, Body)} when its time is over. Not a {@link
 * java.util.concurrent.CancellationException}: a timeout is a failure, a cancellation an intent.
 * What ended the await or the blocking call that was cut off is suppressed in it, and has the place
 * in its stack trace (contract T1).
 *
 * @since 0.1.0
 */
public final class AwaitTimeoutException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** The time that was allowed. */
  private final Duration timeout;

  /**
   * Creates the exception.
   *
   * @param timeout the time that was allowed
   */
  public AwaitTimeoutException(Duration timeout) {
    super("timed out after " + timeout);
    this.timeout = timeout;
  }

  /**
   * Returns the time that was allowed.
   *
   * @return the argument of {@code withTimeout}
   */
  public Duration timeout() {
    return timeout;
  }
}
