package io.bridge.testkit;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A program that has the memory end inside each operation, at each of its first allocations: the
 * heap is full but for some bytes, a few more each time, until the operation succeeds. For a small
 * heap without TLABs, which would hand out more than there is.
 */
public abstract class MemoryEdgeProgram extends EdgeProgram {

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
  protected abstract static class Attempt {

    /** The part without memory. */
    protected abstract void act() throws Exception;

    /** With memory again: throws if something has not ended. */
    protected void after() throws Exception {}
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

  /** {@code others} must still work after each operation. */
  protected MemoryEdgeProgram(Map<String, Fork.Action> others) {
    super(others);
  }

  /** Whether an operation may end so by itself, with all the memory there is. */
  protected abstract boolean isOwn(Throwable thrown);

  /** One operation; each use of {@code attempts} begins another one. */
  protected final void attempt(String name, Supplier<Attempt> attempts) {
    operations.put(name, attempts);
  }

  /** One operation that ends on its own thread. */
  protected final void simple(String name, Fork.Action operation) {
    attempt(
        name,
        () ->
            new Attempt() {
              @Override
              protected void act() throws Exception {
                operation.run();
              }
            });
  }

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
  private final class Outcome {
    private int successes;
    private int failures;
    private @Nullable Throwable strange;

    void take(@Nullable Throwable thrown) {
      if (thrown == null || isOwn(thrown)) {
        successes++;
      } else {
        successes = 0;
        failures++;
        if (!isOfMemory(thrown)) {
          strange = thrown;
        }
      }
    }

    private boolean isOfMemory(Throwable thrown) {
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

  /** Every operation, with {@code step} bytes more each time; then the end of the program. */
  protected final void run(int step) {
    try {
      all(step);
    } catch (Throwable t) {
      ballast = null;
      filling = null;
      defect("the program: " + t);
    }
    exit();
  }

  private void all(int step) {
    others("at first");
    for (Supplier<Attempt> each : operations.values()) {
      withoutFilling(each);
    }
    load();
    operations.forEach((name, operation) -> atEdge(name, operation, step));
  }
}
