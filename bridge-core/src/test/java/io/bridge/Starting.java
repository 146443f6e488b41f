package io.bridge;

import io.bridge.fixtures.Fork;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Code on a thread that is stopped just as it is about to start a coroutine. */
final class Starting extends Thread {

  private final Fork.Action moment;
  private final AtomicBoolean due = new AtomicBoolean(true);

  private Starting(Fork.Action moment, Runnable code) {
    super(code, "starting");
    this.moment = moment;
  }

  /** Runs {@code code} on such a thread, and {@code moment} before its first coroutine starts. */
  static void with(Fork.Action moment, Runnable code) throws InterruptedException {
    CompletableFuture<@Nullable Throwable> end = new CompletableFuture<>();
    Starting thread =
        new Starting(
            moment,
            () -> {
              try {
                code.run();
                end.complete(null);
              } catch (Throwable t) {
                end.complete(t);
              }
            });
    thread.setDaemon(true);
    thread.start();
    Throwable failure = end.orTimeout(30, TimeUnit.SECONDS).join();
    if (failure != null) {
      throw new AssertionError(failure);
    }
  }

  /** What a coroutine inherits is read between its making and its start. */
  @Override
  public @Nullable ClassLoader getContextClassLoader() {
    if (Thread.currentThread() == this && due.getAndSet(false)) {
      try {
        moment.run();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
    return super.getContextClassLoader();
  }
}
