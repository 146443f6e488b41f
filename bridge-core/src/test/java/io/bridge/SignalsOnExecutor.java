package io.bridge;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Flows;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** What the tests of signals on an executor share: executors and bodies in the hands of a test. */
abstract class SignalsOnExecutor {

  static final Duration MINUTE = Duration.ofMinutes(1);

  /** Both ways to say it. */
  enum Form {
    PUBLISHER {
      @Override
      Publisher<String> of(Executor signals, Emitter.Body<String> body) {
        return Publishers.publisher(signals, body);
      }
    },
    FLOW {
      @Override
      Publisher<String> of(Executor signals, Emitter.Body<String> body) {
        return Flows.through(Publishers.flowPublisher(signals, body));
      }
    };

    abstract Publisher<String> of(Executor signals, Emitter.Body<String> body);
  }

  /** An executor in the hands of a test, which runs what it was given when it says so. */
  static final class Held implements Executor {
    private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();

    @Override
    public void execute(Runnable task) {
      tasks.add(task);
    }

    Runnable next() {
      Eventually.until("a task", () -> !tasks.isEmpty());
      return requireNonNull(tasks.poll());
    }

    /** Returns when a task waits. */
    Held awaitTask() {
      Eventually.until("a task", () -> !tasks.isEmpty());
      return this;
    }

    boolean isEmpty() {
      return tasks.isEmpty();
    }

    /** Runs what comes until {@code enough}. */
    void runUntil(BooleanSupplier enough) {
      Eventually.until(
          "enough tasks",
          () -> {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
              task.run();
            }
            return enough.getAsBoolean();
          });
    }
  }

  /** Rejects the tasks that the test says, by their number from 1 on; runs the others at once. */
  static final class Rejecting implements Executor {
    final List<RejectedExecutionException> rejections = new CopyOnWriteArrayList<>();
    private final List<Integer> rejected;
    private final AtomicInteger count = new AtomicInteger();

    Rejecting(Integer... rejected) {
      this.rejected = List.of(rejected);
    }

    @Override
    public void execute(Runnable task) {
      int number = count.incrementAndGet();
      if (rejected.contains(number)) {
        RejectedExecutionException rejection = new RejectedExecutionException("task " + number);
        rejections.add(rejection);
        throw rejection;
      }
      task.run();
    }
  }

  /** What a body saw, for the test's thread. */
  static final class Body {
    final AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
    final AtomicReference<@Nullable Emitter<String>> emitter = new AtomicReference<>();
    final List<Throwable> thrown = new CopyOnWriteArrayList<>();
    final CountDownLatch end = new CountDownLatch(1);

    /** The code, run in a way that lets the test wait for its end. */
    Emitter.Body<String> of(Emitter.Body<String> code) {
      return newEmitter -> {
        thread.set(Thread.currentThread());
        emitter.set(newEmitter);
        try {
          code.run(newEmitter);
        } finally {
          end.countDown();
        }
      };
    }

    /** Emits, and keeps what that throws. */
    void emit(String item) {
      Throwable failure = catchThrowable(() -> emitter().emit(item));
      if (failure != null) {
        thrown.add(failure);
      }
    }

    Emitter<String> emitter() {
      return requireNonNull(emitter.get());
    }

    void awaitParked() {
      Eventually.until("the body waits", () -> isParked(thread.get()));
    }

    void awaitEnd() {
      Eventually.until("the end of the body", () -> end.getCount() == 0);
    }

    /** Returns when the thread is gone, and with it all that the body may still signal. */
    void awaitGone() {
      Eventually.until("the end of the body", () -> isGone(thread.get()));
    }
  }

  final Body body = new Body();
  final ExecutorService single =
      Executors.newSingleThreadExecutor(task -> new Thread(task, "signals"));
  final Undelivered lost = new Undelivered();

  @AfterEach
  void nothingIsLeft() {
    lost.close();
    single.shutdownNow();
    assertThat(Thread.interrupted()).isFalse();
  }

  static boolean isParked(@Nullable Thread thread) {
    return thread != null && thread.getState() == Thread.State.WAITING && !thread.isInterrupted();
  }

  static boolean isGone(@Nullable Thread thread) {
    return thread != null && !thread.isAlive();
  }

  static void await(CountDownLatch latch) {
    Eventually.until("a latch", () -> latch.getCount() == 0);
  }

  /** Notes for each signal the name of the thread that brings it. */
  static final class Noting implements Subscriber<String> {
    final List<String> signals = new CopyOnWriteArrayList<>();
    final CountDownLatch end = new CountDownLatch(1);

    private void note(String signal) {
      signals.add(signal + " on " + Thread.currentThread().getName());
    }

    @Override
    public void onSubscribe(Subscription subscription) {
      note("subscribed");
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(String item) {
      note(item);
    }

    @Override
    public void onError(Throwable failure) {
      note("failed");
      end.countDown();
    }

    @Override
    public void onComplete() {
      note("completed");
      end.countDown();
    }
  }

  static Stream<Named<Executor>> working() {
    Executor direct = Runnable::run;
    return Stream.of(
        Named.of("the emitting thread", direct),
        Named.of("a virtual thread for each", Thread::startVirtualThread));
  }
}
