package io.bridge.examples.merge;

import io.bridge.Body;
import io.bridge.Coroutine;
import io.bridge.CoroutineContext;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * What code sees of a request: its context, its thread-local, its interrupts, its coroutine. A
 * callback that one request has registered may see its own, and must see nobody else's.
 */
final class Sightings {

  /** The owner of what belongs to no request. */
  static final int NOBODY = -1;

  static final CoroutineContext.Key<Integer> REQUEST = CoroutineContext.Key.of("request");

  private static final ThreadLocal<@Nullable Integer> LOCAL = new ThreadLocal<>();

  /** About what a timer needs to interrupt whoever is there. */
  private static final long STAY_NANOS = 10_000;

  /** Takes the thread-local along, as a user's own would. */
  static final class LocalCarrier implements CoroutineContext.Carrier<Integer> {

    @Override
    public @Nullable Integer capture() {
      return LOCAL.get();
    }

    @Override
    public <T extends @Nullable Object, X extends Exception> T restore(
        Integer state, Body<? extends T, ? extends X> body) throws X {
      Integer before = LOCAL.get();
      LOCAL.set(state);
      try {
        return body.call();
      } finally {
        if (before == null) {
          LOCAL.remove();
        } else {
          LOCAL.set(before);
        }
      }
    }
  }

  private final Queue<String> wrong = new ConcurrentLinkedQueue<>();

  /** Starts {@code body} as the request {@code id}: with its context and its thread-local. */
  static <T extends @Nullable Object> Coroutine<T> start(
      int id, Body<? extends T, ? extends Exception> body) {
    return new LocalCarrier()
        .<Coroutine<T>, RuntimeException>restore(
            id,
            () ->
                CoroutineContext.<Integer, Coroutine<T>, RuntimeException>with(
                    REQUEST, id, () -> Coroutine.<T>start(body)));
  }

  /** Called by the code of {@code owner} itself, which sees all that is its own. */
  void own(int owner, String where) {
    check(where, owner, CoroutineContext.current().get(REQUEST), "context", false);
    check(where, owner, LOCAL.get(), "thread-local", false);
  }

  /** Called by a callback of {@code owner}, wherever it runs. */
  void callback(int owner, String where) {
    Integer context = CoroutineContext.current().get(REQUEST);
    Integer local = LOCAL.get();
    check(where, owner, context, "context", true);
    check(where, owner, local, "thread-local", true);
    boolean mine = Integer.valueOf(owner).equals(local); // it may run in place, in its own request
    if (!mine && Coroutine.current() != null) {
      wrong.add(where + " of " + owner + " is inside " + Coroutine.current());
    }
    for (long end = System.nanoTime() + STAY_NANOS; System.nanoTime() < end; ) {
      Thread.onSpinWait();
    }
    if (!mine && Thread.currentThread().isInterrupted()) {
      wrong.add(where + " of " + owner + " is interrupted");
    }
  }

  private void check(
      String where, int owner, @Nullable Integer seen, String what, boolean mayBeAbsent) {
    if (seen == null ? !mayBeAbsent : seen != owner) {
      wrong.add(where + " of " + owner + " sees the " + what + " of " + seen);
    }
  }

  Queue<String> wrong() {
    return wrong;
  }
}
