package io.bridge.stress.protocol;

import io.bridge.Await;
import io.bridge.Body;
import io.bridge.Undeliverable;
import io.bridge.internal.cancel.CurrentFrame;
import io.bridge.internal.coroutine.RunningCoroutine;
import io.bridge.internal.scope.RunningScope;
import io.bridge.internal.scope.ScopeConfig;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the actors of the stress tests have in common. An actor is a platform thread, runs beside
 * one other, and may wait for that one only where it is sure to come.
 */
public final class Actors {

  /** A value that counts how often it was given up. */
  public static final class Item {

    static {
      var unused =
          Undeliverable.onDiscard(value -> {
            if (value instanceof Item item) {
              item.giveUp();
            }
          });
    }

    private final AtomicInteger givenUp = new AtomicInteger();

    public void giveUp() {
      givenUp.incrementAndGet();
    }

    public int timesGivenUp() {
      return givenUp.get();
    }
  }

  /** A failure that counts how often it was reported as lost. */
  public static final class Lost extends RuntimeException {

    private static final long serialVersionUID = 1L;

    static {
      var unused =
          Undeliverable.onFailure(failure -> {
            if (failure instanceof Lost lost) {
              lost.report();
            } else {
              STRAYS.incrementAndGet();
            }
          });
    }

    private final transient AtomicInteger reported = new AtomicInteger();

    public Lost() {
      super("of a stress test", null, false, false);
    }

    public void report() {
      reported.incrementAndGet();
    }

    public int timesReported() {
      return reported.get();
    }
  }

  private static final AtomicInteger STRAYS = new AtomicInteger();

  private static final long LOOK_EVERY_MILLIS = 10_000;

  // a lost wake-up must end its test; any thread, plain: it must not order what the actors do
  private static boolean alive = true;

  static {
    Thread.ofPlatform().daemon().name("stress-watch").start(Actors::watch);
  }

  private Actors() {}

  /** Ends this JVM when its actors hang, by which jcstress knows: it waits for them for ever. */
  private static void watch() {
    try {
      while (alive) {
        alive = false;
        Thread.sleep(LOOK_EVERY_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    System.err.println("an actor hangs: a lost wake-up");
    Runtime.getRuntime().halt(1);
  }

  /** Said in every round of a test whose actors may wait. */
  public static void beat() {
    if (!alive) {
      alive = true;
    }
  }

  /** Whether something else than a {@link Lost} was reported, in any round until now. */
  public static boolean isStrayReported() {
    return STRAYS.get() > 0;
  }

  /** Waits for what the other actor does in any case. */
  @SuppressWarnings("ThreadPriorityCheck") // right with any scheduler, kind to a busy one
  public static void until(BooleanSupplier condition) {
    beat();
    while (!condition.getAsBoolean()) {
      Thread.yield();
    }
  }

  /** Waits for what the other actor publishes in any case. */
  public static <T> T take(Supplier<@Nullable T> published) {
    beat();
    T value = published.get();
    while (value == null) {
      Thread.onSpinWait();
      value = published.get();
    }
    return value;
  }

  /** A coroutine that an actor runs; its scope takes note of its end and of nothing else. */
  public static <T extends @Nullable Object> RunningCoroutine<T> coroutine(
      Body<? extends T, ?> body) {
    beat();
    RunningScope<T, @Nullable Void> scope =
        (RunningScope<T, @Nullable Void>)
            RunningScope.<T>background(ScopeConfig.of(config -> config));
    return RunningCoroutine.forked("stress", body, scope);
  }

  /** Runs the coroutine on the calling thread, which is no coroutine's afterwards. */
  public static void run(RunningCoroutine<?> coroutine) {
    try {
      coroutine.run();
    } finally {
      var unused = CurrentFrame.replace(null);
    }
  }

  /** Awaits what never comes. */
  public static Integer never() {
    return Await.<Integer>suspend(suspension -> {});
  }

  /** Lowers the calling thread's flag, and tells what it was. */
  public static String flag() {
    return Thread.interrupted() ? "flag up" : "flag down";
  }
}
