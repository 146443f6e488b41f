package io.bridge.internal;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Starts the threads of one scope. Those of a scope with a name or a thread factory of its own are
 * started through an executor of their own, for the one thing that the JDK offers by it: a thread
 * dump lists them as one group (S10). It costs about half as much as a thread, so a scope that has
 * neither, for which nobody could look in a dump, has none.
 */
final class ScopeThreads {

  private final ScopeConfig config;

  // made by the first fork, guarded by this: two first forks must not make two groups
  private @Nullable ExecutorService group;

  ScopeThreads(ScopeConfig config) {
    this.config = config;
  }

  /** Starts one thread. */
  void start(RunningCoroutine<?> coroutine) {
    if (config.isGroup()) {
      group().execute(coroutine);
    } else {
      coroutine.startThread();
    }
  }

  private synchronized ExecutorService group() {
    ExecutorService made = group;
    if (made == null) {
      ThreadFactory own = config.factory();
      made =
          Executors.newThreadPerTaskExecutor(
              own != null ? own : body -> RunningCoroutine.thread(config.name(), body));
      group = made;
    }
    return made;
  }

  /** Lets the JDK forget the group, when its last thread has gone. */
  void close() {
    if (config.isGroup()) {
      shutdown();
    }
  }

  private synchronized void shutdown() {
    if (group != null) {
      group.shutdown();
    }
  }
}
