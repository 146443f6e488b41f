package io.bridge.internal.coroutine;

import static java.util.Objects.requireNonNull;

import io.bridge.Coroutine;
import io.bridge.Suspension;
import io.bridge.internal.await.CallbackAwait;
import io.bridge.internal.failure.EntryPoint;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The handle of a body in place, made for the code that asks for it. Proof: InPlaceTest.
 *
 * @param <T> the type of the value
 */
@EntryPoint(of = Coroutine.class)
public final class InPlaceCoroutine<T extends @Nullable Object> implements Coroutine<T> {

  private final String name;
  private final CoroutineEnd<T> end = new CoroutineEnd<>(this);

  // any thread; null after the end, so that the handle keeps nothing of the body
  private volatile @Nullable InPlaceFrame<T> frame;

  InPlaceCoroutine(String name, InPlaceFrame<T> frame) {
    this.name = name;
    this.frame = frame;
  }

  /** The body has ended; the first call counts. */
  void ended(@Nullable Object value, @Nullable Throwable failure, boolean cancelled) {
    if (end.isDone()) {
      return;
    }
    frame = null;
    end.result(failure == null ? value : failure);
    end.end(failure == null ? State.SUCCEEDED : cancelled ? State.CANCELLED : State.FAILED);
    end.runWaiters();
  }

  @Override
  public T await() {
    return CallbackAwait.Entry.<T>await(this);
  }

  @Override
  public void subscribe(Suspension<? super T> suspension) {
    end.subscribe(suspension);
  }

  @Override
  public void onCompletion(Consumer<? super Coroutine<T>> action) {
    end.onCompletion(action);
  }

  @Override
  public void cancel() {
    cancelWith("cancelled");
  }

  @Override
  public void cancel(String reason) {
    cancelWith(requireNonNull(reason, "reason"));
  }

  private void cancelWith(String reason) {
    InPlaceFrame<T> running = frame;
    if (running != null) {
      running.cancelBlock(reason);
    }
  }

  @Override
  public State state() {
    return end.state();
  }

  @Override
  public boolean isDone() {
    return end.isDone();
  }

  @Override
  public T get() {
    return end.get();
  }

  @Override
  public @Nullable Throwable failure() {
    return end.takeFailure();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String toString() {
    return "Coroutine[" + name + ", " + state() + "]";
  }
}
