package io.bridge;

import static io.bridge.Scopes.assertFree;
import static io.bridge.Scopes.awaitCancelled;
import static io.bridge.Scopes.awaitEnd;
import static io.bridge.Scopes.failing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.Coroutine.State;
import io.bridge.CoroutineScope.Joiner;
import io.bridge.fixtures.Eventually;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("S2 S4 a joiner of the user's own")
@Timeout(60)
class CustomJoinerTest {

  /** Does what a test says, and records its calls. */
  private static class Scripted implements Joiner<Object, String> {

    final List<String> calls = new CopyOnWriteArrayList<>();
    final List<Thread> threads = new CopyOnWriteArrayList<>();
    Predicate<Coroutine<?>> onFork = child -> false;
    Predicate<Coroutine<?>> onComplete = child -> false;
    @Nullable RuntimeException onTimeout;
    @Nullable Throwable result;

    @Override
    public boolean onFork(Coroutine<? extends Object> child) {
      calls.add("fork " + child.state());
      threads.add(Thread.currentThread());
      return onFork.test(child);
    }

    @Override
    public boolean onComplete(Coroutine<? extends Object> child) {
      calls.add("complete " + child.state());
      threads.add(Thread.currentThread());
      return onComplete.test(child);
    }

    @Override
    public void onTimeout(AwaitTimeoutException timeout) {
      calls.add("timeout");
      if (onTimeout != null) {
        throw onTimeout;
      }
    }

    @Override
    public String result() throws Throwable {
      calls.add("result");
      threads.add(Thread.currentThread());
      if (result != null) {
        throw result;
      }
      return "result";
    }
  }

  private final IllegalStateException failure = new IllegalStateException("joiner");
  private final Scripted joiner = new Scripted();

  private static boolean throwing(RuntimeException failure) {
    throw failure;
  }

  @Test
  @DisplayName("S2 onFork on the forking thread, onComplete on the coroutine's, result on join's")
  void calls() {
    try (var scope = CoroutineScope.open(joiner)) {
      Coroutine<Thread> child = scope.fork(() -> Thread.currentThread());
      assertThat(scope.join()).isEqualTo("result");
      assertThat(joiner.calls).containsExactly("fork RUNNING", "complete SUCCEEDED", "result");
      Thread own = Thread.currentThread();
      assertThat(joiner.threads).containsExactly(own, child.get(), own);
    }
    assertThat(joiner.calls).hasSize(3);
  }

  @Test
  @DisplayName("S2 onFork true: this coroutine and the others are cancelled, the block goes on")
  void onForkTrue() {
    AtomicInteger ran = new AtomicInteger();
    try (var scope = CoroutineScope.open(joiner)) {
      Coroutine<String> first = scope.fork(Scopes::forever);
      joiner.onFork = child -> true;
      Coroutine<Integer> second = scope.fork(ran::incrementAndGet);
      awaitCancelled(scope);
      assertFree();
      assertThat(scope.join()).isEqualTo("result");
      assertThat(first.state()).isEqualTo(State.CANCELLED);
      assertThat(second.state()).isEqualTo(State.CANCELLED);
    }
    assertThat(ran).hasValue(0);
  }

  @Test
  @DisplayName("S4 onComplete true after a success: enough; after a failure: the scope has failed")
  void onCompleteTrue() {
    joiner.onComplete = child -> child.state() != State.CANCELLED;
    try (var scope = CoroutineScope.open(joiner)) {
      Coroutine<String> other = scope.fork(Scopes::forever);
      scope.fork(() -> "a");
      assertThat(scope.join()).isEqualTo("result");
      assertThat(other.state()).isEqualTo(State.CANCELLED);
      assertFree();
    }
    try (var scope = CoroutineScope.open(joiner)) {
      failing(scope, failure);
      assertThatThrownBy(() -> Await.delay(Scopes.LONG)).isSameAs(failure);
      assertThat(scope.join()).as("it decides").isEqualTo("result");
      assertFree();
    }
  }

  @Test
  @DisplayName("section 8: a throwing onFork is thrown by fork: nothing runs, nothing is lost")
  void throwingOnFork() {
    AtomicInteger ran = new AtomicInteger();
    CopyOnWriteArrayList<Coroutine<?>> seen = new CopyOnWriteArrayList<>();
    joiner.onFork = child -> seen.add(child) && throwing(failure);
    try (Undelivered lost = new Undelivered()) {
      try (var scope = CoroutineScope.open(joiner)) {
        assertThatThrownBy(() -> scope.fork(ran::incrementAndGet)).isSameAs(failure);
        assertThat(scope.isCancelled()).isFalse();
        assertThat(scope.join()).isEqualTo("result");
        assertThat(seen.get(0).state()).isEqualTo(State.FAILED);
        assertThat(seen.get(0).failure()).isSameAs(failure);
      }
      assertThat(lost.failures()).isEmpty();
    }
    assertThat(ran).hasValue(0);
    assertThat(joiner.calls).containsExactly("fork RUNNING", "result");
  }

  @Test
  @DisplayName("S4 a throwing onComplete fails the scope, once; what later ones throw is reported")
  void throwingOnComplete() {
    IllegalStateException second = new IllegalStateException("second");
    joiner.onComplete = child -> throwing(child.state() == State.CANCELLED ? second : failure);
    try (Undelivered lost = new Undelivered()) {
      try (var scope = CoroutineScope.open(joiner)) {
        Coroutine<String> other = scope.fork(Scopes::forever);
        scope.fork(() -> "a");
        assertThatThrownBy(scope::join).isSameAs(failure);
        assertThat(other.state()).isEqualTo(State.CANCELLED);
      }
      assertThat(lost.failures()).containsExactly(second);
    }
    assertThat(joiner.calls).doesNotContain("result");
  }

  @Test
  @DisplayName("A12 what onComplete throws is reported by close if nobody has joined or awaited")
  void throwingOnCompleteLost() {
    joiner.onComplete = child -> throwing(failure);
    for (boolean handled : new boolean[] {false, true}) {
      try (Undelivered lost = new Undelivered()) {
        try (CoroutineScope<Object, String> scope =
            CoroutineScope.open(
                joiner,
                config -> handled ? config.withFailureHandler((child, thrown) -> {}) : config)) {
          scope.fork(() -> "a");
          awaitCancelled(scope);
          assertThat(scope.failures()).isEmpty();
        }
        assertThat(lost.failures()).as("handler %s", handled).containsExactly(failure);
      }
    }
  }

  @Test
  @DisplayName("A7 S2 what result throws, join throws: unchecked and Error as is, others as cause")
  void throwingResult() {
    Error error = new NoClassDefFoundError("thrown");
    for (Throwable thrown :
        List.of(failure, error, new IOException("disk"), new CancellationException("foreign"))) {
      joiner.result = thrown;
      try (var scope = CoroutineScope.open(joiner)) {
        Throwable joined = catchThrowable(scope::join);
        if (thrown == failure || thrown == error) {
          assertThat(joined).isSameAs(thrown);
        } else {
          assertThat(joined).isInstanceOf(CompletionException.class).cause().isSameAs(thrown);
        }
        assertFree();
      }
    }
  }

  @Test
  @DisplayName("T1 S2 onTimeout: what it throws, join throws; if it returns, result is asked")
  void onTimeout() {
    for (RuntimeException thrown :
        new @Nullable RuntimeException[] {null, failure, new CancellationException("foreign")}) {
      joiner.onTimeout = thrown;
      try (CoroutineScope<Object, String> scope =
          CoroutineScope.open(joiner, config -> config.withTimeout(Scopes.SHORT))) {
        Coroutine<String> child = scope.fork(Scopes::forever);
        awaitEnd(child);
        if (thrown == null) {
          assertThat(scope.join()).isEqualTo("result");
        } else if (thrown == failure) {
          assertThatThrownBy(scope::join).isSameAs(failure);
        } else {
          assertThatThrownBy(scope::join)
              .isInstanceOf(CompletionException.class)
              .cause()
              .isSameAs(thrown);
        }
      }
    }
  }

  @Test
  @DisplayName("S2 a cancelled scope does not ask the joiner")
  void cancelled() {
    try (var scope = CoroutineScope.open(joiner)) {
      scope.cancel("why");
      assertThatThrownBy(scope::join)
          .isExactlyInstanceOf(CancellationException.class)
          .hasMessage("why");
    }
    assertThat(joiner.calls).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @DisplayName("S2 A12 a throwing onComplete ends the patience of a close; thrown later, or lost")
  void throwingOnCompleteEndsPatience(boolean awaits) {
    Thread owner = Thread.currentThread();
    joiner.onComplete = child -> throwing(failure);
    try (Undelivered lost = new Undelivered()) {
      try (var around = CoroutineScope.open(joiner)) {
        CoroutineScope<String, @Nullable Void> inside = CoroutineScope.background(config -> config);
        Coroutine<String> child = inside.fork(Scopes::forever);
        around.fork(() -> {
          Eventually.until("it waits", () -> owner.getState() == Thread.State.WAITING);
          return "ended";
        });
        inside.close(Scopes.LONG);
        assertThat(child.state()).isEqualTo(State.CANCELLED);
        if (awaits) {
          assertThatThrownBy(Coroutine::checkCancelled).isSameAs(failure);
        }
      }
      assertThat(lost.failures()).isEqualTo(awaits ? List.of() : List.of(failure));
    }
    assertFree();
  }
}
