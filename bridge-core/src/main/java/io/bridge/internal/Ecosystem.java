package io.bridge.internal;

import io.bridge.Body;
import io.bridge.CoroutineContext;
import io.bridge.Suspension;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;

/**
 * How an adapter module takes part in core: found by {@link java.util.ServiceLoader}, asked once
 * for each class of publisher. With it on the path, a {@code Mono} awaited as a {@code Publisher}
 * behaves as one awaited by its own type.
 */
public interface Ecosystem {

  /** Whether publishers of {@code type} belong to this library. */
  boolean owns(Class<?> type);

  /**
   * Awaits a publisher that this library owns.
   *
   * @param publisher the source
   * @param fold what becomes of the items
   * @param frame what {@link CancelFrame#enterAwait()} returned
   * @return what the fold makes of the items
   */
  <T, R extends @Nullable Object> R await(
      Publisher<? extends T> publisher, Fold<T, R> fold, @Nullable CancelFrame frame);

  /**
   * Converts a publisher that this library owns: the outcome goes to a suspension, no thread waits.
   *
   * @param publisher the source
   * @param fold what becomes of the items
   * @param suspension takes the outcome, and cancels
   * @throws Exception is the outcome, of a source that computes in place
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
  <T> FeedSubscriber<T> feed(Feed<T> feed);

  /** Whether this library forbids {@code thread}, which is not virtual, to block (A2). */
  boolean refuses(Thread thread);

  /**
   * The way of this library with publishers that no library owns, which then get its context as its
   * own do (C2); null if it has none.
   */
  default @Nullable Ecosystem ofOthers() {
    return null;
  }

  /**
   * What code sees of a failure of this library's sources (A7): without a layer around a checked
   * one that the library's users put there, to throw it where they may not.
   */
  default Throwable inLayer(Throwable failure) {
    return failure;
  }

  /**
   * The context of code that runs for a subscriber: what a subscriber of this library brings along
   * wins over {@code around}, the context of the code that subscribes (C2).
   */
  default CoroutineContext contextFor(Subscriber<?> subscriber, CoroutineContext around) {
    return around;
  }

  /** A context with one more entry, for this library to carry along in its own (C1). */
  default CoroutineContext bound(CoroutineContext context) {
    return context;
  }

  /** Whether {@link #capture} and {@link #restore} do anything; asked once. */
  default boolean carriesThreadState() {
    return false;
  }

  /**
   * A context with what this library takes along of the calling thread's state (C3).
   *
   * @param context of the code that is to run elsewhere
   * @param wins whether the thread's state wins over the context's, or fills only what that lacks
   */
  default CoroutineContext capture(CoroutineContext context, boolean wins) {
    return context;
  }

  /** Runs {@code body} with the calling thread in the state that {@code context} tells. */
  default <T extends @Nullable Object, X extends Exception> T restore(
      CoroutineContext context, Body<? extends T, ? extends X> body) throws X {
    return body.call();
  }
}
