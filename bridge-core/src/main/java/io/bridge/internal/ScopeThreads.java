package io.bridge.internal;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Starts the threads of one scope through an executor of its own, for the one thing that the JDK
 * offers by it: a thread dump lists them as one group (S10). Made by the first fork.
 */
final class ScopeThreads {

  private final ThreadFactory factory;

  // guarded by this: two first forks must not make two groups
  private @Nullable ExecutorService executor;

  ScopeThreads(ScopeConfig config) {
    ThreadFactory own = config.factory();
    this.factory = own != null ? own : body -> RunningCoroutine.thread(config.name(), body);
  }

  /** Starts one thread. */
  void start(RunningCoroutine<?> coroutine) {
    executor().execute(coroutine);
  }

  private synchronized ExecutorService executor() {
    ExecutorService made = executor;
    if (made == null) {
      made = Executors.newThreadPerTaskExecutor(factory);
      executor = made;
    }
    return made;
  }

  /** Lets the JDK forget the group, when its last thread has gone. */
  synchronized void close() {
    if (executor != null) {
      executor.shutdown();
    }
  }
}
