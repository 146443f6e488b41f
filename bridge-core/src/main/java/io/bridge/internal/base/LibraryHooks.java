package io.bridge.internal.base;

import io.bridge.Body;
import io.bridge.CoroutineContext;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;

/**
 * What a library says of threads and contexts, as its adapter module tells core: found by {@link
 * java.util.ServiceLoader}.
 */
public interface LibraryHooks {

  /** Whether this library forbids {@code thread}, which is not virtual, to block (A2). */
  boolean refuses(Thread thread);

  /**
   * The context of code that runs for a subscriber: what a subscriber of this library brings along
   * wins over {@code around}, the context of the code that subscribes (C2).
   */
  default CoroutineContext contextFor(Subscriber<?> subscriber, CoroutineContext around) {
    return around;
  }

  /** A context with one more entry, for this library to carry along in its own (C1). */
  default CoroutineContext bound(CoroutineContext context) {
    return context;
  }

  /** Whether {@link #capture} and {@link #restore} do anything; asked once. */
  default boolean carriesThreadState() {
    return false;
  }

  /**
   * A context with what this library takes along of the calling thread's state (C3).
   *
   * @param context of the code that is to run elsewhere
   * @param wins whether the thread's state wins over the context's, or fills only what that lacks
   */
  default CoroutineContext capture(CoroutineContext context, boolean wins) {
    return context;
  }

  /** Runs {@code body} with the calling thread in the state that {@code context} tells. */
  default <T extends @Nullable Object, X extends Exception> T restore(
      CoroutineContext context, Body<? extends T, ? extends X> body) throws X {
    return body.call();
  }
}
