package io.bridge.internal.failure;

import java.lang.StackWalker.Option;
import java.lang.StackWalker.StackFrame;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Tells an {@code InterruptedException} that says "this thread was interrupted, inside this await"
 * from one that a source has kept, which is a checked failure like any other (A8). An interrupt of
 * ours has marked the frame. An interrupt by other code leaves nothing but the exception, whose
 * creation cleared the flag. So such an exception counts once, and only if it was made inside the
 * very calls, from the await to the outermost one, that the thread is in now.
 *
 * <p>Proof: KeptInterruptTest, AwaitInterruptTest.
 */
public final class Interruptions {

  /** Identity, because a class may override equals and hashCode. */
  private static final class Seen extends WeakReference<Throwable> {

    private final int hash;

    Seen(Throwable failure) {
      super(failure, GONE);
      hash = System.identityHashCode(failure);
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return this == other
          || (other instanceof Seen seen && seen.hash == hash && refersTo(seen.get()));
    }
  }

  /** The JVM cuts off the outer end of longer stack traces, unless it was given another length. */
  private static final int CUT_LENGTH = 1024;

  private static final StackTraceElement[] NO_TRACE = {};

  private static final StackWalker STACK =
      StackWalker.getInstance(Set.of(Option.RETAIN_CLASS_REFERENCE, Option.SHOW_REFLECT_FRAMES));

  private static final ReferenceQueue<Throwable> GONE = new ReferenceQueue<>();

  /** The interruptions that have ended an await, as its cancellation or as its failure. */
  private static final Set<Seen> SEEN = ConcurrentHashMap.newKeySet();

  private Interruptions() {}

  /** Called before the first failure, which may be the end of the memory (B11). */
  static void load() {}

  /** Notes that {@code failure} ends an await: if it comes again, it was kept. */
  public static void remember(Throwable failure) {
    if (failure instanceof InterruptedException) {
      for (Object gone = GONE.poll(); gone != null; gone = GONE.poll()) {
        SEEN.remove(gone);
      }
      SEEN.add(new Seen(failure));
    }
  }

  /** Whether {@code failure} says that the calling thread was interrupted in its present work. */
  public static boolean isOfThisThread(Throwable failure) {
    return failure instanceof InterruptedException
        && (Thread.currentThread().isInterrupted()
            || (!SEEN.contains(new Seen(failure)) && wasMadeInThisAwait(failure)));
  }

  private static boolean wasMadeInThisAwait(Throwable failure) {
    StackTraceElement @Nullable [] made =
        ForeignLook.<StackTraceElement @Nullable []>into(failure, NO_TRACE, failure::getStackTrace);
    if (made == null || made.length == 0) {
      return false;
    }
    List<StackFrame> now = STACK.walk(frames -> frames.toList());
    boolean entered = false;
    for (int i = 0; i < now.size(); i++) {
      Class<?> type = now.get(i).getDeclaringClass();
      boolean entry = isEntry(type);
      if (entered && !entry) {
        return false; // the rest is the calling code, perhaps inside another await
      }
      entered = entry;
      if ((entry || isAwait(type)) && endsWith(made, now.subList(i, now.size()))) {
        return true;
      }
    }
    return false;
  }

  /** Whether an await begins in {@code type}, by any method. */
  private static boolean isEntry(Class<?> type) {
    CallsSource mark = CallerFrames.mark(type, CallsSource.class);
    return mark != null && mark.entry();
  }

  private static boolean isAwait(Class<?> type) {
    return CallerFrames.mark(type, CallsSource.class) != null;
  }

  /** Whether the exception was made inside {@code calls}: its trace ends with them. */
  private static boolean endsWith(StackTraceElement[] made, List<StackFrame> calls) {
    boolean cut = made.length >= CUT_LENGTH;
    int first = cut ? 1 : made.length - calls.size();
    int last = cut ? made.length - 1 : first;
    for (int start = Math.max(first, 1); start <= last; start++) {
      if (matches(made, start, calls)) {
        return true;
      }
    }
    return false;
  }

  private static boolean matches(StackTraceElement[] made, int start, List<StackFrame> calls) {
    int length = Math.min(made.length - start, calls.size());
    for (int k = 0; k < length; k++) {
      if (!calls.get(k).toStackTraceElement().equals(made[start + k])) {
        return false;
      }
    }
    return true;
  }
}
