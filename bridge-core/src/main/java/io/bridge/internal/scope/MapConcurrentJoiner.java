package io.bridge.internal.scope;

import static java.util.Objects.requireNonNull;

import io.bridge.Coroutine;
import io.bridge.Coroutine.State;
import io.bridge.CoroutineScope.Joiner;
import io.bridge.ItemBody;
import io.bridge.Suspension;
import io.bridge.internal.await.CallbackAwait;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.coroutine.RunningCoroutine;
import io.bridge.internal.failure.Failures;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * mapConcurrent of an Iterable (S7): a scope with a fork for each item, and a joiner that admits
 * one more item for each coroutine that has ended. Only the owner takes slots, so only the owner
 * ever waits for one.
 *
 * @param <B> the type of the values
 */
public final class MapConcurrentJoiner<B extends @Nullable Object> implements Joiner<B, List<B>> {

  private final boolean ordered;

  // any thread
  private final Queue<Coroutine<? extends B>> handles = new ConcurrentLinkedQueue<>();
  private final AtomicReference<@Nullable Throwable> firstFailure = new AtomicReference<>();
  private final AtomicInteger free;
  private final AtomicReference<@Nullable Suspension<? super @Nullable Void>> waiting =
      new AtomicReference<>();

  private MapConcurrentJoiner(int limit, boolean ordered) {
    this.free = new AtomicInteger(limit);
    this.ordered = ordered;
  }

  /**
   * Maps all items, on the calling thread and its forks.
   *
   * @param items iterated by the calling thread, as slots become free
   * @param limit coroutines at the same time
   * @param body the code for one item
   * @param ordered whether the values come in the order of their items, or of their completion
   * @param <A> the type of the items
   * @param <B> the type of the values
   * @return the values, unmodifiable
   */
  public static <A, B extends @Nullable Object> List<B> run(
      Iterable<? extends A> items,
      int limit,
      ItemBody<? super A, ? extends B, ? extends Exception> body,
      boolean ordered) {
    requireNonNull(items, "items");
    requireNonNull(body, "body");
    if (limit < 1) {
      throw new IllegalArgumentException("limit: " + limit);
    }
    CancelFrame frame = Cancellation.enterAwait(); // even if there are no items (A2, A3)
    MapConcurrentJoiner<B> forks = new MapConcurrentJoiner<>(limit, ordered);
    boolean returned = false;
    try {
      List<B> values = forks.mapped(items, body);
      returned = true;
      return values;
    } finally {
      if (!returned) {
        Cancellation.outsideWindow(frame, forks::discardValues);
      }
    }
  }

  private <A> List<B> mapped(
      Iterable<? extends A> items, ItemBody<? super A, ? extends B, ? extends Exception> body) {
    ScopeConfig config = ScopeConfig.of(defaults -> defaults.withName("bridge-mapConcurrent"));
    try (RunningScope<B, List<B>> scope = RunningScope.<B, List<B>>open(this, config, null)) {
      try {
        forkAll(items, body, scope);
      } catch (Throwable failure) {
        if (!scope.isCancelled() || !Failures.isCancelEcho(failure)) {
          throw failure;
        }
        // the iterator was blocking when the scope failed: join throws the reason
      }
      return scope.join(); // throws the reason if it is cancelled
    }
  }

  /** Called when all coroutines have ended; nothing else has their handles (A12). */
  private void discardValues() {
    handles.forEach(Joiners::discard);
  }

  private <A> void forkAll(
      Iterable<? extends A> items,
      ItemBody<? super A, ? extends B, ? extends Exception> body,
      RunningScope<B, List<B>> scope) {
    int index = 0;
    for (A item : items) {
      requireNonNull(item, "items[" + index++ + "]");
      takeSlot();
      if (scope.isCancelled() || firstFailure.get() != null) { // slot freed before the cancel
        return;
      }
      scope.fork(() -> body.call(item));
    }
  }

  private void takeSlot() {
    while (free.get() == 0) {
      CallbackAwait.Entry.<@Nullable Void>await(this::enrol);
    }
    free.decrementAndGet();
  }

  private void enrol(Suspension<? super @Nullable Void> owner) {
    waiting.set(owner);
    owner.onCancel(() -> waiting.compareAndSet(owner, null));
    if (free.get() > 0 && waiting.compareAndSet(owner, null)) {
      resume(owner);
    }
  }

  @SuppressWarnings("NullAway") // it does not see the nullness of a wildcard's bound
  private static void resume(Suspension<? super @Nullable Void> waiter) {
    waiter.resume(null);
  }

  @Override
  public boolean onFork(Coroutine<? extends B> child) {
    if (ordered) {
      handles.add(child);
    }
    return false;
  }

  @Override
  public boolean onComplete(Coroutine<? extends B> child) {
    boolean failed = child.state() == State.FAILED;
    if (failed) {
      firstFailure.compareAndSet(null, RunningCoroutine.failureOf(child));
    } else if (!ordered) {
      handles.add(child);
    }
    free.incrementAndGet();
    Suspension<? super @Nullable Void> owner = waiting.getAndSet(null);
    if (owner != null) {
      resume(owner);
    }
    return failed;
  }

  @Override
  public List<B> result() throws Throwable {
    Throwable failure = firstFailure.get();
    if (failure != null) {
      throw failure;
    }
    List<B> values = new ArrayList<>(handles.size());
    for (Coroutine<? extends B> child : handles) {
      if (child.state() == State.CANCELLED) { // by its own body: its value is missing
        throw requireNonNull(RunningCoroutine.failureOf(child));
      }
      values.add(child.get());
    }
    return Collections.unmodifiableList(values);
  }
}
