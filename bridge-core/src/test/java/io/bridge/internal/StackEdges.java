package io.bridge.internal;

import static java.util.Objects.requireNonNull;

import io.bridge.Await;
import io.bridge.Coroutine;
import io.bridge.CoroutineContext;
import io.bridge.CoroutineScope;
import io.bridge.Cursor;
import io.bridge.Publishers;
import io.bridge.Undeliverable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Collector;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * A program that has the stack end inside each operation, at each of the first depths: recursion to
 * the end of the stack, then the operation from each frame on the way back until it succeeds.
 * Prints what is not as it should be, and {@code done}.
 */
public final class StackEdges {

  private static final CoroutineContext.Key<String> KEY = CoroutineContext.Key.of("edge");
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final int SUCCESSES = 3;
  private static final int MANY = 5;
  private static final long HANGS_MILLIS = 5_000;

  /** One operation; it may throw, wherever the stack ends. */
  interface Operation {
    void run() throws Exception;
  }

  private static final class Enough extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Enough() {
      super(null, null, false, false);
    }
  }

  private final Map<String, Operation> operations = new LinkedHashMap<>();
  private int defects;

  private StackEdges() {
    blocks();
    awaits();
    scopes();
    streams();
  }

  private void blocks() {
    operations.put("withTimeout", () -> Coroutine.withTimeout(LONG, () -> {}));
    operations.put(
        "withTimeout of an await",
        () -> Coroutine.withTimeout(LONG, () -> Await.awaitSingle(later())));
    operations.put("shield", () -> Coroutine.shield(() -> {}));
    operations.put("with", () -> CoroutineContext.with(KEY, "a", () -> {}));
    operations.put("delay", () -> Await.delay(Duration.ofNanos(1000)));
  }

  private void awaits() {
    operations.put("suspend", () -> Await.<Integer>suspend(suspension -> suspension.resume(1)));
    operations.put("await", () -> Await.await(now(1)));
    operations.put("await of another thread", () -> Await.await(later()));
    operations.put("awaitFirst", () -> Await.awaitFirst(now(3)));
    operations.put("awaitList", () -> Await.awaitList(now(3)));
    operations.put(
        "awaitAll",
        () -> Await.awaitAll(List.of(Await.awaitable(now(1)), Await.awaitable(later()))));
    operations.put("start", () -> Coroutine.start(() -> {}).await());
  }

  private void scopes() {
    operations.put(
        "scope",
        () -> {
          try (CoroutineScope<Object, ?> scope = CoroutineScope.open()) {
            scope.fork(() -> 1);
            scope.fork(() -> Await.awaitSingle(later()));
            scope.join();
          }
        });
    operations.put(
        "scope that is cancelled",
        () -> {
          try (CoroutineScope<Object, ?> scope = CoroutineScope.open()) {
            scope.fork(() -> Await.delay(LONG));
            scope.cancel();
          }
        });
  }

  private void streams() {
    operations.put(
        "iterate",
        () -> {
          try (Cursor<Integer> items = Publishers.iterate(now(3))) {
            for (Integer item : items) {
              if (item > 3) {
                break;
              }
            }
          }
        });
    operations.put(
        "subscribe",
        () -> Publishers.<Integer>publisher(emitter -> emitter.emit(1)).subscribe(new Sink<>()));
  }

  // sources

  private static Publisher<Integer> now(int items) {
    return subscriber ->
        subscriber.onSubscribe(
            new Subscription() {
              private int sent;

              @Override
              public void request(long n) {
                for (long i = 0; i < n && sent < items; i++) {
                  subscriber.onNext(++sent);
                }
                if (sent == items) {
                  sent++;
                  subscriber.onComplete();
                }
              }

              @Override
              public void cancel() {
                sent = items + 1;
              }
            });
  }

  /** What the other thread is to do; a queue of the JDK is torn where the stack ends. */
  private record Job(Subscriber<? super Integer> to, @Nullable Job older) {}

  private static final AtomicReference<@Nullable Job> JOBS = new AtomicReference<>();

  private static void otherThread() {
    while (true) {
      for (Job job = JOBS.getAndSet(null); job != null; job = job.older) {
        job.to.onNext(1);
        job.to.onComplete();
      }
      LockSupport.parkNanos(20_000);
    }
  }

  private static Publisher<Integer> later() {
    return subscriber ->
        subscriber.onSubscribe(
            new Subscription() {
              @Override
              public void request(long n) {
                Job newest;
                do {
                  newest = JOBS.get();
                } while (!JOBS.compareAndSet(newest, new Job(subscriber, newest)));
              }

              @Override
              public void cancel() {}
            });
  }

  private static final class Sink<T> implements Subscriber<T> {
    @Override
    public void onSubscribe(Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(T item) {}

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onComplete() {}
  }

  // the edge

  @SuppressWarnings("InfiniteRecursion") // until the stack ends, which is what it is for
  private static void deep(Operation operation, AtomicInteger successes) {
    try {
      deep(operation, successes);
    } catch (StackOverflowError tooDeep) {
      try {
        operation.run();
      } catch (StackOverflowError | Enough e) {
        throw e;
      } catch (Throwable e) { // of its own, caused by the end of the stack
        throw tooDeep;
      }
      if (successes.incrementAndGet() == SUCCESSES) {
        throw new Enough();
      }
      throw tooDeep;
    }
  }

  /** Runs the operation from each of the last frames; then what the same thread does afterwards. */
  private void atEdge(String name, Operation operation, int stack) {
    AtomicReference<@Nullable Throwable> after = new AtomicReference<>();
    Thread thread =
        new Thread(
            null,
            () -> {
              AtomicInteger successes = new AtomicInteger();
              try {
                deep(operation, successes);
              } catch (StackOverflowError | Enough end) {
                // it went up to here
              }
              if (successes.get() == 0) {
                after.set(new AssertionError("never succeeded"));
              }
              try {
                sameThread();
              } catch (Throwable t) {
                after.set(t);
              }
            },
            "edge",
            stack * 1024L);
    thread.setDaemon(true);
    thread.start();
    join(thread, name);
    Throwable failure = after.get();
    if (failure != null) {
      defect(name + ": afterwards on the same thread: " + failure);
    }
  }

  private static void sameThread() {
    if (CancelFrame.ofThread() != null) {
      throw new IllegalStateException("still in " + CancelFrame.ofThread());
    }
    if (Thread.interrupted()) {
      throw new IllegalStateException("interrupted");
    }
    Await.await(later());
  }

  private void join(Thread thread, String name) {
    try {
      thread.join(HANGS_MILLIS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    if (thread.isAlive()) {
      StringBuilder text = new StringBuilder(name + ": hangs");
      for (StackTraceElement element : thread.getStackTrace()) {
        text.append("\n    ").append(element);
        if (text.length() > 2000) {
          break;
        }
      }
      defect(text.toString());
    }
  }

  private void defect(String what) {
    defects++;
    System.out.println("DEFECT " + what);
  }

  /** All others still work. */
  private void others(String after) {
    expect(after, "a timer", () -> Await.delay(Duration.ofMillis(1)));
    expect(after, "an await", () -> Await.await(later()));
    expect(
        after,
        "a deadline",
        () -> {
          try {
            Coroutine.withTimeout(Duration.ofMillis(1), () -> Await.delay(LONG));
          } catch (io.bridge.AwaitTimeoutException right) {
            return;
          }
          throw new IllegalStateException("no timeout");
        });
    expect(after, "a scope", requireNonNull(operations.get("scope")));
    expect(
        after,
        "a stream",
        () ->
            Await.awaitList(
                Publishers.<Integer>publisher(emitter -> {
                  emitter.emit(1);
                  emitter.emit(2);
                })));
  }

  private void expect(String after, String what, Operation operation) {
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Thread thread =
        Thread.ofVirtual()
            .start(() -> {
              try {
                operation.run();
              } catch (Throwable t) {
                failure.set(t);
              }
            });
    join(thread, after + ": then " + what);
    if (failure.get() != null) {
      defect(after + ": then " + what + ": " + failure.get());
    }
  }

  // what meets the error on another thread

  /** A thread that awaits; its source sends at the edge, and says so when it is back. */
  private void signals(String name, Consumer<Subscriber<? super Integer>> signal, Await1 await) {
    AtomicReference<@Nullable Subscriber<? super Integer>> subscriber = new AtomicReference<>();
    CountDownLatch requested = new CountDownLatch(1);
    Publisher<Integer> source =
        s -> {
          subscriber.set(s);
          s.onSubscribe(
              new Subscription() {
                @Override
                public void request(long n) {
                  requested.countDown();
                }

                @Override
                public void cancel() {}
              });
        };
    for (int skip = 1; skip < 120 && defects < MANY; skip++) {
      Thread owner =
          new Thread(
              () -> {
                try {
                  await.of(source);
                } catch (Throwable t) {
                  // an end
                }
              },
              "owner");
      owner.setDaemon(true);
      owner.start();
      while (subscriber.get() == null || owner.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      Subscriber<? super Integer> to = requireNonNull(subscriber.getAndSet(null));
      int at = skip;
      AtomicInteger level = new AtomicInteger();
      Thread thread =
          new Thread(
              null,
              () -> {
                boolean threw = false;
                try {
                  deep(
                      () -> {
                        if (level.incrementAndGet() == at) {
                          signal.accept(to);
                          throw new Enough();
                        }
                      },
                      new AtomicInteger(-10_000));
                } catch (StackOverflowError e) {
                  threw = true;
                } catch (Enough e) {
                  // sent
                }
                if (threw) {
                  to.onError(new StackOverflowError("as the source says"));
                } else {
                  to.onComplete();
                }
              },
              "source",
              256 * 1024L);
      thread.setDaemon(true);
      thread.start();
      join(thread, name + " at " + at + ": the source");
      join(owner, name + " at " + at + ": the owner");
    }
  }

  private static int use(int frames) {
    return frames == 0 ? 0 : 1 + use(frames - 1);
  }

  /** The user's code needs more of the stack than ours. */
  private static void collected(Publisher<Integer> source) {
    Await.awaitCollect(
        source,
        Collector.of(
            ArrayList<Integer>::new,
            (list, item) -> list.add(item + use(40)),
            (one, other) -> one));
  }

  interface Await1 {
    void of(Publisher<Integer> source);
  }

  private void cancels() {
    for (int stack : new int[] {200, 256}) {
      Coroutine<?> waiting = Coroutine.start(() -> Await.delay(LONG));
      Coroutine<?> withScope =
          Coroutine.start(() -> {
            try (CoroutineScope<Object, ?> scope = CoroutineScope.open()) {
              scope.fork(() -> Await.delay(LONG));
              scope.join();
            }
          });
      Coroutine<?> stays = Coroutine.start(() -> Await.delay(Duration.ofMillis(500)));
      atEdge("cancel", waiting::cancel, stack);
      atEdge("cancel of a scope around", withScope::cancel, stack);
      expect("cancel", "the coroutine ends", () -> ended(waiting));
      expect("cancel of a scope around", "the coroutine ends", () -> ended(withScope));
      expect("cancel", "another one succeeds", stays::await);
    }
  }

  private static void ended(Coroutine<?> coroutine) throws InterruptedException {
    CountDownLatch end = new CountDownLatch(1);
    coroutine.onCompletion(c -> end.countDown());
    if (!end.await(8, TimeUnit.SECONDS)) {
      throw new IllegalStateException("still " + coroutine);
    }
  }

  /** Everything, {@code rounds} times, each with another size of the stack. */
  public static void main(String[] arguments) {
    int rounds = Integer.parseInt(arguments[0]);
    Undeliverable.onFailure(failure -> {});
    Thread.ofPlatform().daemon().name("other").start(StackEdges::otherThread);
    StackEdges edges = new StackEdges();
    edges.others("at first");
    for (Operation operation : edges.operations.values()) {
      edges.expect("at first", "all classes are there", operation);
    }
    for (int round = 0; round < rounds && edges.defects < MANY; round++) {
      for (Map.Entry<String, Operation> each : edges.operations.entrySet()) {
        edges.atEdge(each.getKey(), each.getValue(), 200 + 16 * round);
        edges.others(each.getKey());
      }
      edges.cancels();
    }
    edges.signals("onNext to awaitList", s -> s.onNext(1), Await::awaitList);
    edges.signals("onNext to a collector", s -> s.onNext(1), StackEdges::collected);
    edges.signals("onNext to awaitFirst", s -> s.onNext(1), Await::awaitFirst);
    edges.signals("onComplete to awaitList", Subscriber::onComplete, Await::awaitList);
    edges.signals("onError to await", s -> s.onError(new IllegalStateException()), Await::await);
    System.out.println("done, defects: " + edges.defects);
    System.exit(0);
  }
}
