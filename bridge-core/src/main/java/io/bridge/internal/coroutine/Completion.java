package io.bridge.internal.coroutine;

import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Receives the one outcome of a coroutine, to signal it by an adapter's library. Called on the
 * coroutine's thread after its body, outside its interrupt window.
 *
 * @param <T> the type of the value
 */
public interface Completion<T extends @Nullable Object> {

  /** The body returned. */
  void succeeded(T value);

  /** The body threw. */
  void failed(Throwable failure);

  /** The body ended because it was cancelled. */
  void cancelled(CancellationException cancellation);
}
