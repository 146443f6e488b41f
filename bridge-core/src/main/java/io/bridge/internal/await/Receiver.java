package io.bridge.internal.await;

import io.bridge.CoroutineContext;
import io.bridge.Suspension;
import org.jspecify.annotations.Nullable;

/**
 * The receiving end of a conversion, as our own sources see a {@link Suspension}. If it refuses an
 * outcome, the source sends that to its own library's channel (A12).
 *
 * @param <T> the type of the value
 */
public interface Receiver<T extends @Nullable Object> {

  /**
   * Returns the receiving end of a suspension.
   *
   * @param suspension one of ours; there are no others
   * @param <T> the type of the value
   * @return the same object
   */
  @SuppressWarnings("unchecked") // every class of the sealed family is both, for one T
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
   * Called by the signals of a source, to stop it when its outcome is not wanted any more (A6).
   * This also cancels the await for that outcome, since the request may be gone when the await
   * checks itself.
   *
   * @return whether to stop the source
   */
  boolean cancelIfRequested();

  /** Returns the receiver's context, which the source's library propagates. */
  CoroutineContext context();

  /** Returns whether the subscribing code itself waits: then its thread's state is propagated. */
  boolean isAwait();
}
