package io.bridge;

import static io.bridge.Scopes.LONG;
import static io.bridge.Scopes.assertFree;
import static io.bridge.Scopes.awaitCancelled;
import static io.bridge.Scopes.awaitEnd;
import static io.bridge.Scopes.failed;
import static io.bridge.Scopes.failing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.Coroutine.State;
import io.bridge.CoroutineScope.Joiner;
import java.io.IOException;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("S2 S4 S5 the joiners of the library")
@Timeout(60)
class JoinerTest {

  private final IllegalStateException failure = new IllegalStateException("child");
  private final IllegalStateException later = new IllegalStateException("later");

  /** The five of them. */
  enum Five {
    ALL_SUCCESSFUL {
      @Override
      Joiner<String, ?> joiner() {
        return Joiner.<String>allSuccessfulOrThrow();
      }
    },
    ANY_SUCCESSFUL {
      @Override
      Joiner<String, ?> joiner() {
        return Joiner.<String>anySuccessfulOrThrow();
      }
    },
    AWAIT_ALL_SUCCESSFUL {
      @Override
      Joiner<String, ?> joiner() {
        return Joiner.<String>awaitAllSuccessfulOrThrow();
      }
    },
    AWAIT_ALL {
      @Override
      Joiner<String, ?> joiner() {
        return Joiner.<String>awaitAll();
      }
    },
    ALL_UNTIL {
      @Override
      Joiner<String, ?> joiner() {
        return Joiner.<String>allUntil(child -> false);
      }
    };

    abstract Joiner<String, ?> joiner();

    /** Whether one failure is the scope's. */
    boolean failsFast() {
      return this == ALL_SUCCESSFUL || this == AWAIT_ALL_SUCCESSFUL;
    }
  }

  private static void cancelAlone(Coroutine<?> child) {
    child.cancel("alone");
    awaitEnd(child);
    assertThat(child.state()).isEqualTo(State.CANCELLED);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("section 8: one joiner object serves one scope; a second one names it")
  void usedTwice(Five five) {
    Joiner<String, ?> joiner = five.joiner();
    try (var scope = CoroutineScope.open(joiner)) {
      assertThatThrownBy(() -> CoroutineScope.open(joiner))
          .isExactlyInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("joiner");
      assertFree();
      scope.fork(() -> "a");
      scope.join();
    }
    assertThatThrownBy(() -> CoroutineScope.open(joiner))
        .isExactlyInstanceOf(IllegalArgumentException.class);
    assertFree();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("S5 a coroutine that is cancelled alone fails nothing and cancels no other")
  void cancelledAlone(Five five) {
    CountDownLatch go = new CountDownLatch(1);
    try (var scope = CoroutineScope.open(five.joiner())) {
      Coroutine<String> other =
          scope.fork(() -> {
            go.await();
            return "a";
          });
      cancelAlone(scope.fork(Scopes::forever));
      assertThat(scope.isCancelled()).isFalse();
      assertThat(other.isDone()).isFalse();
      assertFree();
      go.countDown();
      scope.join();
      assertThat(other.get()).isEqualTo("a");
      assertThat(scope.failures()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("S4 a failure, an Error too, cancels the others under two of the joiners only")
  void failFast(Five five) {
    for (Throwable thrown : List.of(failure, new StackOverflowError("child"), new IOException())) {
      CountDownLatch go = new CountDownLatch(1);
      try (var scope = CoroutineScope.open(five.joiner())) {
        Coroutine<String> other =
            scope.fork(() -> {
              go.await();
              return "a";
            });
        failed(scope, thrown);
        if (five.failsFast()) {
          awaitCancelled(scope);
          Throwable joined = catchThrowable(scope::join);
          assertThat(joined instanceof CompletionException ? joined.getCause() : joined)
              .isSameAs(thrown);
          assertThat(other.state()).isEqualTo(State.CANCELLED);
        } else {
          assertFree();
          go.countDown();
          scope.join();
          assertThat(other.get()).isEqualTo("a");
        }
        assertThat(scope.failures()).containsExactly(thrown);
      }
    }
  }

  @Test
  @DisplayName("S2 allSuccessfulOrThrow: the values in the order of the forks, nulls too")
  void allSuccessful() {
    CountDownLatch go = new CountDownLatch(1);
    try (var scope = CoroutineScope.open(Joiner.<@Nullable String>allSuccessfulOrThrow())) {
      scope.fork(() -> {
        go.await();
        return "first";
      });
      awaitEnd(scope.fork(Scopes.NULL));
      awaitEnd(scope.fork(() -> "third"));
      go.countDown();
      List<@Nullable String> values = scope.join();
      assertThat(values).containsExactly("first", null, "third");
      assertThatThrownBy(() -> values.add("more"))
          .isInstanceOf(UnsupportedOperationException.class);
      scope.fork(() -> "fourth");
      assertThat(scope.join()).containsExactly("first", null, "third", "fourth");
    }
  }

  @Test
  @DisplayName("S2 S5 allSuccessfulOrThrow: no fork is an empty list; a cancelled one has no value")
  void allSuccessfulEmpty() {
    try (var scope = CoroutineScope.open(Joiner.<String>allSuccessfulOrThrow())) {
      assertThat(scope.join()).isEmpty();
      cancelAlone(scope.fork(Scopes::forever));
      scope.fork(() -> "a");
      assertThat(scope.join()).containsExactly("a");
    }
  }

  @Test
  @DisplayName(
      "S2 anySuccessfulOrThrow: the first success, null too; what fails after it is nothing")
  @SuppressWarnings("try") // closed once more in the middle
  void anySuccessful() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    try (Undelivered lost = new Undelivered()) {
      try (var scope = CoroutineScope.open(Joiner.<@Nullable String>anySuccessfulOrThrow())) {
        failed(scope, failure);
        Coroutine<String> slow =
            scope.fork(() -> {
              begun.countDown();
              try {
                return Scopes.forever();
              } catch (InterruptedException e) {
                throw later;
              }
            });
        begun.await();
        scope.fork(Scopes.NULL);
        assertThat(scope.join()).isNull();
        assertThat(slow.failure()).isSameAs(later);
        assertThat(scope.failures()).containsExactly(failure, later);
        Coroutine<String> tooLate = scope.fork(() -> "too late");
        awaitEnd(tooLate);
        assertThat(tooLate.state()).isEqualTo(State.CANCELLED);
      }
      assertThat(lost.failures()).isEmpty();
    }
  }

  @Test
  @DisplayName("S2 anySuccessfulOrThrow: none succeeds: the first failure, the others suppressed")
  void noneSuccessful() {
    try (var scope = CoroutineScope.open(Joiner.<String>anySuccessfulOrThrow())) {
      failed(scope, failure);
      failing(scope, later);
      assertThatThrownBy(scope::join).isSameAs(failure).hasSuppressedException(later);
    }
  }

  @Test
  @DisplayName(
      "S2 anySuccessfulOrThrow: no fork, or all cancelled alone, is NoSuchElementException")
  void nothingSuccessful() {
    try (var scope = CoroutineScope.open(Joiner.<String>anySuccessfulOrThrow())) {
      assertThatThrownBy(scope::join).isExactlyInstanceOf(NoSuchElementException.class);
      cancelAlone(scope.fork(Scopes::forever));
      assertThatThrownBy(scope::join).isExactlyInstanceOf(NoSuchElementException.class);
    }
  }

  @Test
  @DisplayName("S2 awaitAll: waits for all, whatever they do, and returns nothing")
  void awaitAll() {
    CountDownLatch go = new CountDownLatch(1);
    try (var scope = CoroutineScope.open(Joiner.<@Nullable String>awaitAll())) {
      assertThat(scope.join()).isNull();
      Coroutine<String> slow =
          scope.fork(() -> {
            go.await();
            return "a";
          });
      failed(scope, failure);
      Coroutine<@Nullable String> nothing = scope.fork(Scopes.NULL);
      go.countDown();
      assertThat(scope.join()).isNull();
      assertThat(slow.get()).isEqualTo("a");
      assertThat(nothing.get()).isNull();
      assertThat(scope.failures()).containsExactly(failure);
    }
  }

  @Test
  @DisplayName("S2 allUntil: all handles in the order of the forks, each ended in its own way")
  void allUntil() {
    Predicate<Coroutine<String>> failed = child -> child.state() == State.FAILED;
    try (var scope = CoroutineScope.open(Joiner.allUntil(failed))) {
      Coroutine<String> slow = scope.fork(Scopes::forever);
      Coroutine<String> quick = scope.fork(() -> "a");
      awaitEnd(quick);
      assertThat(scope.isCancelled()).isFalse();
      Coroutine<String> last = failing(scope, failure);
      List<Coroutine<String>> all = scope.join();
      assertThat(all).containsExactly(slow, quick, last);
      assertThat(all.stream().map(Coroutine::state))
          .containsExactly(State.CANCELLED, State.SUCCEEDED, State.FAILED);
      assertFree();
    }
  }

  @Test
  @DisplayName(
      "S2 allUntil: no fork is an empty list; a cancelled one is asked about as the others")
  void allUntilCancelled() {
    try (var scope =
        CoroutineScope.open(Joiner.<String>allUntil(child -> child.state() == State.CANCELLED))) {
      assertThat(scope.join()).isEmpty();
      Coroutine<String> other = scope.fork(Scopes::forever);
      Coroutine<String> alone = scope.fork(Scopes::forever);
      alone.cancel();
      assertThat(scope.join()).containsExactly(other, alone);
    }
  }

  @Test
  @DisplayName("S2 allUntil: a throwing predicate fails the scope")
  void throwingPredicate() {
    try (var scope =
        CoroutineScope.open(
            Joiner.<String>allUntil(child -> {
              if (child.state() == State.SUCCEEDED) {
                throw failure;
              }
              return false;
            }))) {
      Coroutine<String> other = scope.fork(Scopes::forever);
      scope.fork(() -> "a");
      assertThatThrownBy(() -> Await.delay(LONG)).isSameAs(failure);
      assertThatThrownBy(scope::join).isSameAs(failure);
      assertThat(other.state()).isEqualTo(State.CANCELLED);
    }
  }

  @Test
  @DisplayName("T1 S2 allUntil: a timeout ends them, and join returns the handles")
  void allUntilTimeout() {
    try (var scope =
        CoroutineScope.<String, List<Coroutine<String>>>open(
            Joiner.<String>allUntil(child -> false), config -> config.withTimeout(Scopes.SHORT))) {
      Coroutine<String> quick = scope.fork(() -> "a");
      Coroutine<String> slow = scope.fork(Scopes::forever);
      assertThat(scope.join()).containsExactly(quick, slow);
      assertThat(slow.state()).isEqualTo(State.CANCELLED);
    }
  }
}
