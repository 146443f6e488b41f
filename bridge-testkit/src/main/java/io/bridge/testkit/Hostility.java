package io.bridge.testkit;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
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
  private final Object monitor = new Object();
  private final CountDownLatch open = new CountDownLatch(1);
  private final Set<String> askers = ConcurrentHashMap.newKeySet();

  Hostility(Getter getter, Manner manner) {
    this.getter = getter;
    this.manner = manner;
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

  /** The body of a getter; {@code other} makes an answer that is new each time. */
  <T> @Nullable T ask(Getter asked, Supplier<@Nullable T> usual, Supplier<T> other) {
    if (asked != getter) {
      return usual.get();
    }
    askers.add(Thread.currentThread().getName());
    return switch (manner) {
      case THROWS -> throw new NoClassDefFoundError("a hostile getter");
      case RETURNS_NULL -> null;
      case NEW_EACH_TIME -> other.get();
      case SLOW -> {
        awaitOpen();
        yield usual.get();
      }
      case NEEDS_MONITOR -> {
        synchronized (monitor) {
          yield usual.get();
        }
      }
    };
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
