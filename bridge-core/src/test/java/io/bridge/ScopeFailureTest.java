package io.bridge;

import static io.bridge.Scopes.LONG;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("S4 A8 A12 the failures of a scope")
@Timeout(60)
class ScopeFailureTest {

  /** A8: what bridge adds to one failure. */
  private static final int BOUND = 8;

  private final IllegalStateException failure = new IllegalStateException("child");
  private final IllegalStateException later = new IllegalStateException("later");
  private final Undelivered lost = new Undelivered();

  @AfterEach
  void close() {
    lost.close();
  }

  /** Forks a coroutine that ends by {@code end} when it is cancelled. */
  private static Coroutine<String> failingWhenCancelled(
      CoroutineScope<? super String, ?> scope, RuntimeException end) throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    Coroutine<String> child =
        scope.<String>fork(() -> {
          begun.countDown();
          try {
            return Scopes.forever();
          } catch (InterruptedException e) {
            throw end;
          }
        });
    begun.await();
    return child;
  }

  @Test
  @DisplayName("S4 join throws the first failure, the same object, with the siblings' suppressed")
  void first() throws InterruptedException {
    try (var scope = CoroutineScope.open()) {
      Coroutine<String> cancelled = scope.fork(Scopes::forever);
      Coroutine<String> echo =
          failingWhenCancelled(scope, new IllegalStateException(new InterruptedException()));
      failingWhenCancelled(scope, later);
      failing(scope, failure);
      assertThatThrownBy(scope::join).isSameAs(failure);
      assertThat(
              Arrays.stream(failure.getSuppressed())
                  .filter(IllegalStateException.class::isInstance))
          .containsExactly(later);
      assertThat(scope.failures()).containsExactly(failure, later);
      assertThat(cancelled.state()).isEqualTo(State.CANCELLED);
      assertThat(echo.state()).as("the noise of the cancel").isEqualTo(State.CANCELLED);
    }
    assertThat(lost.failures()).isEmpty();
  }

  @Test
  @DisplayName(
      "A8 S4 of twenty siblings at most eight are suppressed; failures() has all, in order")
  void bound() throws InterruptedException {
    List<Throwable> siblings = new ArrayList<>();
    try (var scope = CoroutineScope.open()) {
      for (int i = 0; i < 20; i++) {
        IllegalStateException sibling = new IllegalStateException("sibling " + i);
        siblings.add(sibling);
        failingWhenCancelled(scope, sibling);
      }
      failing(scope, failure);
      for (int i = 0; i < 20; i++) {
        assertThatThrownBy(scope::join).isSameAs(failure);
      }
      assertThat(failure.getSuppressed()).hasSize(BOUND);
      assertThat(siblings).contains(failure.getSuppressed());
      List<Throwable> failures = scope.failures();
      assertThat(failures).startsWith(failure).hasSize(21).containsAll(siblings);
      assertThat(siblings.stream().mapToInt(t -> t.getSuppressed().length)).containsOnly(0);
      assertThatThrownBy(() -> failures.add(failure))
          .isInstanceOf(UnsupportedOperationException.class);
    }
  }

  @Test
  @DisplayName("S4 failures() is in the order of the ends, and only of those until now")
  void inOrder() {
    try (var scope = CoroutineScope.open(Joiner.awaitAll())) {
      assertThat(scope.failures()).isEmpty();
      List<Throwable> expected = new ArrayList<>();
      for (Throwable thrown : List.of(failure, new IOException("disk"), later)) {
        expected.add(thrown);
        failed(scope, thrown);
        assertThat(scope.failures()).isEqualTo(expected);
      }
    }
  }

  @Test
  @DisplayName("A8 S4 a sibling that the first failure already reaches is not added again")
  void related() throws InterruptedException {
    IllegalStateException wrapper = new IllegalStateException("wrapper", failure);
    try (var scope = CoroutineScope.open()) {
      failingWhenCancelled(scope, failure);
      failing(scope, wrapper);
      assertThatThrownBy(scope::join).isSameAs(wrapper);
      assertThat(wrapper.getSuppressed()).doesNotContain(failure);
      assertThat(failure.getSuppressed()).doesNotContain(wrapper);
    }
  }

  @Test
  @DisplayName("A7 S4 a checked failure is the cause of join's; siblings are suppressed in it")
  void checked() throws InterruptedException {
    IOException checked = new IOException("disk");
    try (var scope = CoroutineScope.open()) {
      failingWhenCancelled(scope, later);
      failing(scope, checked);
      assertThatThrownBy(scope::join)
          .isInstanceOf(CompletionException.class)
          .cause()
          .isSameAs(checked)
          .hasSuppressedException(later);
    }
  }

  @Test
  @DisplayName("S4 join of a cancelled scope carries the failures too")
  void cancelled() throws InterruptedException {
    try (var scope = CoroutineScope.open()) {
      failingWhenCancelled(scope, later);
      scope.cancel("why");
      assertThatThrownBy(scope::join).hasMessage("why").hasSuppressedException(later);
    }
    assertThat(lost.failures()).isEmpty();
  }

  @Test
  @DisplayName("A12 S4 never joined: close reports each failure, once")
  void neverJoined() throws InterruptedException {
    CoroutineScope<Object, @Nullable Void> scope = CoroutineScope.open();
    failingWhenCancelled(scope, later);
    failing(scope, failure);
    awaitCancelled(scope);
    assertThat(lost.failures()).isEmpty();
    scope.close();
    scope.close();
    assertThat(lost.failures()).containsExactly(failure, later);
  }

  @Test
  @DisplayName("A12 S4 never joined: not what somebody has awaited, asked for, or met in the block")
  void neverJoinedButSeen() throws InterruptedException {
    IllegalStateException asked = new IllegalStateException("asked");
    IllegalStateException unseen = new IllegalStateException("unseen");
    try (var scope = CoroutineScope.open(Joiner.awaitAll())) {
      Coroutine<String> awaited = failing(scope, failure);
      Coroutine<String> lookedAt = failed(scope, asked);
      failed(scope, unseen);
      assertThat(catchThrowable(awaited::await)).isSameAs(failure);
      assertThat(lookedAt.failure()).isSameAs(asked);
    }
    assertThat(lost.failures()).containsExactly(unseen);
    try (var scope = CoroutineScope.open()) {
      failingWhenCancelled(scope, unseen);
      failing(scope, later);
      assertThatThrownBy(() -> Await.delay(LONG)).isSameAs(later);
    }
    assertThat(lost.failures()).containsExactly(unseen, unseen);
  }

  @Test
  @DisplayName("A12 S4 never joined: failures() has told them all")
  void askedForAll() {
    try (var scope = CoroutineScope.open(Joiner.awaitAll())) {
      failed(scope, failure);
      assertThat(scope.failures()).containsExactly(failure);
    }
    assertThat(lost.failures()).isEmpty();
  }

  @Test
  @DisplayName("A12 S4 awaitAll: the join tells nobody of a failure, so close reports the unseen")
  void awaitAll() {
    try (var scope = CoroutineScope.open(Joiner.awaitAll())) {
      Coroutine<String> seen = failing(scope, failure);
      failing(scope, later);
      scope.join();
      assertThat(seen.failure()).isSameAs(failure);
    }
    assertThat(lost.failures()).containsExactly(later);
  }

  @Test
  @DisplayName("A12 a join that is interrupted has told nobody")
  void interruptedJoin() {
    try (var scope = CoroutineScope.open(Joiner.allUntil(child -> false))) {
      failed(scope, failure);
      Thread.currentThread().interrupt();
      assertThat(catchThrowable(scope::join)).isNotNull();
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(lost.failures()).containsExactly(failure);
  }

  @Test
  @DisplayName("S4 the handler gets every failure at once, on the coroutine's thread; none is lost")
  void handler() {
    List<Object> handled = new CopyOnWriteArrayList<>();
    List<Thread> threads = new CopyOnWriteArrayList<>();
    try (CoroutineScope<Object, @Nullable Void> scope =
        CoroutineScope.open(
            Joiner.awaitAll(),
            config ->
                config.withFailureHandler((child, thrown) -> {
                  handled.addAll(List.of(child, thrown));
                  threads.add(Thread.currentThread());
                }))) {
      List<Thread> own = new CopyOnWriteArrayList<>();
      Coroutine<?> child =
          scope.fork(() -> {
            own.add(Thread.currentThread());
            throw failure;
          });
      scope.fork(Scopes::forever).cancel();
      scope.join();
      assertThat(handled).containsExactly(child, failure);
      assertThat(threads).isEqualTo(own);
      assertThat(scope.failures()).containsExactly(failure);
    }
    assertThat(lost.failures()).isEmpty();
  }

  @Test
  @DisplayName(
      "A12 S4 what a handler throws is reported, and the joiner still learns of the failure")
  void throwingHandler() {
    try (CoroutineScope<Object, @Nullable Void> scope =
        CoroutineScope.open(
            Joiner.awaitAllSuccessfulOrThrow(),
            config ->
                config.withFailureHandler((child, thrown) -> {
                  throw later;
                }))) {
      awaitEnd(failing(scope, failure));
      assertThatThrownBy(scope::join).isSameAs(failure);
      assertThat(lost.failures()).containsExactly(later);
    }
    assertThat(lost.failures()).containsExactly(later);
  }
}
