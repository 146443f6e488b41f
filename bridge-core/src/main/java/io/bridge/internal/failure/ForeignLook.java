package io.bridge.internal.failure;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A look into a foreign failure, by a thread of its own (A8). The getters of a failure are its
 * class's code, and even the final ones lock its monitor, which any code may hold for any time, and
 * Java has no tryLock for monitors. So the asking thread waits until the look has ended, or seems
 * to hang, and then goes on without its answer.
 *
 * <p>Proof: HostileExceptionsTest.
 *
 * @param <R> the type of the answer
 */
public final class ForeignLook<R extends @Nullable Object> implements Runnable {

  /** How often the asking thread checks whether the look hangs. */
  private static final long PERIOD_MILLIS = 5;

  /** A look found waiting this often in a row hangs; one of ours waits only for another of ours. */
  private static final int MAX_WAITS = 5;

  /** A look that has not ended by then computes without end. */
  private static final int MAX_PERIODS = 200;

  /**
   * The limit of looks that hang at the same time; when it is reached, no failure is looked into.
   */
  private static final int MAX_HANGING = 16;

  private static final Queue<ForeignLook<?>> HANGING = new ConcurrentLinkedQueue<>();

  private final Throwable failure;
  private final Supplier<? extends R> look;
  private final CountDownLatch ended = new CountDownLatch(1);

  // written by the looking thread, read after ended
  private R answer;

  private volatile @Nullable Thread looker;

  private ForeignLook(Throwable failure, R otherwise, Supplier<? extends R> look) {
    this.failure = failure;
    this.look = look;
    this.answer = otherwise;
  }

  /** Called before the first failure, which may be the end of the memory (B11). */
  static void load() {}

  /**
   * Looks into a failure. The look may end much later than this call.
   *
   * @param failure the failure whose getters are called
   * @param otherwise the answer if the look throws or hangs
   * @param look calls the getters
   * @param <R> the type of the answer
   * @return the answer
   */
  public static <R extends @Nullable Object> R into(
      Throwable failure, R otherwise, Supplier<? extends R> look) {
    int hanging = 0;
    for (ForeignLook<?> other : HANGING) {
      if (other.failure == failure || ++hanging == MAX_HANGING) {
        return otherwise;
      }
    }
    try {
      ForeignLook<R> started = new ForeignLook<>(failure, otherwise, look);
      Lookers.EXECUTOR.execute(started);
      return started.awaitEnd() ? started.answer : otherwise;
    } catch (Throwable noThread) { // the failure itself is more important
      return otherwise;
    }
  }

  /** Whether a class outside of the JDK overrides one of these methods. */
  static boolean isOverridden(Throwable failure, String... getters) {
    try {
      for (String getter : getters) {
        if (failure.getClass().getMethod(getter).getDeclaringClass().getClassLoader() != null) {
          return true;
        }
      }
      return false;
    } catch (Throwable unknown) { // a class that cannot be linked
      return true;
    }
  }

  /** The looking thread; not for callers. */
  @Override
  public void run() {
    looker = Thread.currentThread();
    try {
      answer = look.get();
    } catch (Throwable hostile) {
      // the answer is otherwise
    } finally {
      ended.countDown();
      HANGING.remove(this);
    }
  }

  private boolean awaitEnd() {
    boolean interrupted = false;
    int waits = 0;
    try {
      for (int periods = 0; periods < MAX_PERIODS && waits < MAX_WAITS; periods++) {
        try {
          if (ended.await(PERIOD_MILLIS, TimeUnit.MILLISECONDS)) {
            return true;
          }
          waits = isWaiting() ? waits + 1 : 0;
        } catch (InterruptedException e) { // not caused by this wait, which is short
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    HANGING.add(this);
    if (ended.getCount() == 0) {
      HANGING.remove(this);
    }
    return false;
  }

  private boolean isWaiting() {
    Thread thread = looker;
    return thread != null
        && switch (thread.getState()) {
          case BLOCKED, WAITING, TIMED_WAITING -> true;
          default -> false;
        };
  }

  /** Starts the looking threads. */
  private static final class Lookers {

    private static final String NAME = "bridge-look";

    static final Executor EXECUTOR =
        Runtime.version().feature() >= 24 ? Lookers::startVirtual : platform();

    private static void startVirtual(Runnable look) {
      Headroom.check();
      Thread.ofVirtual().name(NAME).inheritInheritableThreadLocals(false).start(look);
    }

    /**
     * Platform threads: before JDK 24 a virtual thread that waits for a monitor pins its carrier.
     */
    private static Executor platform() {
      return new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          1,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          Thread.ofPlatform().daemon().name(NAME).inheritInheritableThreadLocals(false).factory());
    }
  }
}
