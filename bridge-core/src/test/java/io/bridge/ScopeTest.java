package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.CoroutineScope.Joiner;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("S2 S3 S4 a scope")
class ScopeTest {

  private final IllegalStateException failure = new IllegalStateException("child");

  /** Waits until it is cancelled. */
  private static String forever() throws InterruptedException {
    new CountDownLatch(1).await();
    return "never";
  }

  @Test
  @DisplayName("S2 open, fork, join, get")
  void join() {
    try (var scope = CoroutineScope.open()) {
      Coroutine<String> a = scope.fork(() -> "a");
      Coroutine<Integer> one = scope.fork(() -> 1);
      Coroutine<?> nothing = scope.fork(() -> {});
      scope.join();
      assertThat(a.get() + one.get()).isEqualTo("a1");
      assertThat(nothing.state()).isEqualTo(Coroutine.State.SUCCEEDED);
    }
  }

  @Test
  @DisplayName("S4 the first failure cancels the others and is what join throws, the same object")
  void firstFailure() {
    try (var scope = CoroutineScope.open()) {
      Coroutine<String> other = scope.fork(ScopeTest::forever);
      scope.fork(() -> {
        throw failure;
      });
      assertThatThrownBy(scope::join).isSameAs(failure);
      assertThat(other.state()).isEqualTo(Coroutine.State.CANCELLED);
      assertThat(scope.failures()).containsExactly(failure);
    }
  }

  @Test
  @DisplayName("A7 S4 a checked failure is the cause of a CompletionException")
  void checked() {
    IOException checked = new IOException("child");
    try (var scope = CoroutineScope.open()) {
      scope.fork(() -> {
        throw checked;
      });
      assertThatThrownBy(scope::join).isInstanceOf(CompletionException.class).hasCause(checked);
    }
  }

  @Test
  @DisplayName("A9 S4 an await in the block of a failed scope throws the failure")
  void blockIsCancelled() {
    try (var scope = CoroutineScope.open()) {
      scope.fork(() -> {
        throw failure;
      });
      assertThatThrownBy(() -> Await.delay(Duration.ofDays(1))).isSameAs(failure);
      assertThatThrownBy(Coroutine::checkCancelled).isSameAs(failure);
    }
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    Await.delay(Duration.ofNanos(1));
  }

  @Test
  @DisplayName("A9 S4 a blocking call in the block of a failed scope is interrupted")
  void blockIsInterrupted() {
    AtomicBoolean interrupted = new AtomicBoolean();
    try (var scope = CoroutineScope.open()) {
      scope.fork(() -> {
        throw failure;
      });
      try {
        forever();
      } catch (InterruptedException e) {
        interrupted.set(true);
      }
      assertThatThrownBy(scope::join).isSameAs(failure);
      Await.delay(Duration.ofNanos(1)); // after join the block is free again
    }
    assertThat(interrupted).isTrue();
  }

  @Test
  @DisplayName("S3 close cancels what runs and waits for it")
  void close() throws InterruptedException {
    CountDownLatch began = new CountDownLatch(1);
    AtomicBoolean ended = new AtomicBoolean();
    try (var scope = CoroutineScope.open()) {
      scope.fork(() -> {
        began.countDown();
        try {
          return forever();
        } finally {
          Coroutine.shield(() -> Await.delay(Duration.ofMillis(20)));
          ended.set(true);
        }
      });
      began.await();
      assertThat(scope.isCancelled()).isFalse();
    }
    assertThat(ended).isTrue();
  }

  @Test
  @DisplayName("S2 the first success is the result, the others are cancelled")
  void any() {
    try (var scope = CoroutineScope.open(Joiner.<String>anySuccessfulOrThrow())) {
      Coroutine<String> slow = scope.fork(ScopeTest::forever);
      scope.fork(() -> "fast");
      assertThat(scope.join()).isEqualTo("fast");
      assertThat(slow.state()).isEqualTo(Coroutine.State.CANCELLED);
      Await.delay(Duration.ofNanos(1));
    }
  }

  @Test
  @DisplayName("S2 all values in the order of the forks")
  void all() {
    try (var scope = CoroutineScope.open(Joiner.<Integer>allSuccessfulOrThrow())) {
      for (int i = 0; i < 100; i++) {
        int value = i;
        scope.fork(() -> value);
      }
      List<Integer> values = scope.join();
      assertThat(values).hasSize(100).isSorted();
    }
  }

  @Test
  @DisplayName("T1 S2 the scope's timeout")
  void timeout() {
    try (var scope =
        CoroutineScope.open(
            Joiner.awaitAll(), config -> config.withTimeout(Duration.ofMillis(20)))) {
      scope.fork(ScopeTest::forever);
      assertThatThrownBy(scope::join).isExactlyInstanceOf(AwaitTimeoutException.class);
    }
  }

  @Test
  @DisplayName("S3 the cancel of a coroutine reaches the coroutines of its scopes")
  void grandchildren() throws InterruptedException {
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch began = new CountDownLatch(1);
    Coroutine<?> parent =
        Coroutine.start(() -> {
          try (var scope = CoroutineScope.open()) {
            scope.fork(() -> {
              try (var inner = CoroutineScope.open()) {
                inner.fork(() -> {
                  began.countDown();
                  try {
                    forever();
                  } finally {
                    reached.countDown();
                  }
                });
                inner.join();
              }
            });
            while (reached.getCount() > 0) {
              Thread.onSpinWait(); // takes no notice
            }
          }
        });
    began.await();
    parent.cancel("why");
    reached.await();
    parent.await();
  }

  @Test
  @DisplayName("S3 a background scope")
  void background() {
    CoroutineScope<Object, @Nullable Void> scope =
        CoroutineScope.background(c -> c.withName("jobs"));
    Coroutine<String> job = scope.fork(() -> Thread.currentThread().getName());
    assertThat(job.await()).isEqualTo("jobs");
    scope.close(Duration.ofSeconds(10));
    assertThatThrownBy(() -> scope.fork(() -> 1)).isInstanceOf(IllegalStateException.class);
  }
}
