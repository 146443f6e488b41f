package io.bridge;

import io.bridge.fixtures.Eventually;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An executor with one thread, which counts the interrupts that reach it outside of its tasks: a
 * pool of the JDK lowers the flag between them.
 */
final class OneThread implements Executor, AutoCloseable {

  private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private final AtomicInteger late = new AtomicInteger();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Thread thread;

  private OneThread(Thread.Builder kind, String name) {
    thread = kind.name(name).unstarted(this::run);
    thread.start();
  }

  static OneThread platform(String name) {
    return new OneThread(Thread.ofPlatform().daemon(), name);
  }

  static OneThread virtual(String name) {
    return new OneThread(Thread.ofVirtual(), name);
  }

  private void run() {
    while (!closed.get()) {
      try {
        tasks.take().run();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      if (Thread.interrupted()) {
        late.incrementAndGet();
      }
    }
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  Thread thread() {
    return thread;
  }

  /** The interrupts outside of tasks, once all tasks up to now have run. */
  int lateInterrupts() {
    CountDownLatch reached = new CountDownLatch(1);
    execute(reached::countDown);
    Eventually.until("the executor is idle", () -> reached.getCount() == 0);
    return late.get();
  }

  /** Occupies the thread until the returned latch is counted down. */
  CountDownLatch block() {
    CountDownLatch release = new CountDownLatch(1);
    execute(() -> Eventually.until("the release", () -> release.getCount() == 0));
    return release;
  }

  @Override
  public void close() {
    closed.set(true);
    execute(() -> {});
  }
}
