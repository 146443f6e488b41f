package io.bridge.internal;

import io.bridge.Undeliverable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The iterations that end with a coroutine or a scope (I1). */
final class OpenIterations {

  private static final VarHandle OPEN;

  static {
    try {
      OPEN = MethodHandles.lookup().findVarHandle(OpenIterations.class, "open", Set.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  // any thread; made by the first iteration, null again at the end
  private volatile @Nullable Set<Iteration<?>> open;

  /** Where an iteration of the code in {@code innermost} ends at the latest. */
  static @Nullable OpenIterations of(@Nullable CancelFrame innermost) {
    CancelFrame frame = innermost;
    while (frame != null) {
      if (frame instanceof RunningCoroutine<?> coroutine) {
        return coroutine.iterations;
      }
      if (frame instanceof ScopeFrame block && !block.scope.isClosed()) {
        return block.scope.iterations;
      }
      frame = frame.enclosing();
    }
    return null;
  }

  /** Has {@code iteration} cancelled at the end, unless it is {@link #forget}ed. */
  void remember(Iteration<?> iteration) {
    Set<Iteration<?>> set = open;
    if (set == null) {
      Set<Iteration<?>> fresh = ConcurrentHashMap.newKeySet();
      set = OPEN.compareAndSet(this, null, fresh) ? fresh : open;
    }
    if (set != null) {
      set.add(iteration);
    }
  }

  void forget(Iteration<?> iteration) {
    Set<Iteration<?>> set = open;
    if (set != null) {
      set.remove(iteration);
    }
  }

  /** One that fails keeps no other from being cancelled (A5). */
  private static void close(Iteration<?> iteration) {
    try {
      iteration.close();
    } catch (Throwable t) {
      Undeliverable.report(t);
    }
  }

  void close() {
    Set<Iteration<?>> set = open;
    if (set != null) {
      open = null;
      set.forEach(OpenIterations::close);
    }
  }
}
