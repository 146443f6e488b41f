package io.bridge.internal.cursor;

import io.bridge.internal.await.Receiver;
import org.jspecify.annotations.Nullable;

/**
 * Takes the items of a publisher one by one, from an {@link ItemSubscriber}. The end comes as the
 * outcome of a conversion, null for completion.
 *
 * @param <T> the type of the items
 */
public interface ItemReceiver<T> extends Receiver<@Nullable Void> {

  /** The demand to signal when the subscription has come; 0 for none yet. */
  long firstDemand();

  /** One item; false if it was not requested. */
  boolean offer(T item);

  /**
   * Runs {@code cancel}, which cancels upstream.
   *
   * @param cancel throws nothing
   */
  default void stopping(Runnable cancel) {
    cancel.run();
  }
}
