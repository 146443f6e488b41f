package io.bridge.examples.merge;

import static io.bridge.completablefuture.CompletableFutureBridge.*;
import static io.bridge.reactor.ReactorBridge.*;
import static io.bridge.rxjava.RxJavaBridge.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Awaitable;
import io.bridge.Emitter;
import io.bridge.Publishers;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import java.time.Duration;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

@DisplayName("C2 Reactor's Context crosses bodies and conversions of the other libraries")
@Timeout(60)
class ContextAcrossTest {

  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private static final Mono<String> USER =
      Mono.deferContextual(context -> Mono.just(userIn(context)));

  private static String userIn(ContextView context) {
    return String.valueOf(context.<Object>getOrDefault("user", "nobody"));
  }

  /** An awaitable of the user's. */
  private static final Awaitable<String> OWN =
      suspension -> suspension.resume(userIn(currentContext()));

  /** Code of a body, with the name of the user that it finds. */
  private interface Way {
    @Nullable String user() throws Exception;
  }

  private static Arguments way(String name, Way way) {
    return Arguments.of(name, way);
  }

  static Stream<Arguments> ways() {
    return Stream.of(
        way("single", () -> await(single(() -> awaitSingle(USER)))),
        way("maybe", () -> awaitSingle(maybe(() -> awaitSingle(USER)))),
        way(
            "flowable",
            () -> awaitFirst(flowable((Emitter<String> e) -> e.emit(awaitSingle(USER))))),
        way(
            "observable",
            () -> awaitFirst(observable((Emitter<String> e) -> e.emit(awaitSingle(USER))))),
        way("future", () -> await(future(() -> awaitSingle(USER)))),
        way(
            "flowPublisher",
            () ->
                awaitFirst(
                    Publishers.flowPublisher((Emitter<String> e) -> e.emit(awaitSingle(USER))))),
        way("toSingle", () -> await(toSingle(awaitable(USER)))),
        way("toMaybe", () -> awaitSingle(toMaybe(awaitable(USER)))),
        way("toCompletableFuture", () -> await(toCompletableFuture(awaitable(USER)))),
        way("toMono of a Single", () -> awaitSingle(toMono(awaitable(toSingle(awaitable(USER)))))),
        way("toSingle of the user's", () -> await(toSingle(OWN))),
        way("toMaybe of the user's", () -> awaitSingle(toMaybe(OWN))),
        way("toCompletableFuture of the user's", () -> await(toCompletableFuture(OWN))),
        way("toMono of the user's in a Single", () -> await(toSingle(awaitable(toMono(OWN))))),
        way(
            "mapAwaitFlowable",
            () -> {
              Flowable<String> mapped =
                  Flowable.range(1, 3).compose(mapAwaitFlowable(2, i -> awaitSingle(USER)));
              return awaitFirst(mapped);
            }),
        way(
            "a Single in awaitAll",
            () -> {
              Single<String> single = single(() -> awaitSingle(USER));
              return awaitAll(awaitable(single), awaitable(USER), (a, b) -> a.equals(b) ? a : "?");
            }));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ways")
  @DisplayName("C2 B9 (2) awaited in a mono's body, each gets the subscriber's Context")
  void inMono(String name, Way way) {
    Mono<String> body = mono(way::user);
    assertThat(body.contextWrite(c -> c.put("user", "ann")).block(DEADLINE)).isEqualTo("ann");
    assertThat(body.block(DEADLINE)).isEqualTo("nobody");
  }
}
