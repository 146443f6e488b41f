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
 * Holds the values of a coroutine under typed keys. A context is immutable. Each coroutine inherits
 * the context of the code that starts it. {@link #with} binds a value for a block.
 *
 * <p><b>Cancellation:</b> a cancellation of the code around a block of {@code with} cancels the
 * block too.
 *
 * <p><b>Memory:</b> a coroutine keeps the context with which it was started until it ends. The time
 * to read a value does not depend on the number of entries.
 *
 * @since 0.1.0
 */
@EntryPoint
public final class CoroutineContext {

  /**
   * Identifies a value. Keys are compared by identity.
   *
   * @param <T> the type of the value
   */
  @SuppressWarnings("UnusedTypeParameter") // it is the return type of get
  public static final class Key<T> {

    private final String name;

    private Key(String name) {
      this.name = name;
    }

    /**
     * Creates a key. Keep it in a constant.
     *
     * @param name shown in logs
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
   * Propagates state of a thread, such as a thread-local or a scoped value, to the coroutines that
   * are started on it. Register a carrier once, with {@link #register}.
   *
   * <p>{@link #capture} is called when code starts or forks a coroutine, subscribes to the reactive
   * type that a builder returned, or calls {@link Coroutine#runOn}. It is called on the thread of
   * that code. There is one exception: if code subscribes to such a type on a thread that must not
   * block, such as an event loop, nothing is captured, because that thread may hold the state of
   * another request.
   *
   * <p><b>Cancellation:</b> {@link #restore} runs inside the coroutine, so a cancel of the
   * coroutine interrupts it.
   *
   * <p><b>Errors:</b> an exception from {@link #capture} or {@link #restore} fails the coroutine,
   * and its body does not run.
   *
   * <p><b>Memory:</b> a coroutine keeps the captured state until its body begins.
   *
   * @param <S> the type of the captured state
   */
  public interface Carrier<S> {

    /**
     * Reads the state of the calling thread.
     *
     * @return the state; null if there is none, then nothing is restored
     */
    @Nullable S capture();

    /**
     * Runs {@code body} in place, with the captured state, on the coroutine's thread. An
     * implementation must put that thread back into its earlier state afterwards, whatever the body
     * does.
     *
     * @param state the return value of {@link #capture}
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
   * @return the innermost context; an empty one if the thread runs no body or block, and while it
   *     calls a subscriber
   */
  public static CoroutineContext current() {
    CancelFrame frame = CurrentFrame.get();
    return frame == null ? EMPTY : frame.context();
  }

  /**
   * Returns the value of a key.
   *
   * @param key identifies the value
   * @param <T> the type of the value
   * @return the value, null if there is none
   */
  @SuppressWarnings("unchecked") // plus() put a T there
  public <T> @Nullable T get(Key<T> key) {
    return (T) entries.get(requireNonNull(key, "key"));
  }

  /**
   * Returns a context with one more entry. If the key has an entry already, the new value replaces
   * it.
   *
   * @param key identifies the value
   * @param value the value
   * @param <T> the type of the value
   * @return a new context; this one is unchanged
   */
  public <T> CoroutineContext plus(Key<T> key, T value) {
    requireNonNull(key, "key");
    requireNonNull(value, "value");
    if (entries.isEmpty()) {
      return new CoroutineContext(Map.of(key, value)); // needs a fifth of the bytes
    }
    Map<Key<?>, Object> more = new HashMap<>(entries);
    more.put(key, value);
    return new CoroutineContext(more);
  }

  /**
   * Registers a carrier for all coroutines that are started from now on.
   *
   * @param carrier the carrier
   * @return removes the carrier when closed
   */
  public static Registration register(Carrier<?> carrier) {
    return ContextSnapshot.register(requireNonNull(carrier, "carrier"));
  }

  /**
   * Runs {@code body} in place, with one more entry in its context.
   *
   * @param key identifies the value
   * @param value the value that {@link #get} returns in the body
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
   * @param key identifies the value
   * @param value the value that {@link #get} returns in the body
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
