package io.bridge;

import static java.util.Objects.requireNonNull;

import io.bridge.internal.Loggable;
import io.bridge.internal.Registry;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The last address of what nobody can receive any more: a failure after the await ended, a value
 * that lost against a cancellation, a second outcome of a source that breaks its protocol. Nothing
 * vanishes silently.
 *
 * <p>Where the side that lost it has a channel of its own, the adapters use that: Reactor's {@code
 * Operators.onErrorDropped} and {@code onDiscard}, RxJava's {@code RxJavaPlugins.onError}.
 *
 * @since 0.1.0
 */
public final class Undeliverable {

  private static final Registry<Consumer<? super Throwable>> FAILURES = new Registry<>();
  private static final Registry<Consumer<Object>> DISCARDS = new Registry<>();

  private Undeliverable() {}

  /**
   * Reports a failure that nobody waits for. Without a {@linkplain #onFailure handler} it goes to
   * the uncaught-exception handler of the calling thread.
   *
   * <p><b>Errors:</b> never throws; a handler that throws is passed over.
   *
   * @param failure the failure
   */
  public static void report(Throwable failure) {
    requireNonNull(failure, "failure");
    if (FAILURES.isEmpty()) {
      Thread thread = Thread.currentThread();
      offer(t -> thread.getUncaughtExceptionHandler().uncaughtException(thread, t), failure);
      return;
    }
    FAILURES.forEach(handler -> offer(handler, failure));
  }

  /**
   * Gives up a value that nobody waits for, to the {@linkplain #onDiscard actions} that close what
   * must be closed. Without one it is left to the garbage collector.
   *
   * @param value the value; null is ignored
   */
  public static void discard(@Nullable Object value) {
    if (value != null) {
      DISCARDS.forEach(action -> offer(action, value));
    }
  }

  /**
   * Registers a handler for {@linkplain #report reported} failures, in place of the thread's
   * uncaught-exception handler.
   *
   * @param handler called on the thread that reports; must not block
   * @return takes the registration back
   */
  public static Registration onFailure(Consumer<? super Throwable> handler) {
    return FAILURES.add(requireNonNull(handler, "handler"));
  }

  /**
   * Registers an action for {@linkplain #discard discarded} values.
   *
   * @param action called on the thread that discards; must not block
   * @return takes the registration back
   */
  public static Registration onDiscard(Consumer<Object> action) {
    return DISCARDS.add(requireNonNull(action, "action"));
  }

  private static <V> void offer(Consumer<? super V> handler, V value) {
    try {
      handler.accept(value);
    } catch (Throwable ofHandler) {
      // The last address has no other behind it; a handler's own failure must not hit the source.
      // It may be hostile, and whoever reports is not to wait for it (A8).
      System.getLogger(Undeliverable.class.getName())
          .log(System.Logger.Level.ERROR, "an Undeliverable handler threw", Loggable.of(ofHandler));
    }
  }
}
