package io.bridge.internal.cancel;

import org.jspecify.annotations.Nullable;

/**
 * The cancel of all that a cancelled frame or an ended scope has started: coroutines, the scopes
 * that they have opened, and so on; without recursion, at any depth, one coroutine a step. The
 * thread that cancels walks; the timer thread does so a little at a time, since other deadlines
 * wait for it, and for a thread that runs out of memory, since it tries again. Each field is
 * changed by one write, behind what it stands for, which may be done twice.
 */
public final class CancelWalk extends SlicedWork {

  /** A scope, as far as a cancel needs to know it. */
  interface Scope {

    /** The code around it was cancelled; false if it has ended before. */
    boolean tryEndWithOuter(String reason);

    /** Where a cancel of all coroutines begins, behind the end. */
    @Nullable Link newestCoroutine();

    /** What waits for the coroutines looks at the end. */
    void wakeWaiters();
  }

  /** The place of one coroutine among those of a scope. */
  public interface Link {

    /** The coroutine; null if it has ended. */
    @Nullable CancelFrame coroutine();

    @Nullable Link older();
  }

  private record Pending(Scope scope, @Nullable Pending next) {}

  private final String reason;

  // by who walks: scopes to be ended, and where it is among the coroutines of one that is
  private @Nullable Pending scopes;
  private @Nullable Scope ended;
  private @Nullable Link place;

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
  public static void of(Scope scope, String reason) {
    CancelWalk walk = new CancelWalk(reason);
    walk.begin(scope);
    walk.go();
  }

  /** Adds a scope to be ended, with its coroutines. */
  void add(Scope scope) {
    scopes = new Pending(scope, scopes);
  }

  private void begin(Scope scope) {
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

  @Override
  boolean step() {
    Scope scope = ended;
    if (scope == null) {
      return nextScope();
    }
    Link link = place;
    if (link == null) {
      scope.wakeWaiters();
      ended = null;
    } else {
      CancelFrame coroutine = link.coroutine();
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

  private void cancel(CancelFrame coroutine) {
    if (coroutine.mark(reason)) {
      coroutine.scopesInside(this);
    }
  }
}
