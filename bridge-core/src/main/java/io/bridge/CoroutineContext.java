package io.bridge;

import static java.util.Objects.requireNonNull;

import io.bridge.internal.base.PresentLibraries;
import io.bridge.internal.base.VoidBodies;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.CurrentFrame;
import io.bridge.internal.context.ContextFrame;
import io.bridge.internal.context.ContextSnapshot;
import io.bridge.internal.failure.EntryPoint;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Values that go along with a coroutine: immutable, found by typed keys, inherited by every
 * coroutine that is started inside. {@link #with} binds one for a block.
 *
 * <p><b>Cancellation:</b> has none of its own; a block of {@code with} is cancelled with the code
 * around it.
 *
 * <p><b>Memory:</b> a coroutine keeps the context it was started with until it ends. Reading takes
 * the same time for any number of entries.
 *
 * @since 0.1.0
 */
@EntryPoint
public final class CoroutineContext {

  /**
   * Names a value; two keys are the same only if they are one object.
   *
   * @param <T> the type of the value
   */
  @SuppressWarnings("UnusedTypeParameter") // says what get returns
  public static final class Key<T> {

    private final String name;

    private Key(String name) {
      this.name = name;
    }

    /**
     * Makes a key, to be kept in a constant.
     *
     * @param name for the reader of a log
     * @param <T> the type of the value
     * @return a new key
     */
    public static <T> Key<T> of(String name) {
      return new Key<>(requireNonNull(name, "name"));
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /**
   * Takes state that belongs to a thread, such as a thread-local or a scoped value, along to the
   * coroutines that are started from it. Registered once, see {@link #register}.
   *
   * <p>It is asked whenever a coroutine is started or forked, a builder's type is subscribed to, or
   * a body goes to an executor by {@link Coroutine#runOn}: on the thread that does so. A builder's
   * subscriber may be on a thread that must not block, such as an event loop, which may hold
   * another request's state: there it is not asked.
   *
   * <p><b>Cancellation:</b> {@link #restore} runs inside the coroutine, and is interrupted with it.
   *
   * <p><b>Errors:</b> what {@link #capture} or {@link #restore} throws is the failure of the
   * coroutine, whose body does not run then.
   *
   * <p><b>Memory:</b> a coroutine keeps what was captured until its body begins.
   *
   * @param <S> the type of what is captured
   */
  public interface Carrier<S> {

    /**
     * Reads the state of the calling thread.
     *
     * @return the state; null if there is none, and nothing is restored
     */
    @Nullable S capture();

    /**
     * Runs {@code body} in place, on another thread, with the state. Afterwards that thread is as
     * it was before, whatever the body does.
     *
     * @param state what {@link #capture} returned
     * @param body the code, to be called once
     * @param <T> the type of the body's value
     * @param <X> the checked exception that it may throw
     * @return the body's value
     * @throws X when it fails
     */
    <T extends @Nullable Object, X extends Exception> T restore(
        S state, Body<? extends T, ? extends X> body) throws X;
  }

  private static final CoroutineContext EMPTY = new CoroutineContext(Map.of());

  private final Map<Key<?>, Object> entries;

  private CoroutineContext(Map<Key<?>, Object> entries) {
    this.entries = entries;
  }

  /**
   * Returns the context without entries.
   *
   * @return the same object on each call
   */
  public static CoroutineContext empty() {
    return EMPTY;
  }

  /**
   * Returns the context of the calling code.
   *
   * @return the innermost one; empty outside of any, and in a subscriber's code that the thread
   *     runs to signal
   */
  public static CoroutineContext current() {
    CancelFrame frame = CurrentFrame.get();
    return frame == null ? EMPTY : frame.context();
  }

  /**
   * Returns the value of a key.
   *
   * @param key names it
   * @param <T> the type of the value
   * @return the value, null if there is none
   */
  @SuppressWarnings("unchecked") // plus() put a T there
  public <T> @Nullable T get(Key<T> key) {
    return (T) entries.get(requireNonNull(key, "key"));
  }

  /**
   * Returns a context with one more entry, or with another value in its place.
   *
   * @param key names the value
   * @param value the value
   * @param <T> the type of the value
   * @return a new context; this one is unchanged
   */
  public <T> CoroutineContext plus(Key<T> key, T value) {
    requireNonNull(key, "key");
    requireNonNull(value, "value");
    if (entries.isEmpty()) {
      return new CoroutineContext(Map.of(key, value)); // a fifth of the bytes
    }
    Map<Key<?>, Object> more = new HashMap<>(entries);
    more.put(key, value);
    return new CoroutineContext(more);
  }

  /**
   * Has a carrier take part in every coroutine that is started from now on.
   *
   * @param carrier the carrier
   * @return takes it back
   */
  public static Registration register(Carrier<?> carrier) {
    return ContextSnapshot.register(requireNonNull(carrier, "carrier"));
  }

  /**
   * Runs {@code body} in place, with one more entry in its context.
   *
   * @param key names the value
   * @param value what {@link #get} returns for it inside
   * @param body the code
   * @param <T> the type of the value
   * @param <R> the type of the body's value
   * @param <X> the checked exception that it may throw
   * @return the body's value
   * @throws X when it fails
   */
  public static <T, R extends @Nullable Object, X extends Exception> R with(
      Key<T> key, T value, Body<? extends R, ? extends X> body) throws X {
    CoroutineContext context = current().plus(key, value);
    return ContextFrame.<R, X>run(PresentLibraries.bound(context), requireNonNull(body, "body"));
  }

  /**
   * Runs {@code body} in place, with one more entry in its context; see {@link #with(Key, Object,
   * Body)}.
   *
   * @param key names the value
   * @param value what {@link #get} returns for it inside
   * @param body the code
   * @param <T> the type of the value
   * @param <X> the checked exception that it may throw
   * @throws X when it fails
   */
  public static <T, X extends Exception> void with(Key<T> key, T value, VoidBody<X> body) throws X {
    CoroutineContext context = current().plus(key, value);
    ContextFrame.<@Nullable Object, X>run(
        PresentLibraries.bound(context), VoidBodies.returningNull(body));
  }

  @Override
  public String toString() {
    return "CoroutineContext" + entries;
  }
}
