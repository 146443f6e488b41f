package io.bridge.internal.cancel;

import io.bridge.internal.failure.Headroom;

/** The one place where bridge makes and starts virtual threads (S10). */
public final class CoroutineThreads {

  private CoroutineThreads() {}

  /** Starts a thread, which need not be a coroutine's. */
  public static void start(String name, Runnable code) {
    Headroom.check();
    unstarted(name, code).start();
  }

  /** A new thread for {@code coroutine}, not started. */
  public static Thread unstarted(String name, Runnable coroutine) {
    Thread thread =
        Thread.ofVirtual()
            .name(name)
            // The starter may be an event loop with another request's thread-locals.
            .inheritInheritableThreadLocals(false)
            .unstarted(coroutine);
    thread.setContextClassLoader(Thread.currentThread().getContextClassLoader());
    return thread;
  }
}
