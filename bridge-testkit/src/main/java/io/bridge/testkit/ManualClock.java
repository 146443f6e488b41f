package io.bridge.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Time that stands still until a test moves it. It knows nothing of bridge: a test binds it as a
 * time source in a line.
 */
public final class ManualClock {

  /** Longer delays are never due. */
  private static final Duration NEVER = Duration.ofNanos(Long.MAX_VALUE / 2);

  private record Timer(long due, long order, Runnable task) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>(Comparator.comparingLong(Timer::due).thenComparingLong(Timer::order));
  private long now;
  private long order;

  /** The time in nanoseconds. */
  public long nanoTime() {
    lock.lock();
    try {
      return now;
    } finally {
      lock.unlock();
    }
  }

  /** Keeps {@code task} until its time has come; the returned action takes it back. */
  public Runnable schedule(Duration delay, Runnable task) {
    lock.lock();
    try {
      long nanos = delay.compareTo(NEVER) > 0 ? NEVER.toNanos() : delay.toNanos();
      Timer timer = new Timer(now + nanos, order++, task);
      timers.add(timer);
      return () -> remove(timer);
    } finally {
      lock.unlock();
    }
  }

  private void remove(Timer timer) {
    lock.lock();
    try {
      timers.remove(timer);
    } finally {
      lock.unlock();
    }
  }

  /** How many tasks wait for their time. */
  public int scheduled() {
    lock.lock();
    try {
      return timers.size();
    } finally {
      lock.unlock();
    }
  }

  /** Moves the time, and runs what has become due on the calling thread, the earliest first. */
  public void advance(Duration by) {
    List<Runnable> due = new ArrayList<>();
    lock.lock();
    try {
      now += by.toNanos();
      for (Timer t = timers.peek(); t != null && t.due <= now; t = timers.peek()) {
        due.add(timers.remove().task);
      }
    } finally {
      lock.unlock();
    }
    due.forEach(Runnable::run);
  }
}
