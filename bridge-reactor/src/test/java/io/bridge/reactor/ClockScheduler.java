package io.bridge.reactor;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.ManualClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/** A scheduler whose delays end when a test says so, on the test's thread. */
final class ClockScheduler implements Scheduler {

  private final ManualClock clock = new ManualClock();
  private final List<Duration> delays = new CopyOnWriteArrayList<>();

  @Override
  public Disposable schedule(Runnable task) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
    Duration duration = Duration.of(delay, unit.toChronoUnit());
    delays.add(duration);
    return clock.schedule(duration, task)::run;
  }

  @Override
  public Worker createWorker() {
    throw new UnsupportedOperationException();
  }

  /** All delays that were asked for. */
  List<Duration> delays() {
    return delays;
  }

  /** How many delays have not ended. */
  int pending() {
    return clock.scheduled();
  }

  ClockScheduler awaitPending() {
    Eventually.until("a delay", () -> pending() == 1);
    return this;
  }

  /** Ends what is pending. */
  void advance() {
    clock.advance(Duration.ofDays(1));
  }
}
