package io.bridge.internal;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Await;
import io.bridge.Coroutine;
import io.bridge.testkit.Eventually;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A9 the cancel frames of a thread")
@Timeout(60)
class CancelFrameTest {

  private static final Duration LONG = Duration.ofSeconds(60);

  @Test
  @DisplayName("A13 a plain thread knows its block's frame inside, and keeps none behind it")
  void noneIsKept() {
    AtomicReference<@Nullable CancelFrame> inside = new AtomicReference<>();
    Coroutine.withTimeout(LONG, () -> inside.set(CancelFrame.ofThread()));

    assertThat(inside.get()).isInstanceOf(TimeoutFrame.class);
    assertThat(CancelFrame.ofThread()).isNull();
  }

  @Test
  @DisplayName("A5 a second cancel sends no second interrupt")
  void secondCancel() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    Coroutine<String> coroutine =
        Coroutine.start(() -> {
          try {
            begun.countDown();
            new CountDownLatch(1).await();
          } catch (InterruptedException first) {
            interrupted.countDown();
          }
          mayEnd.await();
          return Thread.currentThread().isInterrupted() ? "again" : "once";
        });
    Eventually.until("it has begun", () -> begun.getCount() == 0);
    coroutine.cancel();
    Eventually.until("it is interrupted", () -> interrupted.getCount() == 0);
    coroutine.cancel();
    coroutine.cancel("again");
    mayEnd.countDown();

    assertThat(Await.await(coroutine)).isEqualTo("once");
  }

  @Test
  @DisplayName("A9 a frame is cancelled once, by the first; the second is told so")
  void cancelledOnce() {
    AtomicReference<@Nullable CancelFrame> frame = new AtomicReference<>();
    Coroutine<String> coroutine =
        Coroutine.start(() -> {
          frame.set(CancelFrame.ofThread());
          Eventually.until("it is cancelled", Coroutine::isCancelled);
          return "ended";
        });
    Eventually.until("it runs", () -> frame.get() != null);
    CancelFrame running = requireNonNull(frame.get());

    assertThat(running.cancelFrame("first")).isTrue();
    assertThat(running.cancelFrame("second")).isFalse();
    assertThat(running.cancelReason()).isEqualTo("first");
    assertThat(CancelFrame.why(running)).isEqualTo("first");
    assertThat(CancelFrame.why(null)).isEqualTo("interrupted while awaiting");
    Eventually.until("it ends", coroutine::isDone);
  }
}
