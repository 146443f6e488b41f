package io.bridge.internal.coroutine;

import io.bridge.Suspension;
import io.bridge.Undeliverable;
import io.bridge.internal.await.Receiver;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of a body on its way to the subscriber, by an executor if there is one (B10). If the
 * executor rejects it, the coroutine's thread signals it, so that no subscriber waits for ever.
 *
 * @param suspension takes the outcome
 * @param signals delivers it; null for the coroutine's own thread
 * @param <T> the type of the value
 */
record BodyCompletion<T extends @Nullable Object>(
    Suspension<? super T> suspension, @Nullable Executor signals) implements Completion<T> {

  @Override
  public void succeeded(T value) {
    if (signals == null) { // without an allocation, which could end this thread before the signal
      suspension.resume(value);
      return;
    }
    Throwable rejection = deliver(signals, () -> suspension.resume(value));
    if (rejection != null) {
      Receiver.of(suspension).receiveFailure(rejection); // dropped after a cancel (B6)
      Undeliverable.discard(value);
    }
  }

  @Override
  public void failed(Throwable failure) {
    if (signals == null) {
      suspension.fail(failure);
      return;
    }
    Throwable rejection = deliver(signals, () -> suspension.fail(failure));
    if (rejection != null) {
      suspension.fail(failure);
      Undeliverable.report(rejection);
    }
  }

  @Override
  public void cancelled(CancellationException cancellation) {
    if (signals == null) {
      suspension.fail(cancellation);
    } else if (deliver(signals, () -> suspension.fail(cancellation)) != null) {
      suspension.fail(cancellation); // usually the response to the subscriber's own cancel
    }
  }

  /**
   * Returns the executor's failure if that did not take the signal; failures of the signal are not
   * thrown.
   */
  private @Nullable Throwable deliver(Executor to, Runnable signal) {
    if (Receiver.of(suspension).cancelIfRequested()) { // not wanted (B6)
      signal.run();
      return null;
    }
    return SignalTask.deliver(to, signal);
  }
}
