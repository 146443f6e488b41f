package io.bridge;

import io.bridge.testkit.ManualClock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A time source that the test moves by hand. */
final class Clock implements TimeSource {

  private final ManualClock time = new ManualClock();

  @Override
  public long nanoTime() {
    return time.nanoTime();
  }

  @Override
  public Registration schedule(Duration delay, Runnable task) {
    return time.schedule(delay, task)::run;
  }

  /** Moves the time; what has become due runs on the calling thread. */
  void advance(Duration by) {
    time.advance(by);
  }

  /** How many tasks wait. */
  int scheduled() {
    return time.scheduled();
  }

  /** Runs a body whose time this is. */
  <T extends @Nullable Object, X extends Exception> T bind(Body<? extends T, ? extends X> body)
      throws X {
    return CoroutineContext.<TimeSource, T, X>with(KEY, this, body);
  }
}
