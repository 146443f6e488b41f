package io.bridge;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Probe;
import io.bridge.internal.cursor.ItemReceiver;
import io.bridge.internal.cursor.ItemSubscriber;
import io.bridge.internal.mapping.MapAwaitSubscription;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;

/** A mapAwait or mapConcurrent of core whose source and bodies are in the hands of a test. */
final class Mapping implements ItemBody<String, @Nullable String, Exception> {

  /** What the adapters have one of each, without the translation. */
  static final class Feeding<T> extends ItemSubscriber<T> {
    Feeding(ItemReceiver<T> feed) {
      super(feed);
    }
  }

  final Probe<String> source = new Probe<>();

  /** The items whose body has begun. */
  final List<String> begun = new CopyOnWriteArrayList<>();

  /** The items whose body has ended. */
  final List<String> ended = new CopyOnWriteArrayList<>();

  /** The items whose outcome has been dealt with. */
  final List<String> settled = new CopyOnWriteArrayList<>();

  /** The threads of the bodies that have begun. */
  final List<Thread> threads = new CopyOnWriteArrayList<>();

  private final Map<String, CompletableFuture<@Nullable String>> outcomes =
      new ConcurrentHashMap<>();
  private final AtomicInteger alive = new AtomicInteger();
  private final AtomicInteger mostAlive = new AtomicInteger();
  private volatile boolean stubborn;

  /** Bodies that do not end by an interrupt. */
  Mapping stubborn() {
    stubborn = true;
    return this;
  }

  /** Subscribes to mapAwait of the source. */
  Mapping subscribe(int concurrency, boolean ordered, Subscriber<String> subscriber) {
    subscribe(concurrency, ordered, this, source, subscriber);
    return this;
  }

  /** Opens a cursor on mapConcurrent of the source. */
  Cursor<String> open(int limit, boolean ordered) {
    return ordered
        ? Await.<String, String>mapConcurrent(source, limit, this)
        : Await.<String, String>mapConcurrentUnordered(source, limit, this);
  }

  /** Subscribes to mapAwait of any source. */
  @SuppressWarnings("NullAway") // it does not see the nullable type argument of the record
  static <A, B> void subscribe(
      int concurrency,
      boolean ordered,
      ItemBody<? super A, @Nullable B, ? extends Exception> body,
      Publisher<? extends A> source,
      Subscriber<? super B> subscriber) {
    MapAwaitSubscription.Settings<A, B> settings =
        new MapAwaitSubscription.Settings<>(concurrency, body, ordered);
    settings.subscribe(source, subscriber, runs -> new Feeding<A>(runs));
  }

  @Override
  public @Nullable String call(String item) throws Exception {
    Coroutine<?> run = Coroutine.current();
    if (run != null) {
      run.onCompletion(ended -> settled.add(item)); // runs after the signals
    }
    mostAlive.accumulateAndGet(alive.incrementAndGet(), Math::max);
    synchronized (begun) { // the same order in both
      threads.add(Thread.currentThread());
      begun.add(item);
    }
    try {
      return outcome(item);
    } finally {
      alive.decrementAndGet();
      ended.add(item);
    }
  }

  private @Nullable String outcome(String item) throws Exception {
    while (true) {
      try {
        return at(item).get();
      } catch (InterruptedException e) {
        if (!stubborn) {
          throw e;
        }
      } catch (ExecutionException e) {
        if (e.getCause() instanceof Exception failure) {
          throw failure;
        }
        if (e.getCause() instanceof Error failure) {
          throw failure;
        }
        throw e;
      }
    }
  }

  private CompletableFuture<@Nullable String> at(String item) {
    return outcomes.computeIfAbsent(item, key -> new CompletableFuture<>());
  }

  /** Sends items, and returns when their bodies have begun. */
  Mapping send(String... items) {
    for (String item : items) {
      source.next(item);
    }
    Eventually.until("begun", () -> begun.containsAll(List.of(items)));
    return this;
  }

  /** Ends a body with a value made of its item. */
  Mapping finish(String item) {
    return finish(item, item.toUpperCase(Locale.ROOT));
  }

  /** Ends a body, and returns when its outcome has been dealt with. */
  Mapping finish(String item, @Nullable String value) {
    at(item).complete(value);
    return awaitSettled(item);
  }

  /** Ends a body with a failure. */
  Mapping fail(String item, Throwable failure) {
    at(item).completeExceptionally(failure);
    return awaitSettled(item);
  }

  /** Returns when the outcomes have been dealt with. */
  Mapping awaitSettled(String... items) {
    Eventually.until(
        "settled " + String.join(",", items), () -> settled.containsAll(List.of(items)));
    return this;
  }

  /**
   * Returns when the bodies have ended, which whoever stopped them has seen to: one that is parked
   * now was forgotten, and the test fails without waiting for a deadline.
   */
  Mapping awaitStopped(String... items) {
    for (String item : items) {
      Eventually.until(item + " has ended", () -> settled.contains(item) || isParked(item));
      if (!settled.contains(item) && isParked(item)) {
        throw new AssertionError(item + " still runs");
      }
    }
    return awaitSettled(items);
  }

  /** Whether the body of an item waits for the test. */
  boolean isParked(String item) {
    int at = begun.indexOf(item);
    return at >= 0 && threads.get(at).getState() == Thread.State.WAITING;
  }

  /** How many bodies ran at the same time, at most. */
  int mostAlive() {
    return mostAlive.get();
  }

  /** What upstream was asked for, in sum. */
  long requested() {
    return source.requests().stream().mapToLong(Long::longValue).sum();
  }
}
