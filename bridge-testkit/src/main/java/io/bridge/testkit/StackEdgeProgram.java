package io.bridge.testkit;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A program that has the stack end inside each operation, at each of the first depths: recursion to
 * the end of the stack, then the operation from each frame on the way back until it succeeds.
 */
public abstract class StackEdgeProgram extends EdgeProgram {

  private static final int SUCCESSES = 3;

  /** Ends the recursion. */
  protected static final class Enough extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Without a stack trace. */
    public Enough() {
      super(null, null, false, false);
    }
  }

  /** {@code others} must still work after each operation. */
  protected StackEdgeProgram(Map<String, Fork.Action> others) {
    super(others);
  }

  /** Throws if something is left of the operations that failed on this thread. */
  protected abstract void sameThread();

  /** Runs the operation from each frame on the way back, up to enough successes. */
  @SuppressWarnings("InfiniteRecursion") // until the stack ends, which is what it is for
  protected static void deep(Fork.Action operation, AtomicInteger successes) {
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
  protected final void atEdge(String name, Fork.Action operation, int stack) {
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

  /** One wait for a source that signals at the edge. */
  protected abstract static class Wait {

    /** Waits; may fail. */
    protected abstract void await() throws Exception;

    /** Whether the source has its subscriber. */
    protected abstract boolean isSubscribed();

    /** The signal, at the edge. */
    protected abstract void send();

    /** What the source says when it is back; {@code threw} if the signal did. */
    protected abstract void end(boolean threw);
  }

  /** A thread that waits; its source signals at the edge, and says so when it is back. */
  protected final void signals(String name, Supplier<Wait> waits) {
    for (int skip = 1; skip < 120 && !isEnough(); skip++) {
      Wait wait = waits.get();
      Thread owner = new Thread(() -> quietly(wait::await), "owner");
      owner.setDaemon(true);
      owner.start();
      while (!wait.isSubscribed() || owner.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      int at = skip;
      Thread source = new Thread(null, () -> send(wait, at), "source", 256 * 1024L);
      source.setDaemon(true);
      source.start();
      join(source, name + " at " + at + ": the source");
      join(owner, name + " at " + at + ": the owner");
    }
  }

  /** Signals from one of the last frames. */
  private static void send(Wait wait, int at) {
    AtomicInteger level = new AtomicInteger();
    boolean threw = false;
    try {
      deep(
          () -> {
            if (level.incrementAndGet() == at) {
              wait.send();
              throw new Enough();
            }
          },
          new AtomicInteger(-10_000));
    } catch (StackOverflowError e) {
      threw = true;
    } catch (Enough e) {
      // sent
    }
    wait.end(threw);
  }
}
