package io.bridge.internal.failure;

import java.io.Serial;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The place where a failure of another thread was awaited: a suppressed entry, whose stack trace is
 * the awaiting code's (A8). Any number of awaits may share a failure, so bridge adds a bounded
 * number of entries, and none to a failure that already has that many suppressed entries of any
 * origin.
 */
public final class AwaitSite extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  /** The limit of suppressed entries, sites and siblings, up to which bridge adds to a failure. */
  private static final int MAX_ADDED = 8;

  // by the awaiting thread, after adding this; read by any
  private transient volatile String place = "awaited";

  private static final boolean ON = !"false".equals(System.getProperty("io.bridge.awaitSites"));

  /** The limit of failures visited; a failure that reaches more of them is not searched further. */
  private static final int MAX_REACHED = 256;

  /** A sibling that is being added, and its target. */
  private static final class Link {
    final Throwable from;
    final Throwable to;

    Link(Throwable from, Throwable to) {
      this.from = from;
      this.to = to;
    }
  }

  /** Links being added now, in order: each thread takes the links before its own as added. */
  private static final Queue<Link> ADDING = new ConcurrentLinkedQueue<>();

  private AwaitSite() {
    super("awaited", null, false, true);
  }

  /** Called before the first failure, which may be the end of the memory (B11). */
  static void load() {}

  /** Adds the calling code's place to {@code failure}. */
  public static void addTo(Throwable failure) {
    if (ON) {
      AwaitSite site = new AwaitSite();
      if (ForeignLook.into(failure, false, () -> add(failure, site))) {
        site.callers(CallerFrames.all()); // after add: most of many awaits find no room
      }
    }
  }

  private void callers(List<StackTraceElement> callers) {
    if (!callers.isEmpty()) {
      place = "awaited at " + callers.get(0);
      setStackTrace(callers.toArray(StackTraceElement[]::new));
    }
  }

  /**
   * Adds the failures of siblings that it does not already contain, as far as there is room.
   *
   * @return whether it contains all of them now
   */
  public static boolean addSiblings(Throwable failure, Iterable<? extends Throwable> siblings) {
    List<Throwable> others = new ArrayList<>();
    for (Throwable sibling : siblings) {
      if (sibling != failure) {
        others.add(sibling);
      }
    }
    return others.isEmpty() || ForeignLook.into(failure, false, () -> addAll(failure, others));
  }

  private static boolean addAll(Throwable failure, List<Throwable> siblings) {
    boolean all = true;
    for (Throwable sibling : siblings) {
      if (!hasRoom(failure)) {
        return false;
      }
      // Two concurrent awaits of the same failures, each with another one last, would make a cycle.
      Link link = new Link(failure, sibling);
      ADDING.add(link);
      try {
        if (!reaches(failure, sibling, link) && !reaches(sibling, failure, link)) {
          all &= add(failure, sibling);
        }
      } finally {
        ADDING.remove(link);
      }
    }
    return all;
  }

  /** Uses the lock of addSuppressed itself; no foreign code runs under it. */
  private static boolean add(Throwable failure, Throwable suppressed) {
    synchronized (failure) {
      if (!hasRoom(failure)) {
        return false;
      }
      failure.addSuppressed(suppressed);
      return failure.getSuppressed().length > 0; // none where suppression is disabled
    }
  }

  private static boolean hasRoom(Throwable failure) {
    return failure.getSuppressed().length < MAX_ADDED;
  }

  /**
   * Whether {@code target} is {@code from}, or is reachable from it by causes, suppressed
   * exceptions and links being added now. Also true if the search has no end.
   */
  private static boolean reaches(Throwable from, Throwable target, Link own) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Throwable> next = new ArrayDeque<>(List.of(from));
    while (!next.isEmpty()) {
      Throwable failure = next.pop();
      if (failure == target || seen.size() == MAX_REACHED) {
        return true;
      }
      if (seen.add(failure)) {
        addLinks(failure, own, next); // first: a link that was just removed is suppressed by now
        Collections.addAll(next, failure.getSuppressed());
        Throwable cause = Failures.cause(failure);
        if (cause != null) {
          next.push(cause);
        }
      }
    }
    return false;
  }

  private static void addLinks(Throwable from, Link own, Deque<Throwable> to) {
    for (Link link : ADDING) {
      if (link == own) {
        return;
      }
      if (link.from == from) {
        to.push(link.to);
      }
    }
  }

  /** The stack trace is the callers', not that of this object's creation. */
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }

  @Override
  public String getMessage() {
    return place;
  }

  /** A JVM without bridge reads an exception of the JDK with the same text. */
  @Serial
  private Object writeReplace() {
    Exception plain = new Exception(place);
    plain.setStackTrace(getStackTrace());
    return plain;
  }

  /** Without the name of this class, which does not help a reader of a stack trace. */
  @Override
  @SuppressWarnings("OverrideThrowableToString") // the message is right, the name is in the way
  public String toString() {
    return place;
  }
}
