package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Eventually;
import io.bridge.internal.coroutine.BodyAwaitable;
import io.bridge.internal.stream.ValueSubscription;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;

@DisplayName("A11 B10 an executor that takes a task and throws all the same")
@Timeout(60)
class SignalsTakenAndRejectedTest {

  @Test
  @DisplayName("A11 B10 RS 1.3 emit waits for the onNext that is under way before it throws")
  void item() {
    AtomicReference<@Nullable Thread> emitter = new AtomicReference<>();
    CountDownLatch inside = new CountDownLatch(1);
    AtomicInteger tasks = new AtomicInteger();
    RejectedExecutionException rejection = new RejectedExecutionException("but it runs");
    Executor hostile =
        task -> {
          Thread.ofPlatform().daemon().start(task);
          if (tasks.getAndIncrement() == 0) {
            Eventually.until("inside onNext", () -> inside.getCount() == 0);
            throw rejection;
          }
        };
    Drain drain = new Drain(1);
    drain.onNext((self, item) -> {
      inside.countDown();
      Eventually.until(
          "emit waits, or the end has come beside this onNext",
          () -> isParked(emitter.get()) || self.ends() > 0);
    });
    Publishers.<String>publisher(
            hostile,
            e -> {
              emitter.set(Thread.currentThread());
              e.emit("a");
            })
        .subscribe(drain);
    assertThat(drain.awaitEnd().failure()).isSameAs(rejection);
    assertThat(drain.items()).containsExactly("a");
    assertThat(drain.wasLawful()).isTrue();
  }

  /** Runs a task at once, and throws. */
  private static final class RunsAndThrows implements Executor {
    private final AtomicReference<@Nullable Thread> caller = new AtomicReference<>();

    @Override
    public void execute(Runnable task) {
      caller.set(Thread.currentThread());
      task.run();
      throw new RejectedExecutionException("but it ran");
    }

    /** Whether whoever handed the task over has dealt with the rejection. */
    boolean isBehind() {
      Thread thread = caller.get();
      return thread == Thread.currentThread() || (thread != null && !thread.isAlive());
    }
  }

  @Test
  @DisplayName("A11 B5 B10 an onNext that threw: emit throws that, and it cancels")
  void throwingItem() {
    IllegalStateException failure = new IllegalStateException("onNext");
    List<Throwable> thrown = new CopyOnWriteArrayList<>();
    Drain drain =
        new Drain(Long.MAX_VALUE)
            .onNext((self, item) -> {
              throw failure;
            });
    try (Undelivered lost = new Undelivered()) {
      RunsAndThrows hostile = new RunsAndThrows();
      Publishers.<String>publisher(
              hostile,
              emitter -> {
                thrown.add(catchThrowable(() -> emitter.emit("a")));
                thrown.add(catchThrowable(() -> emitter.emit("b")));
              })
          .subscribe(drain);
      Eventually.until("the body has ended", () -> thrown.size() == 2 && hostile.isBehind());
      assertThat(thrown.get(0)).isSameAs(failure);
      assertThat(thrown.get(1)).isExactlyInstanceOf(CancellationException.class);
      assertThat(drain.items()).containsExactly("a");
      assertThat(drain.ends()).isZero();
      assertThat(lost.failures()).isEmpty();
    }
  }

  static Stream<Arguments> sources() {
    RunsAndThrows hostile = new RunsAndThrows();
    Publisher<String> value =
        subscriber -> new ValueSubscription<String>(subscriber, hostile).begin(s -> s.resume("a"));
    Publisher<String> failure =
        subscriber ->
            new ValueSubscription<String>(subscriber, hostile)
                .begin(s -> s.fail(new IOException("failure")));
    Publisher<String> body =
        Publishers.toPublisher(BodyAwaitable.<String>cold("test", () -> "a", hostile));
    Publisher<String> end = Publishers.publisher(hostile, emitter -> {});
    return Stream.of(
        Arguments.of("value", value, hostile, 1, null),
        Arguments.of("failure", failure, hostile, 0, IOException.class),
        Arguments.of("value of a body", body, hostile, 1, null),
        Arguments.of("end of a stream", end, hostile, 0, null));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("sources")
  @DisplayName("A11 A12 B10 RS 1.7 a signal that was sent is not given up, and has one end")
  void sent(
      String name,
      Publisher<String> source,
      RunsAndThrows executor,
      int items,
      @Nullable Class<?> failure) {
    try (Undelivered lost = new Undelivered()) {
      Drain drain = new Drain(1);
      source.subscribe(drain);
      drain.awaitEnd();
      Eventually.until("the rejection has been dealt with", executor::isBehind);
      assertThat(drain.ends()).isEqualTo(1);
      assertThat(drain.items()).hasSize(items);
      Throwable end = drain.failure();
      assertThat(end == null ? null : end.getClass()).isEqualTo(failure);
      assertThat(drain.wasLawful()).isTrue();
      assertThat(lost.values()).isEmpty();
      assertThat(lost.failures()).isEmpty();
    }
  }

  private static boolean isParked(@Nullable Thread thread) {
    return thread != null && thread.getState() == Thread.State.WAITING;
  }
}
