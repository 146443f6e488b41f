package io.bridge.internal.coroutine;

import io.bridge.Awaitable;
import io.bridge.Body;
import io.bridge.Suspension;
import io.bridge.internal.await.ConversionSink;
import io.bridge.internal.await.Receiver;
import io.bridge.internal.context.ContextSnapshot;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Converts bodies into sources. */
public final class Bodies {

  private Bodies() {}

  /**
   * Makes a source of a body: each subscription runs it on a coroutine of its own, which is
   * cancelled with the suspension. Every builder of one value is a conversion of this.
   *
   * @param name of the thread
   * @param body the code
   * @param signals delivers the outcome; null for the coroutine's own thread
   * @param <T> the type of the value
   * @return starts the coroutine when it is subscribed to
   */
  public static <T extends @Nullable Object> Awaitable<T> awaitable(
      String name, Body<? extends T, ?> body, @Nullable Executor signals) {
    return (ConversionSink.InOwnContext<T>)
        suspension ->
            start(
                name,
                ContextSnapshot.ofSubscriber(Receiver.of(suspension).context()),
                body,
                suspension,
                signals);
  }

  /**
   * Like {@link #awaitable}, for a source that the code that makes it subscribes to at once: the
   * coroutine runs in the surroundings of that code.
   *
   * @param name of the thread
   * @param body the code
   * @param signals delivers the outcome; null for the coroutine's own thread
   * @param <T> the type of the value
   * @return starts the coroutine when it is subscribed to
   */
  public static <T extends @Nullable Object> Awaitable<T> hot(
      String name, Body<? extends T, ?> body, @Nullable Executor signals) {
    return suspension -> start(name, ContextSnapshot.ofCaller(), body, suspension, signals);
  }

  private static <T extends @Nullable Object> void start(
      String name,
      ContextSnapshot ambient,
      Body<? extends T, ?> body,
      Suspension<? super T> suspension,
      @Nullable Executor signals) {
    RunningCoroutine<T> coroutine =
        RunningCoroutine.start(name, ambient, body, new BodyCompletion<T>(suspension, signals));
    suspension.onCancel(coroutine::cancel);
  }
}
