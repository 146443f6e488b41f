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
 * Where a failure that another thread made was awaited: a suppressed entry of it, whose stack trace
 * is the awaiting code's (A8). A failure may be shared by any number of awaits, so what bridge adds
 * to one is bounded, and nothing is added to one that has as many suppressed entries of any origin.
 */
public final class AwaitSite extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  /** All that bridge adds to one failure, sites and siblings. */
  private static final int MAX_ADDED = 8;

  // by the thread that awaits, behind the adding; read by any
  private transient volatile String place = "awaited";

  private static final boolean ON = !"false".equals(System.getProperty("io.bridge.awaitSites"));

  /** What more a failure with so many others behind it reaches is not looked for. */
  private static final int MAX_REACHED = 256;

  /** A sibling that is to be added, and to what. */
  private static final class Link {
    final Throwable from;
    final Throwable to;

    Link(Throwable from, Throwable to) {
      this.from = from;
      this.to = to;
    }
  }

  /** The links that threads are adding now, in their order: each takes those before as there. */
  private static final Queue<Link> ADDING = new ConcurrentLinkedQueue<>();

  private AwaitSite() {
    super("awaited", null, false, true);
  }

  /** Adds the calling code's place to {@code failure}. */
  public static void addTo(Throwable failure) {
    if (ON) {
      AwaitSite site = new AwaitSite();
      if (ForeignLook.into(failure, false, () -> add(failure, site))) {
        site.callers(CallerFrames.all()); // behind the look: most of many awaits find no room
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
   * Adds the failures of siblings, as far as there is room and they are not known to it already.
   *
   * @return whether it tells of each of them now
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
      // Two awaits of the same failures at once, each with another one last, would make a cycle.
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

  /** The lock is the one of addSuppressed itself; nothing foreign runs under it. */
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
   * Whether {@code target} is {@code from}, or can be found from it by cause and suppressed, those
   * included that are added at the same time; or may be, where there is no end of them.
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
        addLinks(failure, own, next); // first: a link that is gone from there is suppressed now
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

  /** The stack trace is the callers', not the one of this object's making. */
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }

  @Override
  public String getMessage() {
    return place;
  }

  /** A JVM without bridge reads an exception of its own, which says the same. */
  @Serial
  private Object writeReplace() {
    Exception plain = new Exception(place);
    plain.setStackTrace(getStackTrace());
    return plain;
  }

  /** Without the name of this class, which tells a reader of a stack trace nothing. */
  @Override
  @SuppressWarnings("OverrideThrowableToString") // the message is right, the name is in the way
  public String toString() {
    return place;
  }
}
