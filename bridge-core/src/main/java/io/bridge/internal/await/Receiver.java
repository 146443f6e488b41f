package io.bridge.internal.await;

import io.bridge.CoroutineContext;
import io.bridge.Suspension;
import org.jspecify.annotations.Nullable;

/**
 * The receiving end of a conversion: what every {@link Suspension} is to the sources of ours, which
 * keep what it refuses and send that to their own library's channel (A12).
 *
 * @param <T> the type of the value
 */
public interface Receiver<T extends @Nullable Object> {

  /**
   * Returns the receiving end of a suspension.
   *
   * @param suspension one of ours, there being no other
   * @param <T> the type of the value
   * @return the same object
   */
  @SuppressWarnings("unchecked") // the sealed family is both, of one T
  static <T extends @Nullable Object> Receiver<T> of(Suspension<T> suspension) {
    return (Receiver<T>) suspension;
  }

  /**
   * Takes the value, on any thread.
   *
   * @param value the outcome
   * @return false if it came too late, and is lost
   */
  boolean receive(T value);

  /**
   * Takes the failure, on any thread.
   *
   * @param failure the outcome
   * @return false if it came too late, and is lost
   */
  boolean receiveFailure(Throwable failure);

  /**
   * Called by the signals of a source, which stop it when nobody wants the outcome any more (A6).
   * What waits for it is then cancelled, too: the request may be gone when it looks itself.
   *
   * @return whether to stop the source
   */
  boolean cancelIfRequested();

  /** Returns the context of whoever wants the outcome; what a source's library carries along. */
  CoroutineContext context();

  /** Returns whether the code that subscribes waits itself: its thread's state goes along then. */
  boolean isAwait();
}
