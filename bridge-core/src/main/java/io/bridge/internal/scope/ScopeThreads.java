package io.bridge.internal.scope;

import io.bridge.internal.cancel.CoroutineThreads;
import io.bridge.internal.coroutine.RunningCoroutine;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Starts the threads of one scope. Those of a scope with a name or a thread factory of its own are
 * started through an executor of their own, for the one thing that the JDK offers by it: a thread
 * dump lists them as one group (S10). It costs about half as much as a thread, so a scope that has
 * neither, for which nobody could look in a dump, has none.
 */
final class ScopeThreads {

  /**
   * What a user's factory gets: it lets the body through when the thread that the factory made is
   * about to be started by the scope, once. Else a factory that starts its thread itself would have
   * the body run although the fork throws (S2).
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
              own != null
                  ? body -> Gate.threadOf(own, body)
                  : body -> CoroutineThreads.unstarted(config.name(), body));
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
