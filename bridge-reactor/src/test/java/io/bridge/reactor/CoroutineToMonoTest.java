package io.bridge.reactor;

import static io.bridge.reactor.ReactorBridge.toFlux;
import static io.bridge.reactor.ReactorBridge.toMono;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Await;
import io.bridge.Body;
import io.bridge.Coroutine;
import io.bridge.CoroutineScope;
import io.bridge.Publishers;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Probe;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

@DisplayName("S1 B9 a coroutine of a scope as a Mono and as a Flux")
@Timeout(60)
class CoroutineToMonoTest {

  private static final Body<@Nullable String, RuntimeException> NOTHING = () -> null;

  private static final Duration DEADLINE = Duration.ofSeconds(30);

  /** How a handle is converted. */
  private interface Conversion {
    Publisher<String> of(Coroutine<? extends @Nullable String> coroutine);
  }

  private final Probe<String> probe = new Probe<>();
  private final CoroutineScope<@Nullable String, @Nullable Void> scope =
      CoroutineScope.background(config -> config.withFailureHandler((child, failure) -> {}));

  @AfterEach
  void close() {
    scope.close();
  }

  static Stream<Named<Conversion>> conversions() {
    return Stream.of(
        Named.of("toMono", coroutine -> toMono(coroutine)),
        Named.of("toFlux", coroutine -> toFlux(Publishers.toPublisher(coroutine))));
  }

  @ParameterizedTest
  @MethodSource("conversions")
  @DisplayName("S1 B9 the value, before and after the end, to every subscriber; null is empty")
  void value(Conversion conversion) {
    Coroutine<String> coroutine = scope.fork(() -> Await.awaitSingle(probe));
    probe.awaitRequest();
    StepVerifier.create(conversion.of(coroutine))
        .then(() -> probe.next("a").complete())
        .expectNext("a")
        .expectComplete()
        .verify(DEADLINE);
    StepVerifier.create(conversion.of(coroutine)).expectNext("a").expectComplete().verify(DEADLINE);
    StepVerifier.create(conversion.of(scope.fork(NOTHING))).expectComplete().verify(DEADLINE);
    assertThat(probe.subscriptions()).as("one run").isEqualTo(1);
  }

  @ParameterizedTest
  @MethodSource("conversions")
  @DisplayName("S1 A7 a failure is signalled as itself; a cancelled coroutine as its cancellation")
  void failure(Conversion conversion) {
    IOException failure = new IOException("disk");
    Coroutine<String> failing =
        scope.<String>fork(() -> {
          throw failure;
        });
    StepVerifier.create(conversion.of(failing))
        .expectErrorMatches(thrown -> thrown == failure)
        .verify(DEADLINE);
    Coroutine<String> cancelled = scope.fork(() -> Await.awaitSingle(probe));
    probe.awaitRequest();
    StepVerifier.create(conversion.of(cancelled))
        .then(() -> cancelled.cancel("why"))
        .expectErrorMatches(
            thrown -> thrown instanceof CancellationException && "why".equals(thrown.getMessage()))
        .verify(DEADLINE);
  }

  @ParameterizedTest
  @MethodSource("conversions")
  @DisplayName("S1 whoever stops listening does not own the coroutine: it goes on")
  void disposed(Conversion conversion) {
    Coroutine<String> coroutine = scope.fork(() -> Await.awaitSingle(probe));
    probe.awaitRequest();
    Disposable subscription = Flux.from(conversion.of(coroutine)).subscribe();
    subscription.dispose();
    assertThat(probe.cancels()).isZero();
    probe.next("a").complete();
    Eventually.until("it ends", coroutine::isDone);
    assertThat(coroutine.get()).isEqualTo("a");
  }
}
