package io.bridge.internal.cancel;

import io.bridge.Registration;
import io.bridge.Undeliverable;
import io.bridge.internal.base.Fields;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The JVM's own time: one daemon thread for all timers, started at first need. It only changes
 * states and wakes threads, and runs no foreign code (T3). See docs/design/timers.md.
 *
 * <p>The heap is that thread's alone. Others put a timer into the inbox, by one compare-and-set:
 * wherever their stack or memory ends, the timer is in it or not.
 *
 * <pre>
 * inbox    meaning                                         left by
 * null     empty                                           schedule -> a timer
 * a timer  the newest; all are scheduled, or closed since  schedule -> a newer one,
 *                                                          the timer thread -> null
 *
 * wakeAt   the timer thread looks into the inbox at that time at the latest, and before it parks;
 *          who schedules something earlier wakes it
 * thread   null while there is no timer thread: one that begins sets it, so there is no other one;
 *          it takes itself out when it has been idle for a while, and looks into the inbox after
 * </pre>
 *
 * <p>What was closed is taken out by the timer thread: out of the inbox when that has many, out of
 * the heap when there is more of it than of the rest. Proof: TimersTest, StackEdgesTest.
 */
public final class Timers {

  /** The one instance. */
  static final Timers SYSTEM = new Timers();

  /** Past this, about 146 years, a deadline is "never"; nor do differences of times overflow. */
  private static final long NEVER_NANOS = Long.MAX_VALUE >> 1;

  /** So many timers in the inbox wake the timer thread, which drops the closed ones. */
  private static final int MANY = 256;

  /** So many closed timers in the heap are not worth a sweep. */
  private static final int SPARE = 64;

  /** Until the timer thread tries again what there was no memory for. */
  private static final long RETRY_NANOS = 10_000_000;

  /** So long with nothing to wait for, and the thread ends: it keeps our class loader (A13). */
  private static final long IDLE_NANOS = 1_000_000_000;

  /** For how long other deadlines wait while the thread does long work. */
  private static final long SLICE_NANOS = 1_000_000;

  private static final VarHandle INBOX =
      Fields.handle(MethodHandles.lookup(), "inbox", Timer.class);
  private static final VarHandle THREAD =
      Fields.handle(MethodHandles.lookup(), "thread", Thread.class);
  private static final VarHandle WORKS =
      Fields.handle(MethodHandles.lookup(), "works", SlicedWork.class);

  // any thread
  private volatile @Nullable Timer inbox;
  private volatile @Nullable SlicedWork works;
  private final AtomicInteger closed = new AtomicInteger(); // in the heap, or a few more

  // by the timer thread
  private volatile @Nullable Thread thread;
  private volatile long wakeAt;
  private volatile int inHeap;
  private final TimerHeap heap = new TimerHeap();
  private @Nullable Timer taken; // out of the inbox, not yet in the heap
  private @Nullable SlicedWork work; // under way, and those behind it

  Timers() {}

  /** As {@link SystemTime} says. */
  Registration schedule(Duration delay, Runnable task) {
    if (delay.compareTo(Duration.ofNanos(NEVER_NANOS)) > 0) {
      return () -> {};
    }
    Timer timer = new Timer(this, System.nanoTime() + delay.toNanos(), task);
    try {
      Timer newest;
      do {
        newest = inbox;
        timer.putOn(newest);
      } while (!INBOX.compareAndSet(this, newest, timer));
      if (timer.isBefore(wakeAt) || timer.number % MANY == 0 || thread == null) {
        wake();
      }
    } catch (Throwable t) {
      timer.neverScheduled(); // else it would wake a thread that does not wait for it
      throw t;
    }
    return timer;
  }

  private void wake() {
    Thread timer = thread;
    if (timer == null) {
      newThread().start(); // one of two at once finds that it is not needed
    } else {
      LockSupport.unpark(timer);
    }
  }

  private Thread newThread() {
    return Thread.ofPlatform()
        .daemon()
        .name("bridge-timer")
        .inheritInheritableThreadLocals(false) // it outlives whoever comes first
        .unstarted(this::run);
  }

  /** A timer of the heap was closed; any thread. */
  void closedInHeap() {
    closed.incrementAndGet();
    if (isSparse()) {
      wake();
    }
  }

  /** Whether the heap is to be swept. */
  private boolean isSparse() {
    return closed.get() > inHeap / 2 + SPARE;
  }

  /**
   * Goes on with {@code work} on the timer thread, whose stack is sure and which tries again when
   * there is no memory; any thread. Needs no memory.
   */
  static void goOn(SlicedWork work) {
    SYSTEM.add(work);
  }

  private void add(SlicedWork added) {
    SlicedWork newest;
    do {
      newest = works;
      added.next = newest;
    } while (!WORKS.compareAndSet(this, newest, added));
    wake();
  }

  /** Whether the calling thread is the one of all timers, which must be back soon. */
  static boolean isTimerThread() {
    return SYSTEM.thread == Thread.currentThread();
  }

  /** How many timers there are, with those that were closed and wait to be taken out. */
  int kept() {
    Timer newest = inbox;
    return inHeap + (newest == null ? 0 : newest.number);
  }

  /** Reports a failure of ours where no shared thread runs the handler, which is foreign. */
  static void report(Throwable failure) {
    if (isTimerThread()) {
      reportElsewhere(failure);
    } else {
      Undeliverable.report(failure);
    }
  }

  private static void reportElsewhere(Throwable failure) {
    CoroutineThreads.start("bridge-report", () -> Undeliverable.report(failure));
  }

  // the timer thread

  private void run() {
    while (THREAD.compareAndSet(this, null, Thread.currentThread())) {
      boolean idle = false;
      while (!idle) {
        try {
          idle = round();
        } catch (Throwable noMemory) { // all that a round does is whole at each step
          LockSupport.parkNanos(this, RETRY_NANOS);
        }
      }
      thread = null;
      if (inbox == null && works == null) {
        return; // what comes from here on starts another thread
      }
    }
  }

  /** First what is due: that needs no memory. Returns whether there was nothing to do for long. */
  private boolean round() {
    fire();
    drain();
    if (isSparse()) {
      sweep();
    }
    boolean working = work();
    Timer first = heap.first();
    long idle = System.nanoTime() + IDLE_NANOS;
    boolean waits = first != null && (closed.get() == 0 || first.isBefore(idle));
    long next = first != null && waits ? first.deadline : idle;
    wakeAt = next; // before the look into the inbox
    long nanos = next - System.nanoTime();
    if (working || nanos <= 0 || isUrgent(next)) {
      return false;
    }
    LockSupport.parkNanos(this, nanos);
    Thread.interrupted(); // somebody's who has found the thread: park would spin
    if (waits || System.nanoTime() - next < 0) {
      return false;
    }
    sweep(); // what is closed in the heap does not keep the thread
    return heap.first() == null && inbox == null && works == null;
  }

  /** Whether something must not wait in the inbox until {@code next}. */
  private boolean isUrgent(long next) {
    Timer newest = inbox;
    return works != null
        || (newest != null && (newest.earliest - next < 0 || newest.number >= MANY))
        || isSparse();
  }

  private void fire() {
    for (Timer first = heap.first(); first != null; first = heap.first()) {
      boolean over = first.isOver();
      if (!over && !first.isBefore(System.nanoTime() + 1)) {
        return;
      }
      heap.removeFirst();
      inHeap = heap.size();
      if (!over) {
        run(first);
      }
    }
  }

  private void run(Timer timer) {
    Runnable task = timer.take();
    if (task == null) {
      return;
    }
    try {
      task.run();
    } catch (OutOfMemoryError noMemory) { // our tasks only set what is not set yet
      timer.putBack(task, System.nanoTime() + RETRY_NANOS);
      heap.add(timer);
    } catch (Throwable failure) { // of an interruptible channel, or a task that is not ours
      reportElsewhere(failure);
    }
  }

  /** Moves what is in the inbox into the heap. */
  private void drain() {
    while (true) {
      if (taken == null) {
        taken = (Timer) INBOX.getAndSet(this, (Timer) null);
      }
      Timer next = taken;
      if (next == null) {
        return;
      }
      next.enterHeap();
      if (!next.isOver()) { // the look behind enterHeap: it was closed before, or is counted
        heap.add(next);
        inHeap = heap.size();
      }
      taken = next.older;
      next.older = null;
    }
  }

  private void sweep() {
    closed.set(0); // first: one that is closed now may be counted for nothing, none is missed
    heap.removeClosed();
    inHeap = heap.size();
  }

  /** Does long work for a while; whether there is more to do. */
  private boolean work() {
    if (work == null) {
      work = (SlicedWork) WORKS.getAndSet(this, (SlicedWork) null);
    }
    long end = System.nanoTime() + SLICE_NANOS;
    while (work != null && System.nanoTime() - end < 0) {
      SlicedWork now = work;
      if (!now.step()) {
        work = now.next;
      }
    }
    return work != null;
  }
}
