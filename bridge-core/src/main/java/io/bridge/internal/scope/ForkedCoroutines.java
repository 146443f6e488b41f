package io.bridge.internal.scope;

import static java.util.Objects.requireNonNull;

import io.bridge.internal.base.Fields;
import io.bridge.internal.cancel.CancelWalk;
import io.bridge.internal.coroutine.RunningCoroutine;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Exists for P7: the coroutines of one scope, for cancels and listings, as a stack of links, the
 * newest first, which is cheaper than a concurrent set. A coroutine leaves by emptying its own
 * link, without a look at the others; empty links are cut out when they outnumber the full ones.
 * See docs/design/scope.md.
 *
 * <pre>
 * link       meaning                                   left by
 * full       its coroutine is one of them              leave -> empty
 * empty      it has left, final; stays linked until    -
 *            it is cut out, the newest link longer
 *
 * sweeping   meaning                                   left by
 * false      no thread changes the links               a sweep -> true
 * true       one thread cuts out empty links           that thread -> false
 * </pre>
 *
 * <p>A link that was cut out still leads to all links that are older and full, so a thread that
 * stands on it misses none. Proof: ForkedCoroutinesTest, ScopeRaceTest, ScopeStress.
 */
final class ForkedCoroutines implements Iterable<RunningCoroutine<?>> {

  /** Up to this many empty links are not worth a sweep. */
  private static final int SPARE = 64;

  private static final VarHandle NEWEST =
      Fields.handle(MethodHandles.lookup(), "newest", Link.class);
  private static final VarHandle SWEEPING =
      Fields.handle(MethodHandles.lookup(), "sweeping", boolean.class);

  /** The link of one coroutine. */
  static final class Link implements CancelWalk.Link {

    // full until its coroutine leaves; a stale read only finds a coroutine that has ended
    private @Nullable RunningCoroutine<?> coroutine;

    // by the adding thread, before the link is the newest; then by the sweeping thread
    private @Nullable Link older;

    /** How many links were added up to this one; wraps around. */
    private int number;

    Link(RunningCoroutine<?> coroutine) {
      this.coroutine = coroutine;
    }

    /** The coroutine of this link; null if it has left. */
    @Override
    public @Nullable RunningCoroutine<?> coroutine() {
      return coroutine;
    }

    /** The next older link. */
    @Override
    public @Nullable Link older() {
      return older;
    }
  }

  // any thread
  private volatile @Nullable Link newest;
  private volatile boolean sweeping;

  // by the sweeping thread: how many were cut out; wraps around
  private volatile int cut;

  /** The link that was added last; null if there was none. */
  @Nullable Link newest() {
    return newest;
  }

  /** Adds a coroutine; any thread. */
  Link add(RunningCoroutine<?> coroutine) {
    Link link = new Link(coroutine);
    Link before;
    do {
      before = newest;
      link.older = before;
      link.number = before == null ? 1 : before.number + 1;
    } while (!NEWEST.compareAndSet(this, before, link));
    return link;
  }

  /** Empties {@code link}, whose coroutine has ended; any thread, once. */
  static void leave(Link link) {
    link.coroutine = null;
  }

  /**
   * Whether empty links outnumber the full ones, which are at most {@code size}. Each coroutine
   * that has left must ask this.
   */
  boolean isSparse(long size) {
    Link first = newest;
    return first != null && first.number - cut > 2 * size + SPARE;
  }

  /** Cuts out empty links; false if another thread is doing so, which must ask again afterwards. */
  boolean sweep() {
    if (sweeping || !SWEEPING.compareAndSet(this, false, true)) {
      return false;
    }
    try {
      Link first = newest;
      if (first != null) {
        int before = cut;
        cut = before + cutBehind(first);
      }
    } finally { // each step of a sweep leaves the list intact, and the next sweep does the rest
      sweeping = false;
    }
    return true;
  }

  /** Keeps the newest link, on top of which other threads may be adding. */
  private static int cutBehind(Link first) {
    int empty = 0;
    Link kept = first;
    Link next = first.older;
    while (next != null) {
      if (next.coroutine == null) {
        empty++;
      } else {
        relink(kept, next);
        kept = next;
      }
      next = next.older;
    }
    relink(kept, null);
    return empty;
  }

  private static void relink(Link kept, @Nullable Link next) {
    if (kept.older != next) {
      kept.older = next;
    }
  }

  /**
   * The coroutines present, the newest first; one that leaves or is added in the meantime may be
   * missed.
   */
  @Override
  public Iterator<RunningCoroutine<?>> iterator() {
    return new Iterator<>() {

      private @Nullable Link link = newest;
      private @Nullable RunningCoroutine<?> next;

      @Override
      public boolean hasNext() {
        while (next == null && link != null) {
          next = link.coroutine;
          link = link.older;
        }
        return next != null;
      }

      @Override
      public RunningCoroutine<?> next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        RunningCoroutine<?> found = requireNonNull(next);
        next = null;
        return found;
      }
    };
  }
}
