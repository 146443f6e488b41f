package io.bridge.internal.scope;

import io.bridge.Coroutine;
import io.bridge.Suspension;
import io.bridge.Undeliverable;
import io.bridge.internal.await.CallbackAwait;
import io.bridge.internal.base.Fields;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.cancel.TimeoutFrame;
import io.bridge.internal.coroutine.RunningCoroutine;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The coroutines of one scope that have not ended, and the threads that wait for them. See
 * docs/design/scope.md.
 *
 * <pre>
 * count        meaning                                left by
 * n            open, n coroutines have not ended      enter -> n+1, exit -> n-1, close
 * CLOSED + n   enter throws                           exit -> n-1
 * </pre>
 *
 * Proof: ScopeRaceTest, ScopeStressTest.
 */
final class ScopeCoroutines {

  private static final long CLOSED = 1L << 62;

  /** Limits the reports of coroutines that go on after their cancel, each with a stack trace. */
  private static final int MAX_REPORTS = 8;

  private static final VarHandle COUNT = Fields.handle(MethodHandles.lookup(), "count", long.class);

  private final ScopeConfig config;

  // any thread
  private volatile long count;
  private final ForkedCoroutines running = new ForkedCoroutines();
  private final Queue<Suspension<? super @Nullable Void>> waiters = new ConcurrentLinkedQueue<>();

  ScopeCoroutines(ScopeConfig config) {
    this.config = config;
  }

  /** Counts a coroutine that is about to be made. */
  void enter() {
    long now;
    do {
      now = count;
      if (now >= CLOSED) {
        throw new IllegalStateException("scope " + config.name() + " is closed");
      }
    } while (!COUNT.compareAndSet(this, now, now + 1));
  }

  /** From now on a cancel of the scope reaches the counted coroutine. */
  void add(RunningCoroutine<?> coroutine) {
    coroutine.place = running.add(coroutine);
  }

  /** A counted coroutine has ended; null if it was never made. */
  void exit(@Nullable RunningCoroutine<?> coroutine) {
    ForkedCoroutines.Link place =
        coroutine == null ? null : (ForkedCoroutines.Link) coroutine.place;
    if (place != null) {
      ForkedCoroutines.leave(place);
    }
    long before = (long) COUNT.getAndAdd(this, -1L);
    if ((before & ~CLOSED) == 1) {
      wake();
    }
    while (isSparse() && running.sweep()) {
      // other coroutines may have left in the meantime while this thread was sweeping
    }
  }

  /** Whether the links of ended coroutines need a sweep. */
  boolean isSparse() {
    return running.isSparse(count());
  }

  /** No coroutine can enter any more. */
  void close() {
    COUNT.getAndBitwiseOr(this, CLOSED);
  }

  boolean isClosed() {
    return count >= CLOSED;
  }

  boolean isIdle() {
    return count() == 0;
  }

  /** The newest of the coroutines that have not ended, or a link that leads to them. */
  ForkedCoroutines.@Nullable Link newest() {
    return running.newest();
  }

  /** Waits until no coroutine runs, or the scope has {@code ended}. */
  void awaitIdle(BooleanSupplier ended) {
    while (!isIdle() && !ended.getAsBoolean()) {
      awaitChange(ended);
    }
  }

  /** Waits until no coroutine runs; reports the cancelled ones that go on for too long. */
  void awaitStragglers() {
    if (isIdle()) {
      return;
    }
    AtomicBoolean idle = new AtomicBoolean(); // a coroutine may enter again afterwards
    try {
      TimeoutFrame.<@Nullable Void, RuntimeException>runOrNull(
          config.stragglerReport(),
          () -> {
            awaitIdle(() -> false);
            idle.set(true);
            return null;
          });
    } catch (CancellationException ofJoin) {
      throw ofJoin;
    } catch (Throwable ofTimeSource) { // the wait is more important
      if (Cancellation.isCurrentCancelled()) {
        throw ofTimeSource; // or the failure of a scope around
      }
      Undeliverable.report(ofTimeSource);
      awaitIdle(() -> false);
      idle.set(true);
    }
    if (!idle.get()) {
      reportStragglers();
      awaitIdle(() -> false);
    }
  }

  private void reportStragglers() {
    int reports = 0;
    for (RunningCoroutine<?> straggler : running) {
      if (reports == MAX_REPORTS) {
        Undeliverable.report(
            new IllegalStateException("scope " + config.name() + " waits for more: " + count()));
        return;
      }
      if (straggler.isFirstReport()) {
        reports++;
        Undeliverable.report(straggler.straggling(config.name()));
      }
    }
  }

  private long count() {
    return count & ~CLOSED;
  }

  private void awaitChange(BooleanSupplier ended) {
    CallbackAwait.Entry.<@Nullable Void>await(suspension -> {
      waiters.add(suspension);
      suspension.onCancel(() -> waiters.remove(suspension));
      boolean changed = isIdle() || ended.getAsBoolean();
      if (changed && waiters.remove(suspension)) {
        resume(suspension);
      }
    });
  }

  /** Lets the waiting threads look again. */
  void wake() {
    for (Suspension<? super @Nullable Void> w = waiters.poll(); w != null; w = waiters.poll()) {
      resume(w);
    }
  }

  @SuppressWarnings("NullAway") // it does not see the nullness of a wildcard's bound
  private static void resume(Suspension<? super @Nullable Void> waiter) {
    waiter.resume(null);
  }

  @Override
  public String toString() {
    return "running: "
        + StreamSupport.stream(running.spliterator(), false)
            .map(Coroutine::name)
            .sorted()
            .collect(Collectors.joining(", "));
  }
}
