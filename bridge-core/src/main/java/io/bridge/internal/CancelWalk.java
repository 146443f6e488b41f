package io.bridge.internal;

import org.jspecify.annotations.Nullable;

/**
 * The cancel of all that a cancelled frame or an ended scope has started: coroutines, the scopes
 * that they have opened, and so on; without recursion, at any depth, one coroutine a step. The
 * thread that cancels walks; the timer thread does so a little at a time, since other deadlines
 * wait for it, and for a thread that runs out of memory, since it tries again. Each field is
 * changed by one write, behind what it stands for, which may be done twice.
 */
final class CancelWalk {

  private record Pending(RunningScope<?, ?> scope, @Nullable Pending next) {}

  private final String reason;

  /** The next one that the timer thread walks. */
  @Nullable CancelWalk next;

  // by who walks: scopes to be ended, and where it is among the coroutines of one that is
  private @Nullable Pending scopes;
  private @Nullable RunningScope<?, ?> ended;
  private Siblings.@Nullable Link place;

  private CancelWalk(String reason) {
    this.reason = reason;
  }

  /** Cancels what is inside {@code frame}, which is cancelled for {@code reason}. */
  static void inside(CancelFrame frame, String reason) {
    CancelWalk walk = new CancelWalk(reason);
    frame.scopesInside(walk);
    walk.go();
  }

  /** Cancels the coroutines of {@code scope}, which has ended for {@code reason}. */
  static void of(RunningScope<?, ?> scope, String reason) {
    CancelWalk walk = new CancelWalk(reason);
    walk.begin(scope);
    walk.go();
  }

  /** Adds a scope to be ended, with its coroutines. */
  void add(RunningScope<?, ?> scope) {
    scopes = new Pending(scope, scopes);
  }

  private void begin(RunningScope<?, ?> scope) {
    place = scope.newestCoroutine();
    ended = scope;
  }

  private void go() {
    if (Timers.isTimerThread()) {
      Timers.goOn(this);
      return;
    }
    try {
      boolean more = true;
      while (more) {
        more = step();
      }
    } catch (OutOfMemoryError noMemory) {
      Timers.goOn(this);
    }
  }

  /** One step; false if there is none left. */
  boolean step() {
    RunningScope<?, ?> scope = ended;
    if (scope == null) {
      return nextScope();
    }
    Siblings.Link link = place;
    if (link == null) {
      scope.wakeWaiters();
      ended = null;
    } else {
      RunningCoroutine<?> coroutine = link.coroutine();
      if (coroutine != null) {
        cancel(coroutine);
      }
      place = link.older();
    }
    return true;
  }

  private boolean nextScope() {
    Pending first = scopes;
    if (first == null) {
      return false;
    }
    boolean now = first.scope.tryEndWithOuter(reason);
    scopes = first.next;
    if (now) {
      begin(first.scope);
    }
    return true;
  }

  private void cancel(RunningCoroutine<?> coroutine) {
    if (coroutine.mark(reason)) {
      coroutine.scopesInside(this);
    }
  }
}
