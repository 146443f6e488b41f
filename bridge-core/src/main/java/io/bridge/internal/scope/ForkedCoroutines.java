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
 * The coroutines of one scope, for who cancels or lists them: a stack of links, the newest first. A
 * coroutine leaves by emptying its own link, without a look at the others; what is empty is cut out
 * when there is more of it than of the rest. See docs/design/scope.md.
 *
 * <pre>
 * link       meaning                                   left by
 * full       its coroutine is one of them              leave -> empty
 * empty      it has left, final; in the way until it   -
 *            is cut out, the newest link for longer
 *
 * sweeping   meaning                                   left by
 * false      nobody changes the links                  a sweep -> true
 * true       one thread cuts out empty links           that thread -> false
 * </pre>
 *
 * <p>A link that was cut out still leads to all that are older and full, so whoever stands on it
 * misses none. Proof: SiblingsTest, ScopeRaceTest, ScopeStress.
 */
final class ForkedCoroutines implements Iterable<RunningCoroutine<?>> {

  /** So many empty links are not worth a sweep. */
  private static final int SPARE = 64;

  private static final VarHandle NEWEST =
      Fields.handle(MethodHandles.lookup(), "newest", Link.class);
  private static final VarHandle SWEEPING =
      Fields.handle(MethodHandles.lookup(), "sweeping", boolean.class);

  /** The place of one coroutine. */
  static final class Link implements CancelWalk.Link {

    // full until its coroutine leaves; who sees that late meets a coroutine that has ended
    private @Nullable RunningCoroutine<?> coroutine;

    // before the link is the newest, by who adds it; then by who sweeps
    private @Nullable Link older;

    /** How many were added before, and it; wraps around. */
    private int number;

    Link(RunningCoroutine<?> coroutine) {
      this.coroutine = coroutine;
    }

    /** The coroutine that has this place; null if it has left. */
    @Override
    public @Nullable RunningCoroutine<?> coroutine() {
      return coroutine;
    }

    /** The next place of those that were taken before. */
    @Override
    public @Nullable Link older() {
      return older;
    }
  }

  // any thread
  private volatile @Nullable Link newest;
  private volatile boolean sweeping;

  // by who sweeps: how many were cut out; wraps around
  private volatile int cut;

  /** The place that was taken last; null if there was none. */
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

  /** Takes out the coroutine of {@code link}; any thread, once. */
  static void leave(Link link) {
    link.coroutine = null;
  }

  /**
   * Whether empty links are more than the full ones, of which there are {@code size} at most. To be
   * asked by each that has left.
   */
  boolean isSparse(long size) {
    Link first = newest;
    return first != null && first.number - cut > 2 * size + SPARE;
  }

  /** Cuts out what is empty; false if another thread does, which has to ask again behind it. */
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
    } finally { // each step of a sweep leaves the links whole, and the next sweep does the rest
      sweeping = false;
    }
    return true;
  }

  /** Keeps the newest link, which others may be adding to. */
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
   * Those that are there, the newest first; one that leaves or is added meanwhile may be missed.
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
