package io.bridge.reactor;

import static io.bridge.reactor.ReactorBridge.flux;
import static io.bridge.reactor.ReactorBridge.mapAwait;
import static io.bridge.reactor.ReactorBridge.mapAwaitUnordered;
import static io.bridge.reactor.ReactorBridge.mono;
import static io.bridge.reactor.ReactorBridge.toFlux;
import static io.bridge.reactor.ReactorBridge.toMono;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.Awaitable;
import io.bridge.Emitter;
import io.bridge.Publishers;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

@DisplayName("A7 (2) B8 B9: under Hooks.onOperatorDebug operators of ours show the user's line")
@Timeout(60)
class AssemblyTraceTest {

  private static final Duration DEADLINE = Duration.ofSeconds(30);

  @AfterEach
  void noHooks() {
    Hooks.resetOnOperatorDebug();
    Hooks.resetOnEachOperator();
  }

  private static Arguments made(String method, Supplier<Flux<?>> maker) {
    return Arguments.of(method, maker);
  }

  private static Integer failing() {
    throw new IllegalStateException("body");
  }

  static Stream<Arguments> made() {
    Awaitable<String> own = suspension -> suspension.fail(new IllegalStateException("own"));
    Publisher<Integer> plain = Publishers.publisher(emitter -> failing());
    return Stream.of(
        made("mono", () -> mono(() -> failing()).flux()),
        made("mono", () -> mono(Schedulers.parallel(), () -> failing()).flux()),
        made("flux", () -> flux((Emitter<String> emitter) -> failing())),
        made("flux", () -> flux(Schedulers.parallel(), (Emitter<String> emitter) -> failing())),
        made("mapAwait", () -> Flux.just(1).transform(mapAwait(2, i -> failing()))),
        made(
            "mapAwaitUnordered",
            () -> Flux.just(1).transform(mapAwaitUnordered(2, i -> failing()))),
        made("toMono", () -> toMono(own).flux()),
        made("toFlux", () -> toFlux(plain)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("made")
  @DisplayName("A7 (2): the line that has called the facade, and none of bridge")
  void usersLine(String method, Supplier<Flux<?>> maker) {
    Hooks.onOperatorDebug();
    String trace = trace(maker.get().map(item -> item));
    assertThat(trace)
        .contains(method + " at io.bridge.reactor.AssemblyTraceTest.lambda$made$")
        .contains("Flux.map") // with the line of the user where Reactor is no named module
        .doesNotContain("io.bridge.reactor.ReactorBridge")
        .doesNotContain("io.bridge.reactor.AwaitableMono")
        .doesNotContain("io.bridge.reactor.CoroutineFlux")
        .doesNotContain("io.bridge.reactor.MapAwaitFlux");
  }

  private static String trace(Flux<?> failing) {
    Throwable failure = catchThrowable(() -> failing.blockLast(DEADLINE));
    return Arrays.stream(failure.getSuppressed())
        .map(Throwable::getMessage)
        .collect(Collectors.joining("\n"));
  }

  @Test
  @DisplayName("B8 B9: without that hook nothing is put around; a Flux stays itself with it, too")
  void nothingAround() {
    assertThat(mono(() -> "a")).isInstanceOf(AwaitableMono.class);
    assertThat(flux((Emitter<String> emitter) -> emitter.emit("a")))
        .isInstanceOf(CoroutineFlux.class);
    Hooks.onOperatorDebug();
    Flux<String> users = Flux.just("a").map(item -> item);
    assertThat(toFlux(users)).isSameAs(users);
  }

  @Test
  @DisplayName("B8 B9: hooks of the user's see ours with and without it, once")
  void usersHook() {
    IllegalStateException failure = new IllegalStateException("hook");
    List<Class<?>> seen = new CopyOnWriteArrayList<>();
    Hooks.onEachOperator(operator -> {
      seen.add(operator.getClass());
      return operator instanceof AwaitableMono<?>
          ? Mono.fromDirect(Mono.error(failure).hide())
          : operator;
    });
    assertThat(catchThrowable(() -> mono(() -> "a").block(DEADLINE))).isSameAs(failure);
    Hooks.onOperatorDebug();
    assertThat(catchThrowable(() -> mono(() -> "a").block(DEADLINE))).isSameAs(failure);
    assertThat(seen.stream().filter(type -> type == AwaitableMono.class)).hasSize(2);
  }
}
