package io.bridge;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.CoroutineScope.Joiner;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A9 B6 a block that is left inside a signal, and the interrupts of others")
@Timeout(60)
class BlockFrameTest {

  private final AtomicReference<@Nullable CoroutineScope<String, @Nullable Void>> scope =
      new AtomicReference<>();
  private final List<String> seen = new ArrayList<>();
  private final Undelivered lost = new Undelivered();

  @AfterEach
  void close() {
    lost.close();
  }

  /** The scope of the body fails inside onNext, where it is then closed. */
  private SignalLog closingInSignal(Runnable beforeClose) {
    return new SignalLog()
        .onNext(subscription -> {
          CoroutineScope<String, @Nullable Void> opened = requireNonNull(scope.get());
          Scopes.failed(opened, new IllegalStateException("of the child"));
          Scopes.awaitCancelled(opened);
          beforeClose.run();
          opened.close();
          seen.add("flag in the signal " + Thread.currentThread().isInterrupted());
        });
  }

  private void open() {
    scope.set(CoroutineScope.open(Joiner.<String>awaitAllSuccessfulOrThrow()));
  }

  @Test
  @DisplayName("B6 S3 only the block was cancelled: behind the signal its coroutine is free")
  void blockOnly() {
    SignalLog log = closingInSignal(() -> {});
    Publishers.<String>publisher(
            emitter -> {
              open();
              emitter.emit("a");
              Scopes.assertFree();
              emitter.emit("b");
            })
        .subscribe(log.onEnd(subscription -> {}));
    log.request(1);
    Eventually.until("closed", () -> !seen.isEmpty());
    log.onNext(subscription -> {}).request(1);
    Eventually.until("the end", () -> log.signals().size() == 3);

    assertThat(log.signals()).containsExactly("next a", "next b", "complete");
    assertThat(seen).containsExactly("flag in the signal false");
    assertThat(lost.failures()).hasSize(1);
  }

  @Test
  @DisplayName(
      "A9 B6 its coroutine was cancelled as well: interrupted behind the signal, not in it")
  void coroutineToo() {
    AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    AtomicReference<@Nullable SignalLog> subscriber = new AtomicReference<>();
    SignalLog log =
        closingInSignal(() -> {
          SignalLog self = requireNonNull(subscriber.get());
          Fork.platform(() -> self.cancel()).join();
        });
    subscriber.set(log);
    Publishers.<String>publisher(
            emitter -> {
              open();
              var unused = catchThrowable(() -> emitter.emit("a"));
              seen.add("flag behind it " + Thread.currentThread().isInterrupted());
              thrown.set(catchThrowable(() -> Thread.sleep(Scopes.LONG)));
            })
        .subscribe(log);
    log.request(1);
    Eventually.until("the body goes on", () -> thrown.get() != null);

    assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
    assertThat(seen).containsExactly("flag in the signal false", "flag behind it true");
  }

  @Test
  @DisplayName("T1 A9 somebody else's interrupt ends a wait in a block on a plain thread")
  void interruptOnPlainThread() {
    Fork<String> fork =
        Fork.platform(() -> {
          Throwable thrown =
              catchThrowable(
                  () -> Coroutine.withTimeout(Scopes.LONG, () -> Await.<String>suspend(s -> {})));
          assertThat(thrown).isExactlyInstanceOf(CancellationException.class);
          assertThat(Thread.interrupted()).as("set again").isTrue();
          return "ended";
        });
    fork.awaitParked().interrupt();

    assertThat(fork.join()).isEqualTo("ended");
  }

  @Test
  @DisplayName("T1 A9 inside a shield it does not: the wait goes on, and the flag is up behind it")
  void interruptInShield() {
    AtomicReference<@Nullable Suspension<? super String>> source = new AtomicReference<>();
    Fork<String> fork =
        Fork.platform(() -> {
          String value =
              Coroutine.shield(() ->
                  Coroutine.withTimeout(
                      Scopes.LONG, () -> Await.<String>suspend(s -> source.set(s))));
          assertThat(Thread.interrupted()).as("kept").isTrue();
          return value;
        });
    Eventually.until("it waits", () -> source.get() != null);
    fork.awaitParked().interrupt();
    Eventually.until(
        "the interrupt is taken", () -> fork.isDone() || !fork.thread().isInterrupted());
    fork.awaitParked();
    requireNonNull(source.get()).resume("value");

    assertThat(fork.join()).isEqualTo("value");
  }
}
