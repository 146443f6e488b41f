package io.bridge.internal.cancel;

import io.bridge.Registration;
import io.bridge.internal.base.Fields;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One timer of {@link Timers}. It lets its task go when it is closed, and is itself taken out some
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

  // by who schedules; then by the timer thread
  long deadline;

  // in the inbox: the one that came before, how many there are, and the first of their deadlines.
  // By who schedules, before it is in; then by the timer thread
  @Nullable Timer older;
  int number;
  long earliest;

  // by the timer thread, before its look at the task; read by who closes, behind that
  private volatile boolean inHeap;

  Timer(Timers timers, long deadline, Runnable task) {
    this.timers = timers;
    this.deadline = deadline;
    this.task = task;
  }

  /** Tells that it is to be put on top of {@code newest} in the inbox. */
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

  /** It is to be dropped when it is closed. Timer thread only. */
  void enterHeap() {
    inHeap = true;
  }

  /** Takes the task, once; null if that was done. */
  @Nullable Runnable take() {
    return (Runnable) TASK.getAndSet(this, (Runnable) null);
  }

  /** Its task could not run for want of memory. Timer thread only, which has taken it. */
  void putBack(Runnable taken, long newDeadline) {
    deadline = newDeadline;
    task = taken;
  }

  /** It was not scheduled after all; a plain write, for which there is stack in any case. */
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
