package io.bridge.internal.await;

import io.bridge.Awaitable;
import io.bridge.Undeliverable;
import io.bridge.internal.cancel.CancelFrame;
import io.bridge.internal.cancel.Cancellation;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * All values, or the first failure. A value that goes into no result is discarded, once.
 *
 * <pre>
 * slot      meaning                                 left by
 * null      no value from this source               partSucceeded -> a value, forget -> GIVEN_UP
 * a value   received (NULL stands for null)         forget -> GIVEN_UP; discarded after a failure
 * GIVEN_UP  the owner has left, final; a later
 *           value is refused
 * </pre>
 *
 * Proof: AwaitAllTest, AwaitAllRaceTest.
 *
 * @param <T> the type of the values
 */
public final class AllAwait<T extends @Nullable Object> extends GroupAwait<T, List<T>> {

  private enum Mark {
    NULL,
    GIVEN_UP
  }

  // any thread
  private final AtomicReferenceArray<@Nullable Object> slots;
  private final AtomicInteger missing;

  private AllAwait(int size, @Nullable CancelFrame frame) {
    super(frame);
    slots = new AtomicReferenceArray<>(size);
    missing = new AtomicInteger(size);
  }

  /**
   * Awaits all.
   *
   * @param awaitables the sources
   * @param <T> the type of the values
   * @return the values in the order of their sources, unmodifiable
   */
  public static <T extends @Nullable Object> List<T> await(
      Collection<? extends Awaitable<? extends T>> awaitables) {
    List<Awaitable<? extends T>> sources = GroupAwait.<T>checked(awaitables);
    CancelFrame frame = Cancellation.enterAwait();
    return sources.isEmpty() ? List.of() : new AllAwait<T>(sources.size(), frame).await(sources);
  }

  @Override
  boolean partSucceeded(int index, T value) {
    if (!slots.compareAndSet(index, null, value == null ? Mark.NULL : value)) {
      return false;
    }
    if (missing.decrementAndGet() == 0) {
      tryResume(values()); // or the owner, which is leaving, discards them
    }
    return true;
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // filled with T only, unless the await has failed
  private List<T> values() {
    Object[] values = new Object[slots.length()];
    for (int i = 0; i < values.length; i++) {
      Object value = slots.get(i);
      values[i] = value == Mark.NULL ? null : value;
    }
    return (List<T>) Collections.unmodifiableList(Arrays.asList(values));
  }

  @Override
  boolean partFailed(Throwable failure) {
    return tryFail(failure);
  }

  @Override
  void forgetReceived(boolean failed) {
    for (int i = 0; i < slots.length(); i++) {
      Object value = slots.getAndSet(i, Mark.GIVEN_UP);
      if (failed && value != Mark.NULL) {
        Undeliverable.discard(value);
      }
    }
  }
}
