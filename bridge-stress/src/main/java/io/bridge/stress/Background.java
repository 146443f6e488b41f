package io.bridge.stress;

import io.bridge.Coroutine;
import io.bridge.CoroutineScope;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A scope that no program owns: what is forked into it outlives the code that forked it, and ends
 * with the checkpoint. Its handler gets each failure once, and nobody else gets any.
 */
final class Background {

  /** What bridge says to who forks into a scope that is closed. */
  static final String CLOSED = "scope bridge-background is closed";

  private static final String NAME = "bridge-background";

  private static final Duration PATIENCE = Duration.ofMillis(20);

  private final Ledger ledger;
  private final AtomicLong failed = new AtomicLong();
  private final AtomicLong handled = new AtomicLong();
  private volatile CoroutineScope<@Nullable Item, @Nullable Void> scope;

  Background(Ledger ledger) {
    this.ledger = ledger;
    this.scope = open();
  }

  private CoroutineScope<@Nullable Item, @Nullable Void> open() {
    return CoroutineScope.background(
        config -> config.withName(NAME).withFailureHandler(this::handle));
  }

  private void handle(Coroutine<?> coroutine, Throwable failure) {
    handled.incrementAndGet();
    if (coroutine.failure() != failure) {
      ledger.surprise(-1, "another failure than that of " + coroutine, failure);
    }
  }

  /** Forks {@code task}, which goes on when the caller is over. */
  Coroutine<@Nullable Item> fork(Program task) {
    Coroutine<@Nullable Item> forked = scope.fork(task::run);
    forked.onCompletion(ended -> {
      if (ended.state() == Coroutine.State.FAILED) {
        failed.incrementAndGet();
      }
    });
    return forked;
  }

  /** Ends all that was forked, and begins anew. */
  void renew() {
    scope.close(PATIENCE);
    if (!scope.failures().isEmpty()) {
      ledger.surprise(-1, "a background scope keeps failures " + scope.failures(), null);
    }
    scope = open();
  }

  /** How many failures were lost, or given twice. */
  int unhandled() {
    return (int) Math.abs(failed.get() - handled.get());
  }
}
