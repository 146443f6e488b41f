package io.bridge.internal.base;

import io.bridge.Body;
import io.bridge.CoroutineContext;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;

/**
 * The threads and contexts of a library, as told by its adapter module; found by {@link
 * java.util.ServiceLoader}.
 */
public interface LibraryHooks {

  /** Whether this library forbids {@code thread}, which is not virtual, to block (A2). */
  boolean refuses(Thread thread);

  /**
   * The context of code that runs for a subscriber: the entries of this library's subscriber win
   * over {@code around}, the context of the subscribing code (C2).
   */
  default CoroutineContext contextFor(Subscriber<?> subscriber, CoroutineContext around) {
    return around;
  }

  /** A context with one more entry, which this library propagates in its own context (C1). */
  default CoroutineContext bound(CoroutineContext context) {
    return context;
  }

  /** Whether {@link #capture} and {@link #restore} do anything; asked once. */
  default boolean carriesThreadState() {
    return false;
  }

  /**
   * A context with the part of the calling thread's state that this library propagates (C3).
   *
   * @param context of the code that runs elsewhere
   * @param wins whether the thread's state wins over the context, or only fills its gaps
   */
  default CoroutineContext capture(CoroutineContext context, boolean wins) {
    return context;
  }

  /** Runs {@code body} with the calling thread in the state of {@code context}. */
  default <T extends @Nullable Object, X extends Exception> T restore(
      CoroutineContext context, Body<? extends T, ? extends X> body) throws X {
    return body.call();
  }
}
