package io.bridge;

import java.time.Duration;

/**
 * Thrown by {@link Coroutine#withTimeout(Duration, Body)} when its time is over. It is not a {@link
 * java.util.concurrent.CancellationException}, because a timeout is a failure and a cancellation is
 * intended. The timeout interrupts the await or blocking call that the body is in. The exception
 * that ended this call is suppressed in the {@code AwaitTimeoutException}, and its stack trace
 * shows the place (contract T1).
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
