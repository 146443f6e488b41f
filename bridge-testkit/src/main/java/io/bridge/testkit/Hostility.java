package io.bridge.testkit;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How the getters of a {@link HostileFailure} behave, once the failure is made. */
final class Hostility {

  /** What a class of failures may override. */
  enum Getter {
    CAUSE,
    STACK_TRACE,
    MESSAGE,
    TO_STRING,
    FILL_IN_STACK_TRACE
  }

  /** What it does there. */
  enum Manner {
    THROWS,
    RETURNS_NULL,
    NEW_EACH_TIME,
    SLOW,
    NEEDS_MONITOR
  }

  private final Getter getter;
  private final Manner manner;
  private final Function<Hostility, Throwable> another;
  private final Object monitor = new Object();
  private final CountDownLatch open = new CountDownLatch(1);
  private final Set<String> askers = ConcurrentHashMap.newKeySet();

  /** {@code another} makes one more failure that behaves so. */
  Hostility(Getter getter, Manner manner, Function<Hostility, Throwable> another) {
    this.getter = getter;
    this.manner = manner;
    this.another = another;
  }

  // the getters of a failure; without a hostility, which a constructor has not set yet, the usual

  static @Nullable Throwable cause(
      @Nullable Hostility hostility, Supplier<@Nullable Throwable> usual) {
    return ask(hostility, Getter.CAUSE, usual, Hostility::again);
  }

  static StackTraceElement @Nullable [] stackTrace(
      @Nullable Hostility hostility, Supplier<StackTraceElement @Nullable []> usual) {
    return ask(hostility, Getter.STACK_TRACE, usual, self -> new StackTraceElement[1]);
  }

  static @Nullable String message(@Nullable Hostility hostility, Supplier<@Nullable String> usual) {
    return ask(hostility, Getter.MESSAGE, usual, self -> "new");
  }

  static @Nullable String string(@Nullable Hostility hostility, Supplier<@Nullable String> usual) {
    return ask(hostility, Getter.TO_STRING, usual, self -> "new");
  }

  static @Nullable Throwable filled(
      @Nullable Hostility hostility, Supplier<@Nullable Throwable> usual) {
    return ask(hostility, Getter.FILL_IN_STACK_TRACE, usual, Hostility::again);
  }

  private static <T> @Nullable T ask(
      @Nullable Hostility hostility,
      Getter asked,
      Supplier<@Nullable T> usual,
      Function<Hostility, T> other) {
    if (hostility == null || asked != hostility.getter) {
      return usual.get();
    }
    hostility.askers.add(Thread.currentThread().getName());
    return switch (hostility.manner) {
      case THROWS -> throw new NoClassDefFoundError("a hostile getter");
      case RETURNS_NULL -> null;
      case NEW_EACH_TIME -> other.apply(hostility);
      case SLOW -> {
        hostility.awaitOpen();
        yield usual.get();
      }
      case NEEDS_MONITOR -> {
        synchronized (hostility.monitor) {
          yield usual.get();
        }
      }
    };
  }

  private Throwable again() {
    return another.apply(this);
  }

  /** The names of the threads that have asked the getter. */
  Set<String> askers() {
    return askers;
  }

  /** What the source holds. */
  Object monitor() {
    return monitor;
  }

  /** Whatever waits in the getter goes on. */
  void open() {
    open.countDown();
  }

  private void awaitOpen() {
    boolean interrupted = false;
    while (open.getCount() > 0) {
      try {
        open.await();
      } catch (InterruptedException e) { // a getter that cannot be stopped
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String toString() {
    return getter + " " + manner;
  }
}
