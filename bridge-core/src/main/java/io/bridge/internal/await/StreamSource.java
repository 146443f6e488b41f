package io.bridge.internal.await;

import io.bridge.internal.cancel.CancelFrame;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;

/**
 * A stream that one of our builders made, which the code of a coroutine can call (N2).
 *
 * @param <T> the type of the items
 */
public interface StreamSource<T> {

  /**
   * Calls the body for {@code subscriber}, on the calling thread. False, and nothing has happened,
   * if it gets a thread: outside of a coroutine, in {@code runOn}, below the bound, with an
   * executor for its signals, or with a hook of the library around it.
   *
   * @param subscriber takes the signals
   * @param frame the result of {@code Cancellation.enterAwait()}
   */
  boolean call(Subscriber<? super T> subscriber, @Nullable CancelFrame frame);
}
