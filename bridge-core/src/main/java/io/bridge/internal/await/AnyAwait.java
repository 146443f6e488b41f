package io.bridge.internal.await;

import io.bridge.Awaitable;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.Cancellation;
import io.bridge.internal.failure.AwaitSite;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The first value, or the last failure with the earlier ones suppressed. Failures before the first
 * value are ignored: another source may still succeed.
 *
 * <p>Proof: AwaitAllTest, AwaitAllRaceTest.
 *
 * @param <T> the type of the values
 */
public final class AnyAwait<T extends @Nullable Object> extends GroupAwait<T, T> {

  // any thread
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final AtomicInteger missing;

  private AnyAwait(int size, @Nullable CancelFrame frame) {
    super(frame);
    missing = new AtomicInteger(size);
  }

  /**
   * Awaits the first value.
   *
   * @param awaitables the sources, at least one
   * @param <T> the type of the values
   * @return the first value
   */
  public static <T extends @Nullable Object> T await(
      Collection<? extends Awaitable<? extends T>> awaitables) {
    List<Awaitable<? extends T>> sources = GroupAwait.<T>checked(awaitables);
    if (sources.isEmpty()) {
      throw new IllegalArgumentException("awaitables is empty");
    }
    return new AnyAwait<T>(sources.size(), Cancellation.enterAwait()).await(sources);
  }

  @Override
  boolean partSucceeded(int index, T value) {
    return tryResume(value);
  }

  @Override
  boolean partFailed(Throwable failure) {
    if (hasEnded()) {
      return false;
    }
    failures.add(failure);
    if (missing.decrementAndGet() > 0) {
      return true;
    }
    return tryFail(failure);
  }

  @Override
  protected Throwable inside(Throwable failure) {
    AwaitSite.addSiblings(failure, failures);
    return failure;
  }

  @Override
  void forgetReceived(boolean failed) {
    failures.clear();
  }
}
