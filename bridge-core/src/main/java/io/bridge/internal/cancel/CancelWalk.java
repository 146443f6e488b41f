package io.bridge.internal.cancel;

import org.jspecify.annotations.Nullable;

/**
 * Cancels everything that a cancelled frame or an ended scope has started: coroutines, the scopes
 * opened by them, and so on; without recursion, at any depth, one coroutine a step. The cancelling
 * thread walks. The timer thread walks in slices, since other deadlines wait for it; it also
 * continues the walk of a thread that runs out of memory, since the timer thread retries. Each step
 * ends with one write of a field, after the work it stands for; that work may be done twice.
 *
 * <p>A walk is made before the cancel that it is for: a cancelled frame or an ended scope is not
 * cancelled again, so without the memory for a walk nothing must be cancelled.
 */
public final class CancelWalk extends SlicedWork {

  /** A scope, as far as a cancel needs to know it. */
  interface Scope {

    /** The code around the scope was cancelled; false if the scope has ended before. */
    boolean tryEndWithOuter(String reason);

    /** The first coroutine to cancel; read after the scope's end was set. */
    @Nullable Link newestCoroutine();

    /** Wakes the threads that wait for the coroutines, so that they see the end. */
    void wakeWaiters();
  }

  /** The link of one coroutine in the list of its scope. */
  public interface Link {

    /** The coroutine; null if it has ended. */
    @Nullable CancelFrame coroutine();

    @Nullable Link older();
  }

  private record Pending(Scope scope, @Nullable Pending next) {}

  private final String reason;

  // by the walking thread: a cancelled frame whose scopes are still to be found, the scopes still
  // to be ended, and the next coroutine of the current one
  private @Nullable CancelFrame cancelled;
  private @Nullable Pending scopes;
  private @Nullable Scope own; // has ended already; comes after the scopes inside its block
  private @Nullable Scope ended;
  private @Nullable Link place;

  /** A walk for a cancel that is about to be made for {@code reason}. */
  public CancelWalk(String reason) {
    this.reason = reason;
  }

  /** Cancels the content of {@code frame}, which is cancelled. */
  void inside(CancelFrame frame) {
    cancelled = frame;
    go();
  }

  /** Cancels the content of the block of {@code scope}, which has ended, then its coroutines. */
  public void of(Scope scope) {
    own = scope;
    go();
  }

  /** The block of the scope that has ended is cancelled, too. */
  void withBlock(CancelFrame block) {
    cancelled = block;
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
    CancelFrame frame = cancelled;
    if (frame != null) {
      frame.scopesInside(this);
      cancelled = null;
      return true;
    }
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
    Pending pending = scopes;
    if (pending != null) {
      boolean now = pending.scope.tryEndWithOuter(reason);
      scopes = pending.next;
      if (now) {
        begin(pending.scope);
      }
      return true;
    }
    Scope scope = own;
    if (scope == null) {
      return false;
    }
    begin(scope);
    own = null;
    return true;
  }

  private void cancel(CancelFrame coroutine) {
    if (coroutine.markCancelled(reason)) {
      cancelled = coroutine; // first: a repeated step finds it cancelled already
      coroutine.window.interrupt();
    }
  }
}
