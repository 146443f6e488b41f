package io.bridge.internal.cancel;

import io.bridge.Registration;
import io.bridge.internal.base.Fields;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One timer of {@link Timers}. Closing it drops its task at once; the timer itself is removed some
 * time later.
 *
 * <pre>
 * task     meaning                                  left by
 * a task   due at the deadline                      close -> null, the timer thread -> null
 * null     closed or run, final                     the timer thread, to try again without memory
 * </pre>
 */
final class Timer implements Registration {

  private static final VarHandle TASK =
      Fields.handle(MethodHandles.lookup(), "task", Runnable.class);

  private final Timers timers;

  // any thread
  private volatile @Nullable Runnable task;

  // by the scheduling thread; then by the timer thread
  long deadline;

  // In the inbox: the next older timer, their number, and their first deadline. By the scheduling
  // thread before it is in the inbox; then by the timer thread
  @Nullable Timer older;
  int number;
  long earliest;

  // by the timer thread, before it looks at the task; read by the closing thread, after that
  private volatile boolean inHeap;

  Timer(Timers timers, long deadline, Runnable task) {
    this.timers = timers;
    this.deadline = deadline;
    this.task = task;
  }

  /** Prepares this timer to be put on top of {@code newest} in the inbox. */
  void putOn(@Nullable Timer newest) {
    older = newest;
    number = newest == null ? 1 : newest.number + 1;
    earliest = newest == null || isBefore(newest.earliest) ? deadline : newest.earliest;
  }

  /** Whether it is due before {@code time}; both are less than 292 years apart. */
  boolean isBefore(long time) {
    return deadline - time < 0;
  }

  /** Whether it was closed or has run, and may be dropped. */
  boolean isOver() {
    return task == null;
  }

  /** From now on the heap drops it when it is closed. Timer thread only. */
  void enterHeap() {
    inHeap = true;
  }

  /** Takes the task, once; null if it was taken. */
  @Nullable Runnable take() {
    return (Runnable) TASK.getAndSet(this, (Runnable) null);
  }

  /** Gives back a task that could not run for want of memory. Timer thread only, which took it. */
  void putBack(Runnable taken, long newDeadline) {
    deadline = newDeadline;
    task = taken;
  }

  /** Scheduling it failed; a plain write, which always has enough stack. */
  void neverScheduled() {
    task = null;
  }

  @Override
  public void close() {
    if (take() != null && inHeap) {
      timers.closedInHeap();
    }
  }
}
