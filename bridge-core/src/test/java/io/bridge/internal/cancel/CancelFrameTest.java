package io.bridge.internal.cancel;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Await;
import io.bridge.Coroutine;
import io.bridge.fixtures.Eventually;
import java.time.Duration;
import java.util.concurrent.CancellationException;
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
    Coroutine.withTimeout(LONG, () -> inside.set(CurrentFrame.ofThread()));

    assertThat(inside.get()).isInstanceOf(TimeoutFrame.class);
    assertThat(CurrentFrame.ofThread()).isNull();
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
          frame.set(CurrentFrame.ofThread());
          Eventually.until("it is cancelled", Coroutine::isCancelled);
          return "ended";
        });
    Eventually.until("it runs", () -> frame.get() != null);
    CancelFrame running = requireNonNull(frame.get());

    assertThat(running.cancelFrame("first")).isTrue();
    assertThat(running.cancelFrame("second")).isFalse();
    assertThat(running.cancelReason()).isEqualTo("first");
    assertThat(Cancellation.why(running)).isEqualTo("first");
    assertThat(Cancellation.why(null)).isEqualTo("interrupted while awaiting");
    Eventually.until("it ends", coroutine::isDone);
  }

  @Test
  @DisplayName("B6 cleanup inside a signal leaves the window closed; outside it opens again")
  void cleanupInsideSignal() {
    Coroutine<String> coroutine =
        Coroutine.start(() -> {
          CancelFrame frame = requireNonNull(CurrentFrame.ofThread());
          StringBuilder open = new StringBuilder();
          frame.beginSignal();
          Cancellation.outsideWindow(frame, () -> open.append(frame.window.isOpen()));
          open.append(' ').append(frame.window.isOpen());
          frame.endSignal();
          Cancellation.outsideWindow(frame, () -> open.append(' ').append(frame.window.isOpen()));
          return open.append(' ').append(frame.window.isOpen()).toString();
        });

    assertThat(Await.await(coroutine)).isEqualTo("false false false true");
  }

  @Test
  @DisplayName("A7 A9 what a source threw is our cancellation if it is an echo of one, flag up")
  void isCancellation() {
    CancellationException echo = new CancellationException("echo");
    InterruptedException elsewhere = new InterruptedException("not of an await");
    IllegalStateException failure = new IllegalStateException("of the source");
    Coroutine<String> coroutine =
        Coroutine.start(() -> {
          CancelFrame frame = requireNonNull(CurrentFrame.ofThread());
          StringBuilder seen = new StringBuilder();
          seen.append(Cancellation.isCancellation(echo, frame));
          seen.append(Cancellation.isCancellation(elsewhere, frame));
          frame.cancelFrame("why");
          Thread.interrupted(); // as by code that took it down
          seen.append(' ').append(Cancellation.isCancellation(failure, frame));
          seen.append(Thread.interrupted());
          seen.append(' ').append(Cancellation.isCancellation(echo, frame));
          seen.append(Thread.interrupted());
          seen.append(' ').append(Cancellation.thrown(echo, frame).getMessage());
          return seen.toString();
        });
    Eventually.until("it ends", coroutine::isDone);

    assertThat(coroutine.get()).isEqualTo("falsefalse falsefalse truetrue why");
    assertThat(Cancellation.isCancellation(elsewhere, null)).isFalse();
    assertThat(Thread.interrupted()).isFalse();
  }
}
