package io.bridge.reactor;

import static io.bridge.reactor.ReactorBridge.await;
import static io.bridge.reactor.ReactorBridge.awaitFirst;
import static io.bridge.reactor.ReactorBridge.awaitList;
import static io.bridge.reactor.ReactorBridge.awaitSingle;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.Await;
import io.bridge.Registration;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

@Timeout(60)
class ReactorGuardTest {

  private static final Duration DEADLINE = Duration.ofSeconds(30);

  @AfterEach
  void resetPredicates() {
    Schedulers.resetNonBlockingThreadPredicate();
  }

  private static Stream<Named<Scheduler>> nonBlocking() {
    return Stream.of(
        Named.of("parallel", Schedulers.parallel()), Named.of("single", Schedulers.single()));
  }

  private static <T> T on(Scheduler scheduler, Callable<T> code) {
    return requireNonNull(Mono.fromCallable(code).subscribeOn(scheduler).block(DEADLINE));
  }

  private static Throwable failureOn(Scheduler scheduler, ThrowingCallable code) {
    return on(scheduler, () -> catchThrowable(code));
  }

  @ParameterizedTest
  @MethodSource("nonBlocking")
  @DisplayName("A2 refused on Reactor's non-blocking threads, whatever the source holds")
  void await_nonBlockingThread_refused(Scheduler scheduler) {
    Stream.<ThrowingCallable>of(
            () -> await(Mono.just("v")),
            () -> await(Mono.empty()),
            () -> await(Mono.fromCallable(() -> "v")),
            () -> await((Publisher<String>) Mono.just("v")),
            () -> await(Mono.just("v").hide()),
            () -> awaitSingle(Mono.just("v")),
            () -> awaitFirst(Flux.just("v")),
            () -> awaitList(Flux.range(1, 3)),
            () -> await(new Probe<String>()))
        .forEach(code ->
            assertThat(failureOn(scheduler, code)).isInstanceOf(IllegalStateException.class));
  }

  @ParameterizedTest
  @MethodSource("nonBlocking")
  @DisplayName("A2 refused before subscribing; peer: block() subscribes first and never cancels")
  void await_nonBlockingThread_notSubscribed(Scheduler scheduler) {
    Probe<String> ours = new Probe<>();
    assertThat(failureOn(scheduler, () -> await(new ProbedMono<>(ours))))
        .isInstanceOf(IllegalStateException.class);
    assertThat(ours.subscriptions()).isZero();

    Probe<String> peers = new Probe<>();
    assertThat(failureOn(scheduler, () -> new ProbedMono<>(peers).block()))
        .isInstanceOf(IllegalStateException.class);
    assertThat(peers.subscriptions()).as("a fixed peer would not subscribe").isEqualTo(1);
    assertThat(peers.cancels()).as("a fixed peer would cancel").isZero();
  }

  @Test
  @DisplayName("peer: block() of a callable blocks a parallel thread; A2 we refuse it")
  void peer_blockOfCallable_blocksParallel() {
    assertThat(on(Schedulers.parallel(), () -> "ran " + Mono.fromCallable(() -> "v").block()))
        .isEqualTo("ran v");

    assertThat(failureOn(Schedulers.parallel(), () -> await(Mono.fromCallable(() -> "v"))))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  @DisplayName("A19 the message: thread, caller's line, ways out; for every facade method alike")
  void await_refused_message() {
    Stream.<ThrowingCallable>of(
            () -> await(Mono.just("v")),
            () -> awaitSingle(Mono.just("v")),
            () -> await((Publisher<String>) Mono.just("v")),
            () -> awaitList(Flux.just("v")))
        .forEach(code -> {
          Thread[] refused = new Thread[1];
          Throwable failure =
              failureOn(
                  Schedulers.parallel(),
                  () -> {
                    refused[0] = Thread.currentThread();
                    code.call();
                  });
          assertThat(failure)
              .hasMessageContaining("\"" + refused[0].getName() + "\"")
              .hasMessageContaining("ReactorGuardTest.java:")
              .hasMessageContaining("await_refused_message")
              .hasMessageContaining("mono(() -> ")
              .hasMessageContaining("future(() -> ")
              .hasMessageContaining("Coroutine.start(");
        });
  }

  @Test
  @DisplayName("A2 a thread of a registered predicate of Reactor is refused")
  void await_registeredPredicate_refused() {
    Schedulers.registerNonBlockingThreadPredicate(t -> t.getName().equals("fork"));
    Probe<String> probe = new Probe<>();

    Fork<@Nullable String> scalar =
        Fork.<@Nullable String>platform(() -> await(Mono.just("refused")));
    Fork<@Nullable String> probed =
        Fork.<@Nullable String>platform(() -> await(new ProbedMono<>(probe)));
    Fork<@Nullable String> virtual =
        Fork.<@Nullable String>virtual(() -> await(Mono.just("virtual threads are allowed")));

    assertThat(scalar.joinFailure())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("\"fork\"");
    assertThat(probed.joinFailure()).isInstanceOf(IllegalStateException.class);
    assertThat(probe.subscriptions()).isZero();
    assertThat(virtual.join()).isEqualTo("virtual threads are allowed");

    Schedulers.resetNonBlockingThreadPredicate();
    Fork<@Nullable String> after = Fork.<@Nullable String>platform(() -> await(Mono.just("v")));
    assertThat(after.join()).isEqualTo("v");
  }

  @Test
  @DisplayName("A2 Await.permitOn outranks Reactor's rule until it is closed")
  void await_permitted_allowed() {
    try (Registration permission =
        Await.permitOn(thread -> thread.getName().startsWith("parallel"))) {
      assertThat(permission).isNotNull();
      String permitted = on(Schedulers.parallel(), () -> awaitSingle(Mono.just("v")));
      assertThat(permitted).isEqualTo("v");
    }
    assertThat(failureOn(Schedulers.parallel(), () -> await(Mono.just("v"))))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  @DisplayName("A2 boundedElastic and plain threads are allowed")
  void await_boundedElastic_allowed() {
    Mono<String> delayed = Mono.delay(Duration.ofMillis(1)).map(tick -> "elastic");
    String elastic = on(Schedulers.boundedElastic(), () -> awaitSingle(delayed));
    assertThat(elastic).isEqualTo("elastic");
    assertThat(await(Mono.just("plain"))).isEqualTo("plain");
  }
}
