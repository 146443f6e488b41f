package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("A2 A19 which threads may await")
@Timeout(60)
class GuardTest {

  private static boolean isFork(Thread thread) {
    return thread.getName().equals("fork");
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  @DisplayName("A2 a rejected thread is refused before subscribing, also for a completed source")
  void rejected(Kind kind) {
    try (Registration rejection = Await.rejectOn(GuardTest::isFork)) {
      Probe<String> probe = new Probe<>();
      assertThat(Fork.<@Nullable Object>platform(() -> kind.of(probe)).joinFailure())
          .isExactlyInstanceOf(IllegalStateException.class);
      assertThat(Fork.<@Nullable Object>platform(() -> kind.ofFlow(probe)).joinFailure())
          .isExactlyInstanceOf(IllegalStateException.class);
      assertThat(probe.subscriptions()).isZero();
      Items completed = Items.of("a");
      assertThat(Fork.<@Nullable Object>platform(() -> kind.of(completed)).joinFailure())
          .isExactlyInstanceOf(IllegalStateException.class);
      assertThat(completed.requested).isZero();
      assertThat(rejection).isNotNull();
    }
  }

  @Test
  @DisplayName("A2 Awaitable, suspend, delay, runOn and a finished coroutine are refused too")
  void everyOtherAwait() {
    Coroutine<String> finished = Coroutine.start(() -> "a");
    assertThat(finished.await()).isEqualTo("a");
    AtomicBoolean subscribed = new AtomicBoolean();
    Awaitable<String> awaitable =
        s -> {
          subscribed.set(true);
          s.resume("a");
        };
    try (Registration rejection = Await.rejectOn(GuardTest::isFork)) {
      assertRefused(() -> Await.await(awaitable));
      assertRefused(() -> Await.<String>suspend(s -> awaitable.subscribe(s)));
      assertRefused(() -> Await.delay(Duration.ZERO));
      assertRefused(() -> Coroutine.runOn(Runnable::run, () -> subscribed.set(true)));
      assertRefused(finished::await);
      assertThat(rejection).isNotNull();
    }
    assertThat(subscribed).isFalse();
  }

  private static void assertRefused(Fork.Action action) {
    assertThat(Fork.platform(action).joinFailure())
        .isExactlyInstanceOf(IllegalStateException.class);
  }

  @Test
  @DisplayName("A2 virtual threads are always allowed")
  void virtualThreads() {
    try (Registration rejection = Await.rejectOn(thread -> true)) {
      assertThat(Fork.virtual(() -> Await.awaitSingle(Items.of("a"))).join()).isEqualTo("a");
      assertThat(Coroutine.start(() -> Await.awaitSingle(Items.of("b"))).name()).isNotEmpty();
      assertThat(rejection).isNotNull();
    }
  }

  @Test
  @DisplayName("A2 permitOn wins over rejectOn")
  void permitWins() {
    try (Registration rejection = Await.rejectOn(GuardTest::isFork);
        Registration permission = Await.permitOn(GuardTest::isFork)) {
      assertThat(Fork.platform(() -> Await.awaitSingle(Items.of("a"))).join()).isEqualTo("a");
      assertThat(rejection).isNotSameAs(permission);
    }
  }

  @Test
  @DisplayName("A2 close takes back that one registration, a second close nothing more")
  void close() {
    Registration first = Await.rejectOn(GuardTest::isFork);
    Registration second = Await.rejectOn(GuardTest::isFork);
    first.close();
    first.close();
    assertRefused(() -> Await.awaitSingle(Items.of("a")));
    Registration permission = Await.permitOn(GuardTest::isFork);
    assertThat(Fork.platform(() -> Await.awaitSingle(Items.of("a"))).join()).isEqualTo("a");
    permission.close();
    assertRefused(() -> Await.awaitSingle(Items.of("a")));
    second.close();
    assertThat(Fork.platform(() -> Await.awaitSingle(Items.of("a"))).join()).isEqualTo("a");
  }

  @Test
  @DisplayName("A2 a predicate that throws refuses the await before subscribing")
  void throwingPredicate() {
    IllegalStateException failure = new IllegalStateException("predicate");
    Probe<String> probe = new Probe<>();
    try (Registration rejection =
        Await.rejectOn(thread -> {
          throw failure;
        })) {
      Throwable thrown = Fork.<@Nullable Object>platform(() -> Await.await(probe)).joinFailure();
      assertThat(thrown).isSameAs(failure);
      assertThat(rejection).isNotNull();
    }
    assertThat(probe.subscriptions()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  @DisplayName("A19 the message names the thread, the caller's line and the ways out")
  void message(Kind kind) {
    try (Registration rejection = Await.rejectOn(GuardTest::isFork)) {
      Throwable refusal =
          Fork.<@Nullable Object>platform(() -> kind.of(Items.of("a"))).joinFailure();
      assertThat(refusal)
          .hasMessageContaining("\"fork\"")
          .hasMessageContaining("Kind.java:")
          .hasMessageContaining("mono(() ->")
          .hasMessageContaining("future(() ->")
          .hasMessageContaining("Coroutine.start(");
      assertThat(rejection).isNotNull();
    }
  }

  @Test
  @DisplayName(
      "A19 the caller's line is exact for await(Awaitable), delay, runOn and Coroutine.await")
  void callersLine() {
    Coroutine<String> finished = Coroutine.start(() -> "a");
    Awaitable<String> awaitable = s -> s.resume("a");
    try (Registration rejection = Await.rejectOn(GuardTest::isFork)) {
      for (Fork.Action action :
          new Fork.Action[] {
            () -> Await.await(awaitable),
            () -> Await.delay(Duration.ZERO),
            () -> Coroutine.runOn(Runnable::run, () -> {}),
            () -> finished.await()
          }) {
        assertThat(Fork.platform(action).joinFailure())
            .hasMessageContaining("GuardTest.")
            .hasMessageContaining("GuardTest.java:");
      }
      assertThat(rejection).isNotNull();
    }
  }

  @Test
  @DisplayName("A19 (2) the message names the refused operation, and Await.permitOn")
  void operation() {
    Coroutine<String> finished = Coroutine.start(() -> "a");
    Map<String, Fork.Action> operations =
        Map.of(
            "Await.await", () -> Await.await(Items.of("a")),
            "Await.awaitList", () -> Await.awaitList(Items.of("a")),
            "Await.delay", () -> Await.delay(Duration.ZERO),
            "Coroutine.await", finished::await,
            "Coroutine.runOn", () -> Coroutine.runOn(Runnable::run, () -> {}),
            "CoroutineScope.open", () -> CoroutineScope.open().close(),
            "Publishers.iterate", () -> Publishers.iterate(Items.of("a")).close(),
            "Await.mapConcurrent", () -> Await.mapConcurrent(List.of("a"), 1, item -> item));
    try (Registration rejection = Await.rejectOn(GuardTest::isFork);
        CoroutineScope<String, ?> background = CoroutineScope.background(config -> config)) {
      Map<String, Fork.Action> all = new HashMap<>(operations);
      all.put("CoroutineScope.join", background::join);
      all.put("CoroutineScope.close", background::close);
      all.forEach((operation, action) ->
          assertThat(Fork.platform(action).joinFailure())
              .as(operation)
              .hasMessageStartingWith(operation + " on thread \"")
              .hasMessageContaining("Await.permitOn"));
      assertThat(rejection).isNotNull();
    }
  }

  @Test
  @DisplayName("A2 A19 emit on a refused thread names its caller too")
  void emit() throws Exception {
    Drain drain = new Drain(Long.MAX_VALUE);
    Publishers.<String>publisher(
            emitter -> {
              try (Registration rejection = Await.rejectOn(GuardTest::isFork)) {
                Throwable refusal = Fork.platform(() -> emitter.emit("a")).joinFailure();
                assertThat(refusal)
                    .hasMessageContaining("GuardTest.java:")
                    .hasMessageStartingWith("Emitter.emit on thread");
                assertThat(rejection).isNotNull();
              }
              emitter.emit("b");
            })
        .subscribe(drain);
    assertThat(drain.awaitEnd().items()).containsExactly("b");
    assertThat(drain.failure()).isNull();
  }

  @Test
  @DisplayName("A2 before A3: a refused thread is told so even when it is interrupted")
  void guardComesFirst() {
    try (Registration rejection = Await.rejectOn(GuardTest::isFork)) {
      assertRefused(() -> {
        Thread.currentThread().interrupt();
        Await.await(Items.of("a"));
      });
      assertThat(rejection).isNotNull();
    }
    assertThatThrownBy(() -> Await.awaitSingle(Items.of()))
        .isInstanceOf(java.util.NoSuchElementException.class);
    assertThat(catchThrowable(() -> Await.await(Items.of("a")))).isNull();
  }
}
