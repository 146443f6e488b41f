package io.bridge.internal.context;

import io.bridge.Body;
import io.bridge.CoroutineContext;
import io.bridge.CoroutineContext.Carrier;
import io.bridge.Registration;
import io.bridge.internal.base.Guard;
import io.bridge.internal.base.LibraryHooks;
import io.bridge.internal.base.PresentLibraries;
import io.bridge.internal.failure.Failures;
import io.bridge.internal.failure.Registrations;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;

/**
 * The surroundings that code propagates to another thread: its context, with the thread state that
 * libraries add to it, and the state captured by the user's carriers (C1 to C3).
 *
 * <p>Captured by the thread that starts, forks, subscribes or hands over; restored around the body,
 * inside its interrupt window.
 *
 * @param context the current context of the code
 * @param states captured by carriers; null if there are none
 */
public record ContextSnapshot(CoroutineContext context, @Nullable State states) {

  /** One carrier's state, to be restored around the others. */
  sealed interface State {

    <T extends @Nullable Object, X extends Exception> T restore(Body<? extends T, ? extends X> body)
        throws X;
  }

  private record Captured<S>(Carrier<S> carrier, S state, @Nullable State inner) implements State {

    @Override
    public <T extends @Nullable Object, X extends Exception> T restore(
        Body<? extends T, ? extends X> body) throws X {
      return carrier.restore(state, inner == null ? body : () -> inner.<T, X>restore(body));
    }
  }

  /** A carrier threw: then the coroutine fails with that, too. */
  private record Failed(Throwable failure) implements State {

    @Override
    public <T extends @Nullable Object, X extends Exception> T restore(
        Body<? extends T, ? extends X> body) {
      throw Failures.thrown(failure);
    }
  }

  private static final Registrations<Carrier<?>> CARRIERS = new Registrations<>();

  /** For code without anything to propagate, which is the usual case. */
  private static final ContextSnapshot NOTHING =
      new ContextSnapshot(CoroutineContext.empty(), null);

  /**
   * Adds a carrier.
   *
   * @param carrier takes part from now on
   * @return removes it
   */
  public static Registration register(Carrier<?> carrier) {
    return CARRIERS.add(carrier);
  }

  /** The surroundings of the calling code. */
  public static ContextSnapshot ofCaller() {
    return ofCaller(CoroutineContext.current());
  }

  /** The surroundings of the calling code, whose context is known to be {@code context}. */
  public static ContextSnapshot ofCaller(CoroutineContext context) {
    CoroutineContext with = withThreadState(context, true);
    State states = captured();
    return states == null && with == NOTHING.context ? NOTHING : new ContextSnapshot(with, states);
  }

  /**
   * Captures the surroundings for a builder's body: the subscriber's context, plus missing entries
   * from the current thread, unless that may not block and so may hold another request's state.
   */
  public static ContextSnapshot ofSubscriber(CoroutineContext context) {
    return Guard.permits(Thread.currentThread())
        ? new ContextSnapshot(withThreadState(context, false), captured())
        : new ContextSnapshot(context, null);
  }

  /**
   * Like {@link #ofSubscriber(CoroutineContext)}, for a body that runs on the calling thread; null
   * if nothing is propagated but {@code context}.
   */
  public static @Nullable ContextSnapshot inPlace(CoroutineContext context) {
    return PresentLibraries.CARRYING.length == 0 && CARRIERS.isEmpty()
        ? null
        : ofSubscriber(context);
  }

  /** Like the other one, for a subscriber of Reactive Streams. */
  public static ContextSnapshot ofSubscriber(Subscriber<?> subscriber) {
    return ofSubscriber(PresentLibraries.contextFor(subscriber));
  }

  private static CoroutineContext withThreadState(CoroutineContext context, boolean wins) {
    CoroutineContext with = context;
    for (LibraryHooks library : PresentLibraries.CARRYING) {
      with = library.capture(with, wins && !ContextFrame.isOfSubscriber());
    }
    return with;
  }

  private static @Nullable State captured() {
    State states = null;
    if (!CARRIERS.isEmpty()) {
      for (Carrier<?> carrier : CARRIERS) {
        states = capture(carrier, states);
      }
    }
    return states;
  }

  private static <S> @Nullable State capture(Carrier<S> carrier, @Nullable State others) {
    if (others instanceof Failed) {
      return others;
    }
    try {
      S state = carrier.capture();
      return state == null ? others : new Captured<>(carrier, state, others);
    } catch (Throwable t) {
      return new Failed(t);
    }
  }

  /**
   * Runs {@code body} on the calling thread, usually another one, in these surroundings.
   *
   * @param body the code
   * @param <T> the type of its value
   * @param <X> the checked exception that it may throw
   * @return its value
   * @throws X when it fails
   */
  public <T extends @Nullable Object, X extends Exception> T call(
      Body<? extends T, ? extends X> body) throws X {
    Body<? extends T, ? extends X> inner = states == null ? body : () -> states.<T, X>restore(body);
    for (LibraryHooks library : PresentLibraries.CARRYING) {
      Body<? extends T, ? extends X> restored = inner;
      inner = () -> library.<T, X>restore(context, restored);
    }
    return inner.call();
  }
}
