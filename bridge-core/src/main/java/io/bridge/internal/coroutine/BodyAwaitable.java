package io.bridge.internal.coroutine;

import static java.util.Objects.requireNonNull;

import io.bridge.Awaitable;
import io.bridge.Body;
import io.bridge.CoroutineContext;
import io.bridge.Suspension;
import io.bridge.internal.await.ConversionSink;
import io.bridge.internal.await.Receiver;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.context.ContextSnapshot;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A body as a source: each subscription runs it on a coroutine of its own, which is cancelled with
 * the suspension. Every builder of one value is a conversion of this. An await by the code of a
 * coroutine calls the body instead (N1), see {@link InPlaceFrame}.
 *
 * @param <T> the type of the value
 */
public final class BodyAwaitable<T extends @Nullable Object>
    implements ConversionSink.InOwnContext<T> {

  /** A library's source that one of our builders made. */
  public interface Source<T extends @Nullable Object> {

    /** The body behind it; null if it is no body, or if others deliver its outcome. */
    @Nullable BodyAwaitable<? extends T> body();
  }

  private final String name;
  private final Body<? extends T, ?> body;
  private final @Nullable Executor signals;

  private BodyAwaitable(String name, Body<? extends T, ?> body, @Nullable Executor signals) {
    this.name = name;
    this.body = body;
    this.signals = signals;
  }

  /**
   * Makes a source of a body.
   *
   * @param name of the thread
   * @param body the code
   * @param signals delivers the outcome; null for the coroutine's own thread
   * @param <T> the type of the value
   * @return starts the coroutine when it is subscribed to
   */
  public static <T extends @Nullable Object> Awaitable<T> cold(
      String name, Body<? extends T, ?> body, @Nullable Executor signals) {
    return new BodyAwaitable<>(name, body, signals);
  }

  /**
   * Like {@link #cold}, for a source that the code that makes it subscribes to at once: the
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

  /** The body of {@code source}, for {@link Source}: null if it is none, or if others signal. */
  @SuppressWarnings("unchecked") // a source only gives values
  public static <T extends @Nullable Object> @Nullable BodyAwaitable<T> behind(Object source) {
    return source instanceof BodyAwaitable<?> own && own.signals == null
        ? (BodyAwaitable<T>) own
        : null;
  }

  /**
   * The body behind {@code source}, if the code of {@code frame} is to {@link #call} it; null if it
   * is no body, or gets a thread: outside of a coroutine, in {@code runOn}, and below the bound.
   *
   * @param source what is awaited
   * @param frame the result of {@link Cancellation#enterAwait()}
   * @param <T> the type of the value
   */
  @SuppressWarnings("unchecked") // a source only gives values
  public static <T extends @Nullable Object> @Nullable BodyAwaitable<T> inPlace(
      Source<?> source, @Nullable CancelFrame frame) {
    return InPlaceFrame.depthIn(frame) > 0 ? (BodyAwaitable<T>) source.body() : null;
  }

  /**
   * Runs the body on the calling thread.
   *
   * @param frame the result of {@link Cancellation#enterAwait()}, not null
   * @param context of the subscriber that a thread would have
   * @param lost takes what the await does not
   * @return the value
   */
  public T call(@Nullable CancelFrame frame, CoroutineContext context, InPlaceFrame.Lost lost) {
    return InPlaceFrame.<T>call(name, body, requireNonNull(frame), context, lost);
  }

  @Override
  public void subscribe(Suspension<? super T> suspension) {
    start(
        name,
        ContextSnapshot.ofSubscriber(Receiver.of(suspension).context()),
        body,
        suspension,
        signals);
  }

  /** Starts the body; its outcome goes to the suspension, whose cancel cancels it. */
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
