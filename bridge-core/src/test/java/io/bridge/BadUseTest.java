package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.CoroutineScope.Joiner;
import io.bridge.fixtures.NullArguments;
import io.bridge.fixtures.Nulls;
import io.bridge.fixtures.SmallNumbers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Subscriber;

@DisplayName("section 8: what bad use gets")
@Timeout(60)
class BadUseTest {

  private static final Map<Class<?>, Object> INSTANCES =
      Map.of(
          Duration.class,
          Duration.ofSeconds(1),
          CoroutineContext.Key.class,
          TimeSource.KEY,
          Object.class,
          "value",
          java.util.stream.Collector.class,
          Collectors.toList());

  @TestFactory
  Stream<DynamicTest> nullArguments() {
    return Stream.of(
            Await.class,
            Coroutine.class,
            CoroutineContext.class,
            CoroutineScope.class,
            CoroutineScope.Joiner.class,
            Publishers.class)
        .flatMap(facade -> NullArguments.of(facade, INSTANCES));
  }

  @TestFactory
  Stream<DynamicTest> smallNumbers() {
    return Stream.of(Await.class, Publishers.class)
        .flatMap(facade -> SmallNumbers.of(facade, INSTANCES));
  }

  @Test
  @DisplayName("section 8: Undeliverable refuses null by name, but discard ignores it")
  void undeliverable() {
    assertThatThrownBy(() -> Undeliverable.report(Nulls.<Throwable>smuggled()))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("failure");
    assertThatThrownBy(() -> Undeliverable.onFailure(Nulls.<Consumer<Throwable>>smuggled()))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("handler");
    assertThatThrownBy(() -> Undeliverable.onDiscard(Nulls.<Consumer<Object>>smuggled()))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("action");
    try (Undelivered lost = new Undelivered()) {
      Undeliverable.discard(null);
      assertThat(lost.values()).isEmpty();
    }
  }

  @Test
  @DisplayName("section 8: handles refuse null by name")
  void handles() {
    Coroutine<String> coroutine = Coroutine.start(() -> "a");
    assertThatThrownBy(() -> coroutine.cancel(Nulls.<String>smuggled()))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("reason");
    assertThatThrownBy(() -> coroutine.onCompletion(Nulls.<Consumer<Coroutine<String>>>smuggled()))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("action");
    assertThatThrownBy(() -> Await.<String>suspend(s -> s.onCancel(Nulls.<Runnable>smuggled())))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("action");
    assertThat(coroutine.await()).isEqualTo("a");
  }

  @Test
  @DisplayName("section 8: a scope and its settings refuse null by name; nothing starts or ends")
  void scopes() {
    assertThatThrownBy(
            () -> CoroutineScope.background(config -> Nulls.<CoroutineScope.Config>smuggled()))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("config's result");
    try (CoroutineScope<String, ?> scope =
        CoroutineScope.open(
            Joiner.<String>allSuccessfulOrThrow(),
            config -> {
              settings(config);
              return config;
            })) {
      assertNamed("body", () -> scope.fork(Nulls.<Body<String, Exception>>smuggled()));
      assertNamed("body", () -> scope.fork(Nulls.<VoidBody<Exception>>smuggled()));
      assertNamed("reason", () -> scope.cancel(Nulls.<String>smuggled()));
      assertNamed("patience", () -> scope.close(Nulls.<Duration>smuggled()));
      scope.fork(() -> "a");
      assertThat(scope.join()).isEqualTo(List.of("a"));
    }
  }

  private static void settings(CoroutineScope.Config config) {
    assertNamed("name", () -> config.withName(Nulls.smuggled()));
    assertNamed("timeout", () -> config.withTimeout(Nulls.smuggled()));
    assertNamed("factory", () -> config.withThreadFactory(Nulls.smuggled()));
    assertNamed("handler", () -> config.withFailureHandler(Nulls.smuggled()));
    assertNamed("after", () -> config.withStragglerReport(Nulls.smuggled()));
  }

  private static void assertNamed(String parameter, ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(NullPointerException.class).hasMessage(parameter);
  }

  @Test
  @DisplayName("section 8 RS 1.9: a null subscriber is a NullPointerException, nothing runs")
  void nullSubscriber() {
    CopyOnWriteArrayList<String> runs = new CopyOnWriteArrayList<>();
    assertThatThrownBy(() ->
            Publishers.<String>publisher(emitter -> runs.add("run"))
                .subscribe(Nulls.<Subscriber<String>>smuggled()))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("subscriber");
    assertThatThrownBy(() ->
            Publishers.<String>flowPublisher(emitter -> runs.add("run"))
                .subscribe(Nulls.<java.util.concurrent.Flow.Subscriber<String>>smuggled()))
        .isInstanceOf(NullPointerException.class);
    assertThat(runs).isEmpty();
  }
}
