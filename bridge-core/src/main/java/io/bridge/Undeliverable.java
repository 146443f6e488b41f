package io.bridge;

import static java.util.Objects.requireNonNull;

import io.bridge.internal.failure.Failures;
import io.bridge.internal.failure.Loggable;
import io.bridge.internal.failure.Registrations;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Receives failures and values that can no longer be delivered to anyone: a failure after the await
 * has ended, a value that loses a race with a cancellation, a second outcome of a source that
 * breaks its protocol. Nothing is lost silently.
 *
 * <p>If the failure or value belongs to a source or subscriber of a library that has its own hook,
 * the adapter uses that hook: Reactor's {@code Operators.onErrorDropped} and {@code onDiscard},
 * RxJava's {@code RxJavaPlugins.onError}. All other failures arrive here. They are logged if there
 * is no {@linkplain #onFailure handler}.
 *
 * @since 0.1.0
 */
public final class Undeliverable {

  private static final String LOGGER = "io.bridge";

  private static final Registrations<Consumer<? super Throwable>> FAILURES = new Registrations<>();
  private static final Registrations<Consumer<Object>> DISCARDS = new Registrations<>();

  private Undeliverable() {}

  /**
   * Reports a failure that can no longer be delivered, to each {@linkplain #onFailure handler}. If
   * no handler accepts it, it is logged once, by the {@link System.Logger} {@code io.bridge} at the
   * level {@link System.Logger.Level#ERROR}. It never reaches a thread's uncaught-exception
   * handler, because that ends the process in some applications (A12).
   *
   * <p><b>Errors:</b> never throws. An exception from a handler is logged, and the next handler is
   * called. An exception from the logger is ignored.
   *
   * @param failure the failure
   */
  public static void report(Throwable failure) {
    Throwable lost = Failures.bare(requireNonNull(failure, "failure"));
    boolean taken = false;
    for (Consumer<? super Throwable> handler : FAILURES) {
      taken |= offer(handler, lost);
    }
    if (!taken) {
      log("a failure that nobody waits for", lost);
    }
  }

  /**
   * Discards a value that can no longer be delivered. Each {@linkplain #onDiscard discard action}
   * is called with it, and can close it if it is a resource. If there is no action, the value is
   * left to the garbage collector.
   *
   * <p><b>Errors:</b> never throws. An exception from an action is logged as {@link #report} says,
   * and the next action is called.
   *
   * @param value the value; null is ignored
   */
  public static void discard(@Nullable Object value) {
    if (value != null) {
      for (Consumer<Object> action : DISCARDS) {
        var unused = offer(action, value);
      }
    }
  }

  /**
   * Registers a handler for {@linkplain #report reported} failures; it replaces the logger. If
   * there are several handlers, each receives each failure.
   *
   * @param handler called on the thread that reports; must not block
   * @return removes the handler when closed
   */
  public static Registration onFailure(Consumer<? super Throwable> handler) {
    return FAILURES.add(requireNonNull(handler, "handler"));
  }

  /**
   * Registers an action for {@linkplain #discard discarded} values.
   *
   * @param action called on the thread that discards; must not block
   * @return removes the action when closed
   */
  public static Registration onDiscard(Consumer<Object> action) {
    return DISCARDS.add(requireNonNull(action, "action"));
  }

  /**
   * Returns whether {@code handler} accepted the value; its own failure must not reach the source.
   */
  private static <V> boolean offer(Consumer<? super V> handler, V value) {
    try {
      handler.accept(value);
      return true;
    } catch (Throwable ofHandler) {
      log("a handler or action of Undeliverable threw", ofHandler);
      return false;
    }
  }

  private static void log(String what, Throwable failure) {
    try {
      System.getLogger(LOGGER).log(System.Logger.Level.ERROR, what, Loggable.of(failure));
    } catch (Throwable ofLogger) {
      // There is nowhere else to report it.
    }
  }
}
