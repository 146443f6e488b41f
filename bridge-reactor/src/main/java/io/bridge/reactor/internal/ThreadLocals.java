package io.bridge.reactor.internal;

import io.bridge.Body;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import io.micrometer.context.ThreadLocalAccessor;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;

/**
 * The thread-locals that are registered with Micrometer's context-propagation. They follow
 * Reactor's Context into a body, and their values in the body go into the Context of the sources
 * that it awaits (C3). Without that library there are none.
 */
abstract sealed class ThreadLocals {

  /** The thread-locals of the library on the class path. */
  static ThreadLocals ofClassPath() {
    try {
      return new Registered();
    } catch (LinkageError absent) { // or no module requires it
      return new None();
    }
  }

  abstract boolean isPresent();

  /**
   * A context with the thread-locals of the calling thread.
   *
   * @param wins whether they replace entries, or only add missing ones
   * @return the same object if they change nothing
   */
  abstract Context capture(Context context, boolean wins);

  /** Runs {@code body} with thread-locals set exactly as in {@code context}. */
  abstract <T extends @Nullable Object, X extends Exception> T restore(
      Context context, Body<? extends T, ? extends X> body) throws X;

  private static final class None extends ThreadLocals {

    @Override
    boolean isPresent() {
      return false;
    }

    @Override
    Context capture(Context context, boolean wins) {
      return context;
    }

    @Override
    <T extends @Nullable Object, X extends Exception> T restore(
        Context context, Body<? extends T, ? extends X> body) throws X {
      return body.call();
    }
  }

  /** The only class that refers to context-propagation; loaded if that is present. */
  private static final class Registered extends ThreadLocals {

    private final ContextRegistry registry = ContextRegistry.getInstance();

    private final ContextSnapshotFactory exactly =
        ContextSnapshotFactory.builder().contextRegistry(registry).clearMissing(true).build();

    @Override
    boolean isPresent() {
      return true;
    }

    @Override
    Context capture(Context context, boolean wins) {
      Context with = context;
      List<ThreadLocalAccessor<?>> accessors = registry.getThreadLocalAccessors();
      for (int i = 0; i < accessors.size(); i++) { // saves an iterator for each await
        ThreadLocalAccessor<?> accessor = accessors.get(i);
        Object value = accessor.getValue();
        if (value != null) {
          Object there = with.getOrDefault(accessor.key(), null);
          if (there == null || (wins && !Objects.equals(value, there))) {
            with = with.put(accessor.key(), value);
          }
        }
      }
      return with;
    }

    @Override
    <T extends @Nullable Object, X extends Exception> T restore(
        Context context, Body<? extends T, ? extends X> body) throws X {
      ContextSnapshot.Scope scope = exactly.setThreadLocalsFrom(context);
      try {
        return body.call();
      } finally {
        scope.close();
      }
    }
  }
}
