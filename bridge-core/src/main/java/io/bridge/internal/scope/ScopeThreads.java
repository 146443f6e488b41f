package io.bridge.internal.scope;

import io.bridge.internal.cancel.CoroutineThreads;
import io.bridge.internal.coroutine.RunningCoroutine;
import io.bridge.internal.failure.Headroom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Starts the threads of one scope. A scope with a name or a thread factory of its own starts them
 * through an executor, only because the JDK then lists them as one group in a thread dump (S10).
 * That costs about half as much as a thread, so other scopes, which have no name to look for, do
 * without.
 */
final class ScopeThreads {

  /**
   * The task given to a user's thread factory: it lets the body run only when the scope itself is
   * about to start the thread, once. Otherwise a factory that starts its thread itself would run
   * the body although the fork throws (S2).
   */
  private static final class Gate extends AtomicReference<@Nullable Runnable> implements Runnable {

    private static final long serialVersionUID = 1L;

    static Thread threadOf(ThreadFactory factory, Runnable body) {
      Gate gate = new Gate();
      Thread thread = factory.newThread(gate);
      if (thread == null) {
        throw new RejectedExecutionException("thread factory " + factory + " has made no thread");
      }
      if (thread.getState() != Thread.State.NEW) {
        throw new IllegalThreadStateException(
            "thread factory " + factory + " has started its thread, which the scope is to start");
      }
      gate.set(body);
      return thread;
    }

    @Override
    public void run() {
      Runnable body = getAndSet(null);
      if (body != null) {
        body.run();
      }
    }
  }

  private final ScopeConfig config;

  // made by the first fork, guarded by this: two concurrent forks must not make two groups
  private @Nullable ExecutorService group;

  ScopeThreads(ScopeConfig config) {
    this.config = config;
  }

  /** Starts one thread. */
  void start(RunningCoroutine<?> coroutine) {
    if (config.isGroup()) {
      Headroom.check();
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
              own != null
                  ? body -> Gate.threadOf(own, body)
                  : body -> CoroutineThreads.unstarted(config.name(), body));
      group = made;
    }
    return made;
  }

  /** Lets the JDK drop the group when its last thread has ended. */
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
