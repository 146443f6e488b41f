package io.bridge.internal;

import java.io.Serial;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Where a failure that another thread made was awaited: a suppressed entry of it, whose stack trace
 * is the awaiting code's (A8). A failure may be shared by any number of awaits, so what bridge adds
 * to one is bounded, and nothing is added to one that has as many suppressed entries of any origin.
 */
final class AwaitSite extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  /** All that bridge adds to one failure, sites and siblings. */
  private static final int MAX_ADDED = 8;

  private static final boolean ON = !"false".equals(System.getProperty("io.bridge.awaitSites"));

  /** Held while causes are read: of the getters of a failure, the only one a source can write. */
  private static final ReentrantLock SIBLINGS = new ReentrantLock();

  private AwaitSite(List<StackTraceElement> callers) {
    super(callers.isEmpty() ? "awaited" : "awaited at " + callers.get(0), null, false, true);
    setStackTrace(callers.toArray(StackTraceElement[]::new));
  }

  /** Adds the calling code's place to {@code failure}. */
  static void addTo(Throwable failure) {
    if (ON && hasRoom(failure)) {
      add(failure, new AwaitSite(Callers.all()));
    }
  }

  /**
   * Adds the failures of siblings, as far as there is room and they are not known to it already.
   */
  static void addSiblings(Throwable failure, Iterable<? extends Throwable> siblings) {
    // Two awaits of the same failures at once, each with another one last, would make a cycle.
    SIBLINGS.lock();
    try {
      for (Throwable sibling : siblings) {
        if (hasRoom(failure) && !reaches(failure, sibling) && !reaches(sibling, failure)) {
          add(failure, sibling);
        }
      }
    } finally {
      SIBLINGS.unlock();
    }
  }

  /** The lock is the one of addSuppressed itself; nothing foreign runs under it. */
  private static void add(Throwable failure, Throwable suppressed) {
    synchronized (failure) {
      if (hasRoom(failure)) {
        failure.addSuppressed(suppressed);
      }
    }
  }

  private static boolean hasRoom(Throwable failure) {
    return failure.getSuppressed().length < MAX_ADDED;
  }

  /** Whether {@code target} is {@code from}, or can be found from it by cause and suppressed. */
  private static boolean reaches(Throwable from, Throwable target) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Throwable> next = new ArrayDeque<>(List.of(from));
    while (!next.isEmpty()) {
      Throwable failure = next.pop();
      if (failure == target) {
        return true;
      }
      if (seen.add(failure)) {
        Throwable cause = Failures.cause(failure);
        if (cause != null) {
          next.push(cause);
        }
        Collections.addAll(next, failure.getSuppressed());
      }
    }
    return false;
  }

  /** The stack trace is the callers', not the one of this object's making. */
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }

  /** Without the name of this class, which tells a reader of a stack trace nothing. */
  @Override
  @SuppressWarnings("OverrideThrowableToString") // the message is right, the name is in the way
  public String toString() {
    return String.valueOf(getMessage());
  }
}
