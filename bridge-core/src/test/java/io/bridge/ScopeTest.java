package io.bridge;

import static io.bridge.Scopes.assertFree;
import static io.bridge.Scopes.awaitEnd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.Coroutine.State;
import io.bridge.CoroutineScope.Joiner;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("S2 S3 a scope")
@Timeout(60)
class ScopeTest {

  @ParameterizedTest
  @EnumSource(TimeoutTest.On.class)
  @DisplayName("S2 open, fork, join, get, on any thread that may block")
  void join(TimeoutTest.On on) {
    on.run(() -> {
      try (var scope = CoroutineScope.open()) {
        Coroutine<String> a = scope.fork(() -> "a");
        Coroutine<Integer> one = scope.fork(() -> 1);
        Coroutine<?> nothing = scope.fork(() -> {});
        assertThat(scope.join()).isNull();
        assertThat(a.get() + one.get()).isEqualTo("a1");
        assertThat(nothing.get()).isNull();
        assertThat(nothing.state()).isEqualTo(State.SUCCEEDED);
        assertThat(scope.isCancelled()).isFalse();
      }
      assertFree();
      return "done";
    });
  }

  @Test
  @DisplayName("S2 with no coroutine at all: join returns at once, close too; so without a join")
  void empty() {
    try (var scope = CoroutineScope.open()) {
      assertThat(scope.join()).isNull();
      assertThat(scope.failures()).isEmpty();
    }
    try (var scope = CoroutineScope.open()) {
      assertThat(scope.isCancelled()).isFalse();
    }
    assertFree();
  }

  @Test
  @DisplayName("S2 join may be called again, after more forks")
  void joinAgain() {
    try (var scope = CoroutineScope.open()) {
      for (int i = 0; i < 3; i++) {
        Coroutine<String> child = scope.fork(() -> "a");
        scope.join();
        assertThat(child.get()).isEqualTo("a");
        scope.join();
      }
    }
  }

  @Test
  @DisplayName("S2 join waits for all; a value can be awaited before")
  void waits() {
    Probe<String> probe = new Probe<>();
    CountDownLatch awaited = new CountDownLatch(1);
    Fork<String> fork =
        Fork.virtual(() -> {
          try (var scope = CoroutineScope.open()) {
            Coroutine<String> slow = scope.fork(() -> Await.awaitSingle(probe));
            String quick = scope.fork(() -> "a").await();
            awaited.countDown();
            scope.join();
            return quick + slow.get();
          }
        });
    probe.awaitRequest();
    fork.awaitParked();
    assertThat(fork.isDone()).isFalse();
    probe.next("b").complete();
    assertThat(fork.join()).isEqualTo("ab");
    assertThat(awaited.getCount()).isZero();
  }

  @Test
  @DisplayName("S3 forked into by other threads and by its own coroutines, at any depth")
  void forkedFromAnywhere() {
    AtomicInteger ran = new AtomicInteger();
    try (var scope = CoroutineScope.open(Joiner.<Integer>allSuccessfulOrThrow())) {
      Fork.platform(
              () -> {
                scope.fork(ran::incrementAndGet);
              })
          .join();
      forkTree(scope, ran, 6);
      scope.join();
      assertThat(ran).hasValue(1 + 127);
    }
  }

  private static int forkTree(CoroutineScope<Integer, ?> scope, AtomicInteger ran, int depth) {
    if (depth > 0) {
      scope.fork(() -> forkTree(scope, ran, depth - 1));
      scope.fork(() -> forkTree(scope, ran, depth - 1));
    }
    return ran.incrementAndGet();
  }

  @Test
  @DisplayName("S3 the block runs on the caller's thread, whose thread-locals it sees")
  void threadLocals() {
    ThreadLocal<@Nullable String> local = new ThreadLocal<>();
    local.set("caller's");
    try (var scope = CoroutineScope.open(Joiner.<@Nullable String>allSuccessfulOrThrow())) {
      assertThat(local.get()).isEqualTo("caller's");
      Body<@Nullable String, RuntimeException> get = local::get;
      scope.fork(get);
      assertThat(scope.join()).containsExactly((String) null);
    } finally {
      local.remove();
    }
  }

  @Test
  @DisplayName("A13 what was done before a fork, and by a body, is seen behind it without a lock")
  void memory() {
    List<Integer> plain = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      int turn = i;
      try (var scope = CoroutineScope.open()) {
        plain.add(turn);
        scope.fork(() -> {
          assertThat(plain).hasSize(2 * turn + 1);
          plain.add(-turn);
        });
        if (turn % 2 == 0) {
          scope.join();
        } else {
          scope.close(Scopes.LONG);
        }
        assertThat(plain).hasSize(2 * turn + 2);
      }
    }
  }

  @Test
  @DisplayName("S3 close cancels what runs and waits for it, without a join")
  void close() throws InterruptedException {
    AtomicBoolean ended = new AtomicBoolean();
    CountDownLatch begun = new CountDownLatch(1);
    try (var scope = CoroutineScope.open()) {
      scope.fork(() -> {
        begun.countDown();
        try {
          return Scopes.forever();
        } finally {
          Coroutine.shield(() -> Await.delay(Scopes.SHORT));
          ended.set(true);
        }
      });
      begun.await();
      assertThat(scope.isCancelled()).isFalse();
    }
    assertThat(ended).isTrue();
  }

  @Test
  @DisplayName(
      "S3 close when the block throws: the coroutines are cancelled, the exception is kept")
  void blockThrows() {
    IllegalStateException failure = new IllegalStateException("block");
    List<Coroutine<?>> children = new ArrayList<>();
    assertThatThrownBy(
            () -> {
              try (var scope = CoroutineScope.open()) {
                children.add(scope.fork(Scopes::forever));
                throw failure;
              }
            })
        .isSameAs(failure)
        .hasNoSuppressedExceptions();
    assertThat(children.get(0).state()).isEqualTo(State.CANCELLED);
    assertFree();
  }

  @Test
  @DisplayName("S2 a coroutine that is forked into a cancelled scope never runs")
  void forkIntoCancelled() {
    AtomicInteger ran = new AtomicInteger();
    try (var scope = CoroutineScope.open()) {
      scope.cancel("why");
      Coroutine<Integer> child = scope.fork(ran::incrementAndGet);
      awaitEnd(child);
      assertThat(child.state()).isEqualTo(State.CANCELLED);
      assertThat(child.failure()).isInstanceOf(CancellationException.class).hasMessage("why");
    }
    assertThat(ran).hasValue(0);
  }

  @Test
  @DisplayName("A2 A3 join is refused on a thread that may not block, and when it is cancelled")
  void refused() {
    try (var scope = CoroutineScope.open()) {
      Thread own = Thread.currentThread();
      try (Registration rejecting = Await.rejectOn(thread -> thread == own)) {
        assertThat(rejecting).isNotNull();
        assertThatThrownBy(scope::join).isInstanceOf(IllegalStateException.class);
      }
      own.interrupt();
      assertThatThrownBy(scope::join).isExactlyInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(scope.isCancelled()).isFalse();
      scope.join();
    }
  }
}
