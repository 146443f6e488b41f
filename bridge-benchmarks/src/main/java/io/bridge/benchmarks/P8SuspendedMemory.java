package io.bridge.benchmarks;

import static io.bridge.reactor.ReactorBridge.awaitSingle;

import io.bridge.Coroutine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Sinks;

/**
 * P8: the heap that one suspended await takes, its thread included, its sink not. No benchmark of
 * JMH: a program that suspends many and looks at the heap after a collection, in a JVM of its own
 * for each kind. The floor is a virtual thread that is parked and awaits nothing; {@code callback}
 * is what the sink itself takes for a subscriber, {@code threadLocal} and {@code scopedValue} are
 * the floor with one value of that kind, which are two ways to find the current frame.
 */
public final class P8SuspendedMemory {

  static final List<String> KINDS =
      List.of(
          "floor",
          "threadLocal",
          "scopedValue",
          "callback",
          "bridge",
          "bridgeOnThread",
          "block",
          "kotlinxDefault");

  private static final ThreadLocal<Integer> THREAD_LOCAL = new ThreadLocal<>();
  private static final ScopedValue<Integer> SCOPED_VALUE = ScopedValue.newInstance();

  /** Frames that are not compiled yet are larger. */
  private static final int WARM_UPS = 5;

  private final List<Sinks.One<Integer>> sinks = new ArrayList<>();

  /** Held so that nothing suspended is collected. */
  private final @Nullable Object[] suspended;

  private final CountDownLatch begun;
  private volatile boolean released;

  private P8SuspendedMemory(int count) {
    this.suspended = new Object[count];
    this.begun = new CountDownLatch(count);
    for (int i = 0; i < count; i++) {
      sinks.add(Sinks.one());
    }
  }

  /** Prints the bytes of one, given its kind and how many. */
  public static void main(String[] args) throws InterruptedException {
    int count = Integer.parseInt(args[1]);
    for (int i = 0; i < WARM_UPS; i++) {
      double _ = bytesOf(args[0], count / 10);
    }
    System.out.println(bytesOf(args[0], count));
  }

  static double bytesOf(String kind, int count) throws InterruptedException {
    P8SuspendedMemory memory = new P8SuspendedMemory(count);
    long before = heap();
    memory.suspend(kind);
    memory.awaitAllSuspended();
    double bytes = (heap() - before) / (double) count;
    memory.release();
    return bytes;
  }

  private void suspend(String kind) {
    for (int i = 0; i < suspended.length; i++) {
      int index = i;
      switch (kind) {
        case "floor" -> Thread.startVirtualThread(() -> parked(index));
        case "threadLocal" -> Thread.startVirtualThread(() -> parkedWithThreadLocal(index));
        case "scopedValue" -> Thread.startVirtualThread(() -> parkedWithScopedValue(index));
        case "callback" -> {
          Disposable subscription = sinks.get(i).asMono().subscribe(value -> {});
          suspended[i] = subscription;
          begun.countDown();
        }
        case "bridge" -> Coroutine.start(() -> awaiting(index));
        case "bridgeOnThread" -> Thread.startVirtualThread(() -> awaiting(index));
        case "block" -> Thread.startVirtualThread(() -> blocking(index));
        case "kotlinxDefault" -> {}
        default -> throw new IllegalArgumentException(kind);
      }
    }
    if (kind.equals("kotlinxDefault")) {
      Kotlinx.awaitEach(
          Kotlinx.onDefault(),
          suspended.length,
          1,
          index -> {
            begun.countDown();
            return sinks.get(index).asMono();
          },
          new CountDownLatch(suspended.length));
    }
  }

  private void begin(int index) {
    suspended[index] = Thread.currentThread();
    begun.countDown();
  }

  private void parked(int index) {
    begin(index);
    while (!released) {
      LockSupport.park();
    }
  }

  private void parkedWithThreadLocal(int index) {
    THREAD_LOCAL.set(1);
    parked(index);
  }

  private void parkedWithScopedValue(int index) {
    ScopedValue.where(SCOPED_VALUE, 1)
        .run(() -> {
          var _ = SCOPED_VALUE.get(); // makes the cache, as every await would
          parked(index);
        });
  }

  private Integer awaiting(int index) {
    begin(index);
    return awaitSingle(sinks.get(index).asMono());
  }

  private void blocking(int index) {
    begin(index);
    var _ = sinks.get(index).asMono().block();
  }

  private void awaitAllSuspended() throws InterruptedException {
    begun.await();
    for (int i = 0; i < suspended.length; i++) {
      if (suspended[i] instanceof Thread thread) {
        while (thread.getState() != Thread.State.WAITING) {
          Thread.sleep(1);
        }
      } else {
        while (sinks.get(i).currentSubscriberCount() == 0) {
          Thread.sleep(1);
        }
      }
    }
  }

  private void release() throws InterruptedException {
    released = true;
    for (Sinks.One<Integer> sink : sinks) {
      sink.tryEmitValue(1).orThrow();
    }
    for (Object held : suspended) {
      if (held instanceof Thread thread) {
        LockSupport.unpark(thread);
        thread.join();
      }
    }
  }

  private static long heap() throws InterruptedException {
    Runtime runtime = Runtime.getRuntime();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
      System.gc();
      Thread.sleep(50);
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }
}
