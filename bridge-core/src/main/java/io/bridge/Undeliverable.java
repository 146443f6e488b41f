package io.bridge;

import static java.util.Objects.requireNonNull;

import io.bridge.internal.failure.Failures;
import io.bridge.internal.failure.Loggable;
import io.bridge.internal.failure.Registrations;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The last address of what nobody can receive any more: a failure after the await ended, a value
 * that lost against a cancellation, a second outcome of a source that breaks its protocol. Nothing
 * vanishes silently.
 *
 * <p>Where the side that lost it has a channel of its own, the adapters use that: Reactor's {@code
 * Operators.onErrorDropped} and {@code onDiscard}, RxJava's {@code RxJavaPlugins.onError}. All
 * other failures come here: without a {@linkplain #onFailure handler} they are logged.
 *
 * @since 0.1.0
 */
public final class Undeliverable {

  private static final String LOGGER = "io.bridge";

  private static final Registrations<Consumer<? super Throwable>> FAILURES = new Registrations<>();
  private static final Registrations<Consumer<Object>> DISCARDS = new Registrations<>();

  private Undeliverable() {}

  /**
   * Reports a failure that nobody waits for, to each {@linkplain #onFailure handler}. If none takes
   * it, it is logged: once, by the {@link System.Logger} {@code io.bridge} at the level {@link
   * System.Logger.Level#ERROR}. It never reaches a thread's uncaught-exception handler, which ends
   * the process in some applications (A12).
   *
   * <p><b>Errors:</b> never throws; a handler that throws is passed over, and what it threw is
   * logged. A logger that throws is passed over, too.
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
   * Gives up a value that nobody waits for, to the {@linkplain #onDiscard actions} that close what
   * must be closed. Without one it is left to the garbage collector.
   *
   * <p><b>Errors:</b> never throws; an action that throws is passed over, and what it threw is
   * logged as by {@link #report}.
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
   * Registers a handler for {@linkplain #report reported} failures, in place of the logger. Each of
   * several handlers gets each failure.
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

  /** Whether {@code handler} has taken the value: its own failure must not hit the source. */
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
      // The last address has no other behind it.
    }
  }
}
