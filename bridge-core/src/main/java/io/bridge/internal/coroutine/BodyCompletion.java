package io.bridge.internal.coroutine;

import io.bridge.Suspension;
import io.bridge.Undeliverable;
import io.bridge.internal.await.Receiver;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of a body on its way to whoever subscribed, by an executor if there is one (B10). One
 * that the executor rejects is told on the coroutine's thread, so that nobody waits for ever.
 *
 * @param suspension takes the outcome
 * @param signals delivers it; null for the coroutine's own thread
 * @param <T> the type of the value
 */
record BodyCompletion<T extends @Nullable Object>(
    Suspension<? super T> suspension, @Nullable Executor signals) implements Completion<T> {

  @Override
  public void succeeded(T value) {
    Throwable rejection = deliver(() -> suspension.resume(value));
    if (rejection != null) {
      Receiver.of(suspension).receiveFailure(rejection); // of no interest after a cancel (B6)
      Undeliverable.discard(value);
    }
  }

  @Override
  public void failed(Throwable failure) {
    Throwable rejection = deliver(() -> suspension.fail(failure));
    if (rejection != null) {
      suspension.fail(failure);
      Undeliverable.report(rejection);
    }
  }

  @Override
  public void cancelled(CancellationException cancellation) {
    if (deliver(() -> suspension.fail(cancellation)) != null) {
      suspension.fail(cancellation); // mostly the answer to the subscriber's own cancel
    }
  }

  /** Returns what the executor threw instead of taking the signal, which itself throws nothing. */
  private @Nullable Throwable deliver(Runnable signal) {
    if (signals == null || Receiver.of(suspension).cancelIfRequested()) { // or nobody waits (B6)
      signal.run();
      return null;
    }
    return SignalTask.deliver(signals, signal);
  }
}
