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
 * The surroundings that code takes along to another thread: its context, with what libraries carry
 * of the thread's state, and what the user's carriers have captured (C1 to C3).
 *
 * <p>Captured by the thread that starts, forks, subscribes or hands over; restored around the body,
 * inside its interrupt window.
 *
 * @param context what the code finds as the current one
 * @param states what carriers have captured; null if nothing
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

  /** A carrier threw; so does the coroutine that it was to take part in. */
  private record Failed(Throwable failure) implements State {

    @Override
    public <T extends @Nullable Object, X extends Exception> T restore(
        Body<? extends T, ? extends X> body) {
      throw Failures.thrown(failure);
    }
  }

  private static final Registrations<Carrier<?>> CARRIERS = new Registrations<>();

  /** Of code that has nothing to take along, as most has. */
  private static final ContextSnapshot NOTHING =
      new ContextSnapshot(CoroutineContext.empty(), null);

  /**
   * Adds a carrier.
   *
   * @param carrier takes part from now on
   * @return takes it back
   */
  public static Registration register(Carrier<?> carrier) {
    return CARRIERS.add(carrier);
  }

  /** The surroundings of the calling code. */
  public static ContextSnapshot ofCaller() {
    return ofCaller(CoroutineContext.current());
  }

  /** The same, where the caller has looked its context up already. */
  public static ContextSnapshot ofCaller(CoroutineContext context) {
    CoroutineContext with = withThreadState(context, true);
    State states = captured();
    return states == null && with == NOTHING.context ? NOTHING : new ContextSnapshot(with, states);
  }

  /**
   * Those of code that runs for whoever subscribes on this thread: the context is the subscriber's,
   * the thread fills what that lacks, unless it is one that may hold another request's state.
   */
  public static ContextSnapshot ofSubscriber(CoroutineContext context) {
    return Guard.permits(Thread.currentThread())
        ? new ContextSnapshot(withThreadState(context, false), captured())
        : new ContextSnapshot(context, null);
  }

  /** The same for a subscriber of Reactive Streams. */
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
   * Runs {@code body} on the calling thread, which is another one, in these surroundings.
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
