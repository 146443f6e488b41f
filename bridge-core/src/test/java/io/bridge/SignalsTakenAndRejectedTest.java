package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.testkit.Eventually;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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

  private static boolean isParked(@Nullable Thread thread) {
    return thread != null && thread.getState() == Thread.State.WAITING;
  }
}
