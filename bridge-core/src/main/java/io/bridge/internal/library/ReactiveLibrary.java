package io.bridge.internal.library;

import io.bridge.Suspension;
import io.bridge.internal.await.Fold;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.cursor.ItemReceiver;
import io.bridge.internal.cursor.ItemSubscriber;
import io.bridge.internal.cursor.Iteration;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * The publishers of a library, as its adapter module consumes them. Found by {@link
 * java.util.ServiceLoader}, asked once for each class of publisher. With it on the path, a {@code
 * Mono} awaited as a {@code Publisher} behaves like one awaited by its own type.
 */
public interface ReactiveLibrary {

  /** Whether publishers of {@code type} belong to this library. */
  boolean owns(Class<?> type);

  /**
   * Awaits a publisher that this library owns.
   *
   * @param publisher the source
   * @param fold turns the items into the result
   * @param frame the result of {@link Cancellation#enterAwait()}
   * @return the result of the fold
   */
  <T, R extends @Nullable Object> R await(
      Publisher<? extends T> publisher, Fold<T, R> fold, @Nullable CancelFrame frame);

  /**
   * Converts a publisher that this library owns: the outcome goes to a suspension, no thread waits.
   *
   * @param publisher the source
   * @param fold turns the items into the result
   * @param suspension takes the outcome, and cancels
   * @throws Exception the failure of a source that computes in place
   */
  <T, R extends @Nullable Object> void pass(
      Publisher<? extends T> publisher, Fold<T, R> fold, Suspension<? super R> suspension)
      throws Exception;

  /**
   * Subscribes to a publisher that this library owns, for a loop.
   *
   * @param publisher the source
   * @param iteration takes the items
   */
  <T> void iterate(Publisher<? extends T> publisher, Iteration<T> iteration);

  /**
   * Makes the subscriber of a feed, for a publisher that this library owns.
   *
   * @param feed takes the items, in its context
   * @return not subscribed yet
   */
  <T> ItemSubscriber<T> feed(ItemReceiver<T> feed);

  /**
   * This library's handling of publishers that no library owns, which then get its context like its
   * own (C2); null if it has none.
   */
  default @Nullable ReactiveLibrary ofOthers() {
    return null;
  }
}
