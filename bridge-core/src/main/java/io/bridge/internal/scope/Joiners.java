package io.bridge.internal.scope;

import io.bridge.Coroutine;
import io.bridge.Coroutine.State;
import io.bridge.CoroutineScope.Joiner;
import io.bridge.Undeliverable;
import io.bridge.internal.coroutine.RunningCoroutine;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The joiners that come with the library. */
public final class Joiners {

  private Joiners() {}

  /** Their common part: one object serves one scope. */
  abstract static sealed class OfOneScope<T extends @Nullable Object, R extends @Nullable Object>
      implements Joiner<T, R> {

    private final AtomicBoolean taken = new AtomicBoolean();

    private final AtomicReference<@Nullable Throwable> first = new AtomicReference<>();

    final void take() {
      if (taken.getAndSet(true)) {
        throw new IllegalArgumentException("joiner: it serves another scope already");
      }
    }

    /** Keeps the first failure; whether {@code child} has failed. */
    final boolean hasFailed(Coroutine<? extends T> child) {
      boolean failed = child.state() == State.FAILED;
      if (failed) {
        first.compareAndSet(null, RunningCoroutine.failureOf(child));
      }
      return failed;
    }

    final @Nullable Throwable first() {
      return first.get();
    }

    final void throwFirst() throws Throwable {
      Throwable failure = first.get();
      if (failure != null) {
        throw failure;
      }
    }

    /** The scope is closed: discards the collected values that were not returned (A12). */
    void discardValues() {}
  }

  private static final class AllSuccessful<T extends @Nullable Object>
      extends OfOneScope<T, List<T>> {

    private final Queue<Coroutine<? extends T>> forked = new ConcurrentLinkedQueue<>();

    @Override
    public boolean onFork(Coroutine<? extends T> child) {
      forked.add(child);
      return false;
    }

    @Override
    public boolean onComplete(Coroutine<? extends T> child) {
      return hasFailed(child);
    }

    @Override
    public List<T> result() throws Throwable {
      throwFirst();
      List<T> values = new ArrayList<>();
      for (Coroutine<? extends T> child : forked) {
        if (child.state() == State.SUCCEEDED) {
          values.add(child.get());
        }
      }
      return Collections.unmodifiableList(values);
    }

    @Override
    void discardValues() {
      Joiners.discardValues(forked);
    }
  }

  private static final class AnySuccessful<T extends @Nullable Object> extends OfOneScope<T, T> {

    private final AtomicReference<@Nullable Coroutine<? extends T>> winner =
        new AtomicReference<>();

    private final Queue<Coroutine<? extends T>> succeeded = new ConcurrentLinkedQueue<>();

    @Override
    public boolean onComplete(Coroutine<? extends T> child) {
      if (child.state() == State.SUCCEEDED) {
        winner.compareAndSet(null, child);
        succeeded.add(child);
        return true;
      }
      hasFailed(child);
      return false;
    }

    @Override
    public T result() throws Throwable {
      Coroutine<? extends T> child = winner.get();
      if (child == null) {
        throwFirst();
        throw new NoSuchElementException("no coroutine of the scope has succeeded or failed");
      }
      return child.get();
    }

    @Override
    void discardValues() {
      Joiners.discardValues(succeeded);
    }
  }

  private static final class AwaitAllSuccessful<T extends @Nullable Object>
      extends OfOneScope<T, @Nullable Void> {

    @Override
    public boolean onComplete(Coroutine<? extends T> child) {
      return hasFailed(child);
    }

    @Override
    public @Nullable Void result() throws Throwable {
      throwFirst();
      return null;
    }
  }

  /** Join throws no failure of a coroutine; only the scope keeps them. */
  static final class AwaitAll<T extends @Nullable Object> extends OfOneScope<T, @Nullable Void> {

    @Override
    public @Nullable Void result() {
      return null;
    }
  }

  /** A failure of a coroutine does not fail the scope. */
  static final class AllUntil<T extends @Nullable Object>
      extends OfOneScope<T, List<Coroutine<T>>> {

    private final Predicate<? super Coroutine<T>> enough;
    private final Queue<Coroutine<T>> forked = new ConcurrentLinkedQueue<>();

    AllUntil(Predicate<? super Coroutine<T>> enough) {
      this.enough = enough;
    }

    @Override
    public boolean onFork(Coroutine<? extends T> child) {
      forked.add(AllUntil.<T>plain(child));
      return false;
    }

    @Override
    public boolean onComplete(Coroutine<? extends T> child) {
      return enough.test(AllUntil.<T>plain(child));
    }

    @Override
    public void onTimeout(io.bridge.AwaitTimeoutException timeout) {}

    @Override
    public List<Coroutine<T>> result() {
      return List.copyOf(forked);
    }

    @SuppressWarnings("unchecked") // a handle only gives values
    private static <T extends @Nullable Object> Coroutine<T> plain(Coroutine<? extends T> child) {
      return (Coroutine<T>) child;
    }
  }

  /**
   * Discards the values of {@code children} that were not taken, by join or by a user's handle
   * (A12). Several threads may call it at once: each child is discarded by one of them.
   */
  private static <T extends @Nullable Object> void discardValues(
      Queue<Coroutine<? extends T>> children) {
    for (Coroutine<? extends T> c = children.poll(); c != null; c = children.poll()) {
      if (!((RunningCoroutine<?>) c).isTaken()) {
        discard(c);
      }
    }
  }

  /** Discards the value of {@code child}, which has ended, if it has one. */
  static void discard(Coroutine<?> child) {
    if (child.state() == State.SUCCEEDED) {
      Undeliverable.discard(child.get());
    }
  }

  /**
   * See {@link Joiner#allSuccessfulOrThrow()}.
   *
   * @param <T> the type of the values
   * @return a new joiner
   */
  public static <T extends @Nullable Object> Joiner<T, List<T>> allSuccessful() {
    return new AllSuccessful<>();
  }

  /**
   * See {@link Joiner#anySuccessfulOrThrow()}.
   *
   * @param <T> the type of the values
   * @return a new joiner
   */
  public static <T extends @Nullable Object> Joiner<T, T> anySuccessful() {
    return new AnySuccessful<>();
  }

  /**
   * See {@link Joiner#awaitAllSuccessfulOrThrow()}.
   *
   * @param <T> the type of the values
   * @return a new joiner
   */
  public static <T extends @Nullable Object> Joiner<T, @Nullable Void> awaitAllSuccessful() {
    return new AwaitAllSuccessful<>();
  }

  /**
   * See {@link Joiner#awaitAll()}.
   *
   * @param <T> the type of the values
   * @return a new joiner
   */
  public static <T extends @Nullable Object> Joiner<T, @Nullable Void> awaitAll() {
    return new AwaitAll<>();
  }

  /**
   * See {@link Joiner#allUntil(Predicate)}.
   *
   * @param enough whether the ended coroutine was the last one needed
   * @param <T> the type of the values
   * @return a new joiner
   */
  public static <T extends @Nullable Object> Joiner<T, List<Coroutine<T>>> allUntil(
      Predicate<? super Coroutine<T>> enough) {
    return new AllUntil<>(enough);
  }
}
