package io.bridge.internal.scope;

import io.bridge.Undeliverable;
import io.bridge.internal.coroutine.RunningCoroutine;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The failed coroutines of one scope, until each failure has been delivered: by join, an await,
 * {@code failures()}, or at the end by {@link Undeliverable} (A12).
 */
final class ScopeFailures {

  // any thread
  private final Queue<RunningCoroutine<?>> failed = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean reported = new AtomicBoolean();

  void add(RunningCoroutine<?> coroutine) {
    failed.add(coroutine);
  }

  /**
   * Takes all failures so far; later ones stay.
   *
   * @param first the failure that ended the scope, if any: concurrent failures have no fixed order
   */
  List<Throwable> take(@Nullable Throwable first) {
    List<Throwable> failures = new ArrayList<>();
    for (RunningCoroutine<?> coroutine : failed) {
      Throwable failure = RunningCoroutine.failureOf(coroutine);
      if (failure != null) {
        coroutine.takeFailure();
        failures.add(failure == first ? 0 : failures.size(), failure);
      }
    }
    return List.copyOf(failures);
  }

  /** Takes {@code failure} alone. */
  void takeOne(Throwable failure) {
    for (RunningCoroutine<?> coroutine : failed) {
      if (RunningCoroutine.failureOf(coroutine) == failure) {
        coroutine.takeFailure();
      }
    }
  }

  /** Undoes {@link #takeOne}: the failure was not delivered. */
  void giveBack(Throwable failure) {
    for (RunningCoroutine<?> coroutine : failed) {
      if (RunningCoroutine.failureOf(coroutine) == failure) {
        coroutine.giveBackFailure();
      }
    }
  }

  /** All have ended. Several threads may close the scope at once; one of them reports. */
  void reportUntaken() {
    if (reported.getAndSet(true)) {
      return;
    }
    for (RunningCoroutine<?> coroutine : failed) {
      Throwable failure = RunningCoroutine.failureOf(coroutine);
      if (failure != null && !coroutine.isTaken()) {
        Undeliverable.report(failure);
      }
    }
  }
}
