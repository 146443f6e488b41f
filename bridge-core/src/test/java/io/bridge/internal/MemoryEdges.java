package io.bridge.internal;

import static java.util.Objects.requireNonNull;

import io.bridge.Await;
import io.bridge.AwaitTimeoutException;
import io.bridge.Coroutine;
import io.bridge.CoroutineScope;
import io.bridge.Cursor;
import io.bridge.Publishers;
import io.bridge.Undeliverable;
import io.bridge.fixtures.MemoryEdgeProgram;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A program that has the memory end inside each operation of core, at each allocation. */
public final class MemoryEdges extends MemoryEdgeProgram {

  /** Failures of an operation itself. */
  static final class Own extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    Own() {
      super("own");
    }
  }

  private MemoryEdges() {
    super(EdgeChecks.others(MemoryEdges::later));
    simple("start", () -> Coroutine.start(() -> new Object()).await());
    simple(
        "start, failing",
        () ->
            Coroutine.start(
                    () -> {
                      throw new Own();
                    })
                .await());
    attempt("end with a value", () -> new End(null));
    attempt("end with a failure", () -> new End(new Own()));
    simple("await of another thread", () -> Await.await(later()));
    simple(
        "await that fails",
        () -> Await.suspend(suspension -> inThread(() -> suspension.fail(new Own()))));
    simple("awaitList", () -> Await.awaitList(later()));
    simple("awaitAll", MemoryEdges::awaitsAll);
    simple("scope", () -> EdgeChecks.scope(later()));
    simple("scope with a failing child", MemoryEdges::failingScope);
    simple(
        "withTimeout",
        () -> Coroutine.withTimeout(Duration.ofNanos(200_000), () -> Await.delay(LONG)));
    simple("withTimeout in a coroutine", MemoryEdges::timeoutInside);
    simple("delay", () -> Await.delay(Duration.ofNanos(1000)));
    simple("iterate", MemoryEdges::iterate);
    simple("emit", () -> Await.awaitList(emits()));
    simple("emit to a loop", MemoryEdges::iterateEmits);
    simple("mapConcurrent", MemoryEdges::mapConcurrent);
    simple("a failing body to a loop", () -> all(Publishers.iterate(fails(), 1)));
    simple(
        "mapConcurrent of a failing body",
        () -> all(Await.mapConcurrent(fails(), 2, item -> item)));
    simple("mapConcurrent that fails", () -> all(Await.mapConcurrent(emits(), 2, item -> fail())));
    finely("cancel", Cancel::new);
    finely("cancel of a scope", ScopeCancel::new);
  }

  // operations

  private static org.reactivestreams.Publisher<Integer> emits() {
    return Publishers.publisher(emitter -> {
      for (int i = 0; i < 3; i++) {
        emitter.emit(i);
      }
    });
  }

  private static void awaitsAll() {
    Await.awaitAll(List.of(Await.awaitable(later()), Await.awaitable(later())));
  }

  private static void inThread(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    thread.start();
  }

  private static void failingScope() throws Exception {
    try (CoroutineScope<Object, ?> scope = CoroutineScope.open()) {
      scope.fork(() -> Await.delay(LONG));
      scope.fork(() -> {
        throw new Own();
      });
      scope.join();
    }
  }

  private static void timeoutInside() throws Exception {
    Coroutine.start(() ->
            Coroutine.withTimeout(
                Duration.ofNanos(200_000),
                () -> {
                  try (CoroutineScope<Object, ?> scope = CoroutineScope.open()) {
                    scope.fork(() -> Await.delay(LONG));
                    scope.join();
                  }
                }))
        .await();
  }

  private static void iterate() {
    all(Publishers.iterate(later()));
  }

  private static void iterateEmits() {
    try (Cursor<Integer> items = Publishers.iterate(emits(), 1)) {
      for (Integer item : items) {
        if (item == 1) {
          return; // cancels
        }
      }
    }
  }

  private static void mapConcurrent() {
    all(Await.mapConcurrent(emits(), 2, item -> item + Await.awaitSingle(later())));
  }

  private static org.reactivestreams.Publisher<Integer> fails() {
    return Publishers.publisher(emitter -> {
      emitter.emit(1);
      throw new Own();
    });
  }

  private static Integer fail() {
    throw new Own();
  }

  private static void all(Cursor<Integer> cursor) {
    try (Cursor<Integer> items = cursor) {
      for (Integer item : items) {
        requireNonNull(item);
      }
    }
  }

  /** A coroutine that is told to end: one awaits it, a scope joins it, and it has a callback. */
  private static final class End extends Attempt {
    private volatile boolean go;
    private volatile boolean called;
    private final Thread waiting;
    private final Coroutine<?> scope;
    private final Coroutine<?> ending;

    End(@Nullable Own failure) {
      ending =
          Coroutine.start(() -> {
            while (!go) {
              Thread.onSpinWait();
            }
            if (failure != null) {
              throw failure;
            }
            return 1;
          });
      ending.onCompletion(ended -> called = true);
      waiting = new Thread(() -> quietly(ending::await), "waiting");
      waiting.setDaemon(true);
      waiting.start();
      scope = Coroutine.start(() -> quietly(ending::await));
      while (waiting.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
    }

    @Override
    protected void act() {
      go = true;
      while (waiting.isAlive()) {
        LockSupport.parkNanos(10_000);
      }
    }

    @Override
    protected void after() throws Exception {
      EdgeChecks.ended(ending);
      EdgeChecks.ended(scope);
      if (!called) {
        throw new IllegalStateException("onCompletion was not called");
      }
    }
  }

  /** A coroutine with a scope with children, cancelled. */
  private static final class Cancel extends Attempt {
    private volatile int waiting;
    private volatile boolean returned;
    private final Coroutine<?> coroutine =
        Coroutine.start(() -> {
          try (CoroutineScope<Object, ?> scope = CoroutineScope.open()) {
            scope.fork(() -> Await.delay(LONG));
            scope.fork(() -> Coroutine.withTimeout(LONG, () -> Await.awaitSingle(never())));
            waiting = 1;
            scope.join();
          }
        });
    private final Coroutine<?> other = Coroutine.start(() -> Await.delay(Duration.ofMillis(50)));

    Cancel() {
      while (waiting == 0) {
        Thread.onSpinWait();
      }
    }

    private static org.reactivestreams.Publisher<Integer> never() {
      return subscriber ->
          subscriber.onSubscribe(
              new org.reactivestreams.Subscription() {
                @Override
                public void request(long n) {}

                @Override
                public void cancel() {}
              });
    }

    @Override
    protected void act() {
      coroutine.cancel();
      returned = true;
    }

    @Override
    protected void after() throws Exception {
      if (!returned) {
        coroutine.cancel(); // the first one threw
      }
      EdgeChecks.ended(coroutine);
      EdgeChecks.ended(other);
    }
  }

  /** A scope in the background whose coroutines have scopes in turn, cancelled. */
  private static final class ScopeCancel extends Attempt {
    private static final int INNER = 2;

    private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();
    private final CoroutineScope<Object, ?> scope = CoroutineScope.background(config -> config);
    private volatile boolean returned;

    ScopeCancel() {
      for (int i = 0; i < INNER; i++) {
        scope.fork(this::inner);
      }
      while (threads.size() < 2 * INNER || !threads.stream().allMatch(ScopeCancel::isWaiting)) {
        LockSupport.parkNanos(20_000); // one that still runs leaves garbage, which is memory
      }
    }

    private static boolean isWaiting(Thread thread) {
      return thread.getState() == Thread.State.WAITING;
    }

    private void inner() throws Exception {
      try (CoroutineScope<Object, ?> inside = CoroutineScope.open()) {
        inside.fork(() -> {
          threads.add(Thread.currentThread());
          Await.delay(LONG);
        });
        threads.add(Thread.currentThread());
        Coroutine.shield(() -> {
          inside.join();
        });
      }
    }

    @Override
    protected void act() {
      scope.cancel();
      returned = true;
    }

    @Override
    protected void after() {
      if (!returned) {
        scope.cancel(); // the first one threw
      }
      scope.close();
    }
  }

  @Override
  protected boolean isOwn(Throwable thrown) {
    return thrown instanceof Own
        || thrown instanceof AwaitTimeoutException
        || thrown.getCause() instanceof Own;
  }

  /** Everything, with {@code step} bytes more each time. */
  public static void main(String[] arguments) {
    Undeliverable.onFailure(failure -> {});
    startOther();
    new MemoryEdges().run(Integer.parseInt(arguments[0]));
  }
}
