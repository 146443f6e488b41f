package io.bridge;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.ManualClock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A clock that a test moves, as the time source of its code. */
final class TestTime implements TimeSource {

  private final ManualClock clock = new ManualClock();

  @Override
  public long nanoTime() {
    return clock.nanoTime();
  }

  @Override
  public Registration schedule(Duration delay, Runnable task) {
    return clock.schedule(delay, task)::run;
  }

  /** Runs {@code body} with this time. */
  <T extends @Nullable Object> T run(Body<T, ? extends Exception> body) throws Exception {
    return CoroutineContext.<TimeSource, T, Exception>with(TimeSource.KEY, this, body);
  }

  void advance(Duration by) {
    clock.advance(by);
  }

  int scheduled() {
    return clock.scheduled();
  }

  /** Returns when as many tasks wait for their time. */
  TestTime awaitScheduled(int tasks) {
    Eventually.until(tasks + " scheduled", () -> clock.scheduled() == tasks);
    return this;
  }
}
