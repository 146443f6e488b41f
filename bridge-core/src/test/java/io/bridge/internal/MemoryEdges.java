package io.bridge.internal;

import static java.util.Objects.requireNonNull;

import io.bridge.Await;
import io.bridge.AwaitTimeoutException;
import io.bridge.Coroutine;
import io.bridge.CoroutineScope;
import io.bridge.Cursor;
import io.bridge.Publishers;
import io.bridge.Undeliverable;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A program that has the memory end inside each operation, at each of its first allocations: the
 * heap is full but for some bytes, a few more each time, until the operation succeeds. Prints what
 * is not as it should be, and {@code done}. For a small heap without TLABs, which would hand out
 * more than there is.
 */
public final class MemoryEdges extends EdgeProgram {

  private static final int SUCCESSES = 3;
  private static final int MOST_BYTES = 64 * 1024;

  /** What the JVM, the JDK and a look at the others may need: not filled until it matters. */
  private static final int WORKING_BYTES = 2 * 1024 * 1024;

  private static final int LARGEST = 64 * 1024;

  private static final byte[] NOTHING = {};

  /** What waits for memory and not for us goes on after this; JDK's wake-ups do. */
  private static final long FULL_NANOS = 20_000_000;

  private static final long HANGS_NANOS = 5_000_000_000L;

  /** Something that has begun while there was memory. */
  abstract static class Attempt {

    /** The part without memory. */
    abstract void act() throws Exception;

    /** With memory again: throws if something has not ended. */
    void after() throws Exception {}
  }

  /** Failures of an operation itself. */
  static final class Own extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    Own() {
      super("own");
    }
  }

  /** A link of what fills the heap. */
  private static final class Block {
    @SuppressWarnings("unused") // it is what keeps the memory
    private final @Nullable Block next;

    @SuppressWarnings("unused") // it is what keeps the memory
    private final byte[] bytes;

    Block(@Nullable Block next, int bytes) {
      this.bytes = bytes == 0 ? NOTHING : new byte[bytes];
      this.next = next;
    }
  }

  /** The thread of one attempt. */
  private static final class Actor extends Thread {
    private final Attempt attempt;
    private volatile boolean go;
    private volatile boolean done;
    private @Nullable Throwable thrown; // before done

    Actor(Attempt attempt) {
      super("actor");
      this.attempt = attempt;
      setDaemon(true);
    }

    @Override
    public void run() {
      while (!go) {
        Thread.onSpinWait();
      }
      try {
        attempt.act();
      } catch (Throwable t) {
        thrown = t;
      }
      done = true;
    }
  }

  private final Map<String, Supplier<Attempt>> operations = new LinkedHashMap<>();

  @SuppressWarnings("unused") // it is what keeps the memory
  private @Nullable Block ballast;

  private @Nullable Block filling;

  @SuppressWarnings("unused") // it is what keeps the memory
  private byte @Nullable [] fuse;

  private MemoryEdges() {
    simple("start", () -> Coroutine.start(() -> new Object()).await());
    simple(
        "start, failing",
        () ->
            Coroutine.start(
                    () -> {
                      throw new Own();
                    })
                .await());
    operations.put("end with a value", () -> new End(null));
    operations.put("end with a failure", () -> new End(new Own()));
    simple("await of another thread", () -> Await.await(later()));
    simple(
        "await that fails",
        () -> Await.suspend(suspension -> inOther(() -> suspension.fail(new Own()))));
    simple("awaitList", () -> Await.awaitList(later()));
    simple("awaitAll", MemoryEdges::all);
    simple("scope", EdgeProgram::scope);
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
    operations.put("cancel", Cancel::new);
  }

  private void simple(String name, Operation operation) {
    operations.put(
        name,
        () ->
            new Attempt() {
              @Override
              void act() throws Exception {
                operation.run();
              }
            });
  }

  // operations

  private static org.reactivestreams.Publisher<Integer> emits() {
    return Publishers.publisher(emitter -> {
      for (int i = 0; i < 3; i++) {
        emitter.emit(i);
      }
    });
  }

  private static void all() {
    Await.awaitAll(List.of(Await.awaitable(later()), Await.awaitable(later())));
  }

  private static void inOther(Runnable task) {
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
    try (Cursor<Integer> items = Publishers.iterate(later())) {
      for (Integer item : items) {
        requireNonNull(item);
      }
    }
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
    try (Cursor<Integer> items =
        Await.mapConcurrent(emits(), 2, item -> item + Await.awaitSingle(later()))) {
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
    void act() {
      go = true;
      while (waiting.isAlive()) {
        LockSupport.parkNanos(10_000);
      }
    }

    @Override
    void after() throws Exception {
      ended(ending);
      ended(scope);
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
    void act() {
      coroutine.cancel();
      returned = true;
    }

    @Override
    void after() throws Exception {
      if (!returned) {
        coroutine.cancel(); // the first one threw
      }
      ended(coroutine);
      ended(other);
    }
  }

  private static void quietly(Operation operation) {
    try {
      operation.run();
    } catch (Throwable t) {
      // an end
    }
  }

  // memory

  /** Fills the heap to the last block but {@code bytes}, and a few to be freed at the end. */
  private void fill(int bytes) {
    fuse = new byte[bytes];
    filling = full(null);
    LockSupport.parkNanos(100_000); // until the last threads of the last attempt have let go
    filling = full(filling);
  }

  private static @Nullable Block full(@Nullable Block blocks) {
    Block newest = blocks;
    for (int size = LARGEST; ; size /= 64) {
      try {
        while (true) {
          newest = new Block(newest, size);
        }
      } catch (OutOfMemoryError smallerOnes) {
        if (size == 0) {
          return newest;
        }
      }
    }
  }

  /** All but what the checks need, once. */
  private void load() {
    Block spare = null;
    for (int free = WORKING_BYTES; free > 0; free -= LARGEST) {
      spare = new Block(spare, LARGEST);
    }
    filling = spare;
    ballast = full(null);
    filling = null;
  }

  /** All classes are there. */
  private void withoutFilling(Supplier<Attempt> operation) {
    Attempt attempt = operation.get();
    Actor actor = new Actor(attempt);
    actor.start();
    actor.go = true;
    await(actor, HANGS_NANOS);
    expect("at first", "its own end", attempt::after);
  }

  private void attempt(String name, Supplier<Attempt> operation, int bytes, Outcome outcome) {
    Attempt attempt = operation.get();
    Actor actor = new Actor(attempt);
    actor.start();
    fill(bytes);
    fuse = null;
    actor.go = true;
    await(actor, FULL_NANOS);
    filling = null;
    await(actor, HANGS_NANOS);
    join(actor, name + " with " + bytes + " bytes");
    if (actor.done) {
      outcome.take(actor.thrown);
    }
    expect(name + " with " + bytes + " bytes", "its own end", attempt::after);
  }

  /** Without an allocation. */
  private static void await(Actor actor, long nanos) {
    long end = System.nanoTime() + nanos;
    while (!actor.done && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(50_000);
    }
  }

  /** How many successes one after the other, and the first strange failure. */
  private static final class Outcome {
    private int successes;
    private int failures;
    private @Nullable Throwable strange;

    void take(@Nullable Throwable thrown) {
      if (isOwn(thrown)) {
        successes++;
      } else {
        successes = 0;
        failures++;
        if (!isOfMemory(thrown)) {
          strange = thrown;
        }
      }
    }

    private static boolean isOwn(@Nullable Throwable thrown) {
      return thrown == null
          || thrown instanceof Own
          || thrown instanceof AwaitTimeoutException
          || thrown.getCause() instanceof Own;
    }

    private static boolean isOfMemory(@Nullable Throwable thrown) {
      for (Throwable t = thrown; t != null; t = t.getCause()) {
        if (t instanceof OutOfMemoryError || t instanceof CancellationException) {
          return true;
        }
      }
      return false;
    }
  }

  private void atEdge(String name, Supplier<Attempt> operation, int step) {
    Outcome outcome = new Outcome();
    int bytes = 0;
    while (outcome.successes < SUCCESSES && !isEnough()) {
      attempt(name, operation, bytes, outcome);
      if (outcome.strange != null) {
        defect(name + " with " + bytes + " bytes: " + outcome.strange);
        outcome.strange = null;
      }
      others(name + " with " + bytes + " bytes");
      if (bytes > MOST_BYTES) {
        defect(name + ": never succeeded");
        return;
      }
      bytes += step;
    }
    System.err.println(name + ": " + outcome.failures + " failures, up to " + bytes + " bytes");
  }

  /** Everything, with {@code step} bytes more each time. */
  public static void main(String[] arguments) {
    int step = Integer.parseInt(arguments[0]);
    Undeliverable.onFailure(failure -> {});
    startOther();
    MemoryEdges edges = new MemoryEdges();
    try {
      edges.all(step);
    } catch (Throwable t) {
      edges.ballast = null;
      edges.filling = null;
      edges.defect("the program: " + t);
    }
    edges.exit();
  }

  private void all(int step) {
    others("at first");
    for (Supplier<Attempt> each : operations.values()) {
      withoutFilling(each);
    }
    load();
    for (Map.Entry<String, Supplier<Attempt>> each : operations.entrySet()) {
      atEdge(each.getKey(), each.getValue(), step);
    }
  }
}
