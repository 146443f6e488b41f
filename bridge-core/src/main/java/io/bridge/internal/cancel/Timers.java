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
 * The timers of the JVM: one daemon thread for all of them, started at first need. It only changes
 * states and wakes threads, and runs no foreign code (T3). See docs/design/timers.md.
 *
 * <p>Only that thread uses the heap. Others put a timer into the inbox by one compare-and-set:
 * wherever their stack or memory ends, the timer is either in it or not.
 *
 * <pre>
 * inbox    meaning                                         left by
 * null     empty                                           schedule -> a timer
 * a timer  the newest; all are scheduled, or closed since  schedule -> a newer one,
 *                                                          the timer thread -> null
 *
 * wakeAt   the timer thread looks into the inbox at that time at the latest, and before it parks;
 *          a thread that schedules an earlier deadline wakes it
 * thread   null while there is no timer thread: a new one sets it, so there is only one; it sets
 *          null when it has been idle for a while, and then looks into the inbox once more
 * </pre>
 *
 * <p>The timer thread removes closed timers: from the inbox when that holds many, from the heap
 * when more than half are closed. Proof: TimersTest, StackEdgesTest.
 */
public final class Timers {

  /** The one instance. */
  static final Timers SYSTEM = new Timers();

  /**
   * A deadline later than this, about 146 years, is "never"; also keeps differences from
   * overflowing.
   */
  private static final long NEVER_NANOS = Long.MAX_VALUE >> 1;

  /** With this many timers in the inbox the timer thread wakes and drops the closed ones. */
  private static final int MANY = 256;

  /** Up to this many closed timers in the heap are not worth a sweep. */
  private static final int SPARE = 64;

  /** The pause before the timer thread retries a step for which there was no memory. */
  private static final long RETRY_NANOS = 10_000_000;

  /** After this idle time the thread ends, because it keeps our class loader (A13). */
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
  private @Nullable Timer taken; // from the inbox, not yet in the heap
  private @Nullable SlicedWork work; // in progress, with the work behind it

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
      newThread().start(); // one of two concurrent threads finds that it is not needed
    } else {
      LockSupport.unpark(timer);
    }
  }

  private Thread newThread() {
    return Thread.ofPlatform()
        .daemon()
        .name("bridge-timer")
        .inheritInheritableThreadLocals(false) // it outlives the code that first needs it
        .unstarted(this::run);
  }

  /** A timer of the heap was closed; any thread. */
  void closedInHeap() {
    closed.incrementAndGet();
    if (isSparse()) {
      wake();
    }
  }

  /** Whether the heap needs a sweep. */
  private boolean isSparse() {
    return closed.get() > inHeap / 2 + SPARE;
  }

  /**
   * Continues {@code work} on the timer thread, which has enough stack and retries when there is no
   * memory. Any thread. Needs no memory.
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

  /** Whether the calling thread is the timer thread, which must not be held up. */
  static boolean isTimerThread() {
    return SYSTEM.thread == Thread.currentThread();
  }

  /** The number of timers, including closed ones that are not yet removed. */
  int kept() {
    Timer newest = inbox;
    return inHeap + (newest == null ? 0 : newest.number);
  }

  /**
   * Reports a failure of ours on a thread that is not shared, since the handler is foreign code;
   * without memory it is lost. Never throws: the caller has a cancel to finish.
   */
  static void report(Throwable failure) {
    try {
      if (isTimerThread()) {
        reportElsewhere(failure);
      } else {
        Undeliverable.report(failure);
      }
    } catch (Throwable noMemory) {
      // the cancel is more important
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
        } catch (Throwable noMemory) { // every step of a round is all or nothing
          LockSupport.parkNanos(this, RETRY_NANOS);
        }
      }
      thread = null;
      if (inbox == null && works == null) {
        return; // a timer that comes later starts another thread
      }
    }
  }

  /** Runs due timers first, which needs no memory. Returns whether it has been idle for long. */
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
    Thread.interrupted(); // foreign code may have interrupted this thread: park would spin
    if (waits || System.nanoTime() - next < 0) {
      return false;
    }
    sweep(); // closed timers in the heap do not keep the thread alive
    return heap.first() == null && inbox == null && works == null;
  }

  /** Whether there is work before {@code next}: long work, an earlier timer, or a sweep. */
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
    } catch (OutOfMemoryError noMemory) { // safe to repeat: our tasks only set what is not set yet
      timer.putBack(task, System.nanoTime() + RETRY_NANOS);
      heap.add(timer);
    } catch (Throwable failure) { // of an interruptible channel, or of a task that is not ours
      reportElsewhere(failure);
    }
  }

  /** Moves the timers of the inbox into the heap. */
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
      if (!next.isOver()) { // after enterHeap: closed before this check, or counted on close
        heap.add(next);
        inHeap = heap.size();
      }
      taken = next.older;
      next.older = null;
    }
  }

  private void sweep() {
    closed.set(0); // first: a timer closed now may be counted in vain, but none is missed
    heap.removeClosed();
    inHeap = heap.size();
  }

  /** Does long work for one slice; whether there is more to do. */
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
