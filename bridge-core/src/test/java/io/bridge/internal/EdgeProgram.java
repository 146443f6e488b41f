package io.bridge.internal;

import io.bridge.Await;
import io.bridge.Coroutine;
import io.bridge.CoroutineScope;
import io.bridge.Publishers;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
abstract class EdgeProgram {

  static final Duration LONG = Duration.ofMinutes(10);
  private static final int MANY = 5;
  private static final long HANGS_MILLIS = 5_000;

  private int defects;

  /** One operation; it may throw, wherever the stack ends. */
  interface Operation {
    void run() throws Exception;
  }

  final boolean isEnough() {
    return defects >= MANY;
  }

  final void exit() {
    System.out.println("done, defects: " + defects);
    System.exit(0);
  }

  // sources

  static Publisher<Integer> now(int items) {
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

  static void otherThread() {
    while (true) {
      for (Job job = JOBS.getAndSet(null); job != null; job = job.older) {
        answer(job.to);
      }
      LockSupport.parkNanos(20_000);
    }
  }

  static Publisher<Integer> later() {
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

  static class Sink<T> implements Subscriber<T> {
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

  static void startOther() {
    Thread.currentThread().getStackTrace(); // a class that meets the edge first is lost for good
    Thread.ofPlatform().daemon().name("other").start(EdgeProgram::otherThread);
  }

  static void scope() throws Exception {
    try (CoroutineScope<Object, ?> scope = CoroutineScope.open()) {
      scope.fork(() -> 1);
      scope.fork(() -> Await.awaitSingle(later()));
      scope.join();
    }
  }

  // afterwards

  final void join(Thread thread, String name) {
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

  final void defect(String what) {
    defects++;
    System.out.println("DEFECT " + what);
  }

  /** All others still work. */
  final void others(String after) {
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
    expect(after, "a scope", EdgeProgram::scope);
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

  final void expect(String after, String what, Operation operation) {
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

  static void ended(Coroutine<?> coroutine) throws InterruptedException {
    CountDownLatch end = new CountDownLatch(1);
    coroutine.onCompletion(c -> end.countDown());
    if (!end.await(8, TimeUnit.SECONDS)) {
      throw new IllegalStateException("still " + coroutine);
    }
  }
}
