package io.bridge.examples;

import io.bridge.Registration;
import io.bridge.Undeliverable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.lang.Thread.UncaughtExceptionHandler;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Hooks;

/**
 * Counts the errors that reach nobody: what Reactor, RxJava and bridge drop, and what a thread
 * throws. A cancelled checkout must not make any such noise.
 */
final class StrayErrors implements AutoCloseable {

  private final LongAdder count = new LongAdder();
  private final Registration ofBridge = Undeliverable.onFailure(error -> count.increment());
  private final @Nullable UncaughtExceptionHandler before =
      Thread.getDefaultUncaughtExceptionHandler();

  StrayErrors() {
    Hooks.onErrorDropped(error -> count.increment());
    RxJavaPlugins.setErrorHandler(error -> count.increment());
    Thread.setDefaultUncaughtExceptionHandler((thread, error) -> count.increment());
  }

  long count() {
    return count.sum();
  }

  @Override
  public void close() {
    ofBridge.close();
    Hooks.resetOnErrorDropped();
    RxJavaPlugins.setErrorHandler(null);
    Thread.setDefaultUncaughtExceptionHandler(before);
  }
}
