package io.bridge;

import static io.bridge.Scopes.LONG;
import static io.bridge.Scopes.SHORT;
import static io.bridge.Scopes.assertFree;
import static io.bridge.Scopes.awaitCancelled;
import static io.bridge.Scopes.failing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.CoroutineScope.Joiner;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A9 S4 the block of a scope")
@Timeout(60)
class ScopeBlockTest {

  /** Throws when it is told of the end of a coroutine. */
  private record Throwing(RuntimeException failure) implements Joiner<Object, @Nullable Void> {
    @Override
    public boolean onComplete(Coroutine<? extends Object> child) {
      throw failure;
    }

    @Override
    public @Nullable Void result() {
      return null;
    }
  }

  /** How a scope ends while its block runs. */
  enum Ending {
    UNCHECKED {
      @Override
      void end(CoroutineScope<Object, ?> scope) {
        failing(scope, FAILURE);
      }

      @Override
      void assertThrown(@Nullable Throwable thrown) {
        assertThat(thrown).isSameAs(FAILURE);
      }
    },
    ERROR {
      @Override
      void end(CoroutineScope<Object, ?> scope) {
        failing(scope, FATAL);
      }

      @Override
      void assertThrown(@Nullable Throwable thrown) {
        assertThat(thrown).isSameAs(FATAL);
      }
    },
    CHECKED {
      @Override
      void end(CoroutineScope<Object, ?> scope) {
        failing(scope, DISK);
      }

      @Override
      void assertThrown(@Nullable Throwable thrown) {
        assertThat(thrown).isInstanceOf(CompletionException.class).cause().isSameAs(DISK);
      }
    },
    JOINER {
      @Override
      CoroutineScope<Object, ?> open() {
        return CoroutineScope.open(new Throwing(FAILURE));
      }

      @Override
      void end(CoroutineScope<Object, ?> scope) {
        scope.fork(() -> "a");
      }

      @Override
      void assertThrown(@Nullable Throwable thrown) {
        assertThat(thrown).isSameAs(FAILURE);
      }
    },
    TIMEOUT {
      @Override
      CoroutineScope<Object, ?> open() {
        return CoroutineScope.<Object, @Nullable Void>open(
            Joiner.awaitAll(), config -> config.withTimeout(SHORT));
      }

      @Override
      void end(CoroutineScope<Object, ?> scope) {}

      @Override
      void assertThrown(@Nullable Throwable thrown) {
        assertThat(thrown)
            .isInstanceOfSatisfying(
                AwaitTimeoutException.class, e -> assertThat(e.timeout()).isEqualTo(SHORT));
      }
    },
    CANCEL {
      @Override
      void end(CoroutineScope<Object, ?> scope) {
        scope.cancel("enough");
      }

      @Override
      void assertThrown(@Nullable Throwable thrown) {
        assertThat(thrown).isExactlyInstanceOf(CancellationException.class).hasMessage("enough");
      }
    },
    CLOSED_BY_ANOTHER_THREAD {
      @Override
      void end(CoroutineScope<Object, ?> scope) {
        Fork.platform(() -> scope.close());
      }

      @Override
      void assertThrown(@Nullable Throwable thrown) {
        assertThat(thrown).isExactlyInstanceOf(CancellationException.class);
      }
    };

    CoroutineScope<Object, ?> open() {
      return CoroutineScope.open();
    }

    abstract void end(CoroutineScope<Object, ?> scope);

    abstract void assertThrown(@Nullable Throwable thrown);
  }

  @SuppressWarnings("StaticAssignmentOfThrowable") // compared by identity, its trace is of no use
  private static final IllegalStateException FAILURE = new IllegalStateException("child");

  @SuppressWarnings("StaticAssignmentOfThrowable")
  private static final IOException DISK = new IOException("disk");

  @SuppressWarnings("StaticAssignmentOfThrowable")
  private static final NoClassDefFoundError FATAL = new NoClassDefFoundError("thrown");

  static Stream<Arguments> everywhere() {
    return Stream.of(TimeoutTest.On.values())
        .flatMap(on -> Stream.of(Ending.values()).map(how -> Arguments.of(on, how)));
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  @DisplayName(
      "A9 sticky: until the join every await in it throws what join throws; then it is free")
  void sticky(TimeoutTest.On on, Ending how) {
    Probe<String> probe = new Probe<>();
    on.run(() -> {
      try (CoroutineScope<Object, ?> scope = how.open()) {
        assertFree();
        how.end(scope);
        awaitCancelled();
        how.assertThrown(catchThrowable(() -> Await.await(probe)));
        Races.spinUntil("the flag is up", Thread::interrupted); // who cancels tells that first
        how.assertThrown(catchThrowable(() -> Await.await(probe)));
        how.assertThrown(catchThrowable(Coroutine::checkCancelled));
        assertThat(scope.isCancelled()).isTrue();
        assertThat(Coroutine.isCancelled()).isTrue();
        how.assertThrown(catchThrowable(scope::join));
        assertFree();
        how.assertThrown(catchThrowable(scope::join));
      }
      assertFree();
      return "done";
    });
    assertThat(probe.subscriptions()).isZero();
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  @DisplayName("A9 without a join the block is free behind close, and its flag is down")
  void closed(TimeoutTest.On on, Ending how) {
    on.run(() -> {
      try (Undelivered lost = new Undelivered()) {
        try (CoroutineScope<Object, ?> scope = how.open()) {
          how.end(scope);
          awaitCancelled();
          how.assertThrown(catchThrowable(Coroutine::checkCancelled));
        }
        assertFree();
        assertThat(lost.failures()).isEmpty(); // the block has thrown it
      }
      return "done";
    });
  }

  @ParameterizedTest
  @EnumSource(TimeoutTest.On.class)
  @DisplayName("A5 S4 a failure ends the await that the block is in, and cancels its source once")
  void failureEndsTheAwait(TimeoutTest.On on) {
    Probe<String> probe = new Probe<>();
    Thread thread =
        on.run(() -> {
          try (var scope = CoroutineScope.open()) {
            scope.fork(() -> {
              probe.awaitRequest();
              throw FAILURE;
            });
            assertThatThrownBy(() -> Await.await(probe)).isSameAs(FAILURE);
            assertThatThrownBy(scope::join).isSameAs(FAILURE);
          }
          assertFree();
          return Thread.currentThread();
        });
    assertThat(probe.cancelThreads()).containsExactly(thread);
  }

  @ParameterizedTest
  @EnumSource(TimeoutTest.On.class)
  @DisplayName("A9 S4 a blocking call of the JDK in the block of a failed scope is interrupted")
  void blockingCall(TimeoutTest.On on) {
    on.run(() -> {
      try (var scope = CoroutineScope.open()) {
        failing(scope, FAILURE);
        assertThatThrownBy(Scopes::forever).isInstanceOf(InterruptedException.class);
        assertThatThrownBy(scope::join).isSameAs(FAILURE);
      }
      assertFree();
      return "done";
    });
  }

  @ParameterizedTest
  @EnumSource(TimeoutTest.On.class)
  @DisplayName("A9 S2 a joiner that has enough cancels the others, and the block goes on")
  void enough(TimeoutTest.On on) {
    on.run(() -> {
      try (var scope = CoroutineScope.open(Joiner.<String>anySuccessfulOrThrow())) {
        scope.fork(Scopes::forever);
        scope.fork(() -> "a");
        awaitCancelled(scope);
        assertFree();
        assertThat(scope.join()).isEqualTo("a");
      }
      assertFree();
      return "done";
    });
  }

  @ParameterizedTest
  @EnumSource(TimeoutTest.On.class)
  @DisplayName("A9 the failure of a coroutine behind the join does not reach the block any more")
  void failureAfterJoin(TimeoutTest.On on) {
    on.run(() -> {
      try (var scope = CoroutineScope.open()) {
        scope.join();
        failing(scope, FAILURE);
        awaitCancelled(scope);
        assertFree();
        assertThatThrownBy(scope::join).isSameAs(FAILURE);
      }
      return "done";
    });
  }

  @ParameterizedTest
  @EnumSource(TimeoutTest.On.class)
  @DisplayName("A9 a shield in a failed block hides the failure until its end")
  void shieldInside(TimeoutTest.On on) {
    on.run(() -> {
      try (var scope = CoroutineScope.open()) {
        failing(scope, FAILURE);
        awaitCancelled();
        Coroutine.shield(Scopes::assertFree);
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        assertThatThrownBy(Coroutine::checkCancelled).isSameAs(FAILURE);
        assertThatThrownBy(scope::join).isSameAs(FAILURE);
      }
      assertFree();
      return "done";
    });
  }

  @ParameterizedTest
  @EnumSource(TimeoutTest.On.class)
  @DisplayName("T2 A9 a timeout inside the block ends what it awaits, not the scope")
  void timeoutInside(TimeoutTest.On on) {
    on.run(() -> {
      CountDownLatch go = new CountDownLatch(1);
      try (var scope = CoroutineScope.open(Joiner.<String>allSuccessfulOrThrow())) {
        scope.fork(() -> {
          go.await();
          return "a";
        });
        assertThatThrownBy(() -> Coroutine.withTimeout(SHORT, () -> Await.delay(LONG)))
            .isExactlyInstanceOf(AwaitTimeoutException.class);
        assertThatThrownBy(
                () -> Coroutine.withTimeout(SHORT, () -> Await.awaitSingle(new Probe<>())))
            .isExactlyInstanceOf(AwaitTimeoutException.class);
        assertThat(scope.isCancelled()).isFalse();
        go.countDown();
        assertThat(scope.join()).containsExactly("a");
      }
      assertFree();
      return "done";
    });
  }

  @ParameterizedTest
  @EnumSource(TimeoutTest.On.class)
  @DisplayName("T2 A9 the failure of the scope passes a timeout inside the block as itself")
  void failureInsideTimeout(TimeoutTest.On on) {
    on.run(() -> {
      try (var scope = CoroutineScope.open()) {
        failing(scope, FAILURE);
        assertThatThrownBy(() -> Coroutine.withTimeout(LONG, () -> Await.delay(LONG)))
            .isSameAs(FAILURE);
        assertThatThrownBy(scope::join).isSameAs(FAILURE);
      }
      assertFree();
      return "done";
    });
  }

  @Test
  @DisplayName("A9 an interrupt of a plain thread ends the join; the flag is up behind close")
  void foreignInterrupt() {
    for (Where where : Where.values()) {
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch ended = new CountDownLatch(1);
      Fork<Boolean> fork =
          where.fork(() -> {
            try (var scope = CoroutineScope.open()) {
              scope.fork(() -> {
                try {
                  begun.countDown();
                  Scopes.forever();
                } finally {
                  ended.countDown();
                }
              });
              assertThatThrownBy(scope::join).isExactlyInstanceOf(CancellationException.class);
              assertThat(scope.isCancelled()).as("the wait only").isFalse();
              assertThat(Thread.currentThread().isInterrupted()).isTrue();
            }
            return Thread.interrupted() && ended.getCount() == 0;
          });
      Eventually.until("the child runs", () -> begun.getCount() == 0);
      fork.awaitParked().interrupt();
      assertThat(fork.join()).as("%s", where).isTrue();
    }
  }

  @Test
  @DisplayName("C1 A9 the context of the block is that of the code around it")
  void context() {
    CoroutineContext.Key<String> key = CoroutineContext.Key.of("key");
    CoroutineContext.<String, RuntimeException>with(
        key,
        "outside",
        () -> {
          try (var scope = CoroutineScope.open()) {
            assertThat(CoroutineContext.current().get(key)).isEqualTo("outside");
            CoroutineContext.<String, RuntimeException>with(key, "inside", () -> scope.join());
            assertThat(CoroutineContext.current().get(key)).isEqualTo("outside");
          }
          assertThat(CoroutineContext.current().get(key)).isEqualTo("outside");
        });
    assertThat(CoroutineContext.current()).isSameAs(CoroutineContext.empty());
    Await.delay(Duration.ofNanos(1));
  }
}
