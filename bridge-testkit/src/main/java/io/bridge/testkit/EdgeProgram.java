package io.bridge.testkit;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * What the programs have in common that bring Errors into our own methods: sources, another thread
 * that answers, and a look at whether all others of the JVM still work.
 */
public abstract class EdgeProgram {

  /** How long something waits that is not to end by itself. */
  protected static final Duration LONG = Duration.ofMinutes(10);

  private static final int MANY = 5;
  private static final long HANGS_MILLIS = 5_000;

  private final Map<String, Fork.Action> others;
  private int defects;

  /** {@code others} must still work after each operation. */
  protected EdgeProgram(Map<String, Fork.Action> others) {
    this.others = others;
  }

  /** Whether more defects would tell nothing more. */
  protected final boolean isEnough() {
    return defects >= MANY;
  }

  /** Says how many defects there were, and ends the program. */
  protected final void exit() {
    System.out.println("done, defects: " + defects);
    System.exit(0);
  }

  // sources

  /** A source of so many items, on the thread that requests. */
  protected static Publisher<Integer> now(int items) {
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
  private record Job(Runnable task, @Nullable Job older) {}

  private static final AtomicReference<@Nullable Job> JOBS = new AtomicReference<>();

  private static void otherThread() {
    while (true) {
      for (Job job = JOBS.getAndSet(null); job != null; job = job.older) {
        quietly(job.task::run);
      }
      LockSupport.parkNanos(20_000);
    }
  }

  /** Has the other thread run {@code task}. */
  protected static void inOther(Runnable task) {
    Job newest;
    do {
      newest = JOBS.get();
    } while (!JOBS.compareAndSet(newest, new Job(task, newest)));
  }

  /** A source of one item, on the other thread. */
  protected static Publisher<Integer> later() {
    return subscriber ->
        subscriber.onSubscribe(
            new Subscription() {
              @Override
              public void request(long n) {
                inOther(() -> answer(subscriber));
              }

              @Override
              public void cancel() {}
            });
  }

  /** A subscriber that takes all there is. */
  public static class Sink<T> implements Subscriber<T> {
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

  private static void answer(Subscriber<? super Integer> to) {
    try {
      to.onNext(1);
      to.onComplete();
    } catch (Throwable t) {
      to.onError(t);
    }
  }

  /** Starts the other thread. */
  protected static void startOther() {
    Thread.currentThread().getStackTrace(); // a class that meets the edge first is lost for good
    Thread.ofPlatform().daemon().name("other").start(EdgeProgram::otherThread);
  }

  // afterwards

  /** Waits for {@code thread}; one that hangs is a defect. */
  protected final void join(Thread thread, String name) {
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

  /** Prints a defect. */
  protected final void defect(String what) {
    defects++;
    System.out.println("DEFECT " + what);
  }

  /** All others still work. */
  protected final void others(String after) {
    others.forEach((what, operation) -> expect(after, what, operation));
  }

  /** Runs an operation that must succeed, on a thread of its own. */
  protected final void expect(String after, String what, Fork.Action operation) {
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

  /** Runs an operation that may fail. */
  protected static void quietly(Fork.Action operation) {
    try {
      operation.run();
    } catch (Throwable t) {
      // an end
    }
  }
}
