package io.bridge.reactor;

import static io.bridge.reactor.ReactorBridge.awaitSingle;
import static io.bridge.reactor.ReactorBridge.flux;
import static io.bridge.reactor.ReactorBridge.mono;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Coroutine;
import io.bridge.Emitter;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.LiveThreads;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * The rows of peers.md, section Build, that name Reactor or a builder of Reactor's types: what the
 * peer does today, so that a fixed peer is noticed, and ours beside it. Row, promise and tests:
 *
 * <ul>
 *   <li>{@code create}: {@code next} buffers or drops, never suspends (B2): {@link
 *       #peer_create_neverSuspends}, {@link FluxBuilderTest#flux_slowSubscriber_bodyWaits}
 *   <li>Reactor's futures: {@code orTimeout} and {@code completeExceptionally} leave the source
 *       running (B table): {@code io.bridge.examples.merge.BuildPeersTest}, where both adapters are
 *       on the path
 *   <li>kotlinx {@code mono}, {@code flux}: a failure after cancel vanishes unless a hook is set
 *       (A12): {@link #failsAfterCancel_noGlobalHook_subscribersHook}, {@link
 *       MonoBuilderTest#mono_failsAfterCancel_onErrorDropped}, {@link
 *       FluxBuilderTest#flux_failsAfterCancel_onErrorDropped}
 *   <li>kotlinx builders: cancel never interrupts blocking code (B6, T1): {@link
 *       MonoBuilderTest#mono_disposed_interruptsQuietly}, {@link
 *       MonoBuilderTest#mono_reactorTimeout_interruptsQuietly}, {@link
 *       FluxBuilderTest#flux_disposed_interruptsQuietly}
 *   <li>kotlinx: nested {@code Unconfined} builders and {@code block()} deadlock (B7): {@link
 *       #block_nestedInBuilders_noDeadlock}, {@link MonoBuilderTest#mono_nested_noDeadlock}, {@link
 *       BuilderNestingTest#nested_deep_value}, {@link BuilderEdgesTest#singleThreadedSource}
 *   <li>kotlinx {@code asPublisher} (B2, B5): {@link
 *       FluxBuilderTest#flux_requestBelowOne_failsAndCancels}, {@link
 *       FluxBuilderTest#flux_demand_isFollowed}, {@link
 *       FluxBuilderTest#flux_onNextThrows_rethrownFromEmit}
 *   <li>Jox {@code toPublisher}: three threads for each subscription (B table): {@link
 *       #jox_threeThreads_oneEach}
 * </ul>
 *
 * <p>All rows, also those of peers that are not on this class path, are listed in {@code
 * io.bridge.BuildPeersTest} of bridge-core.
 */
@DisplayName("Reactor's own ways to build, and ours beside them")
@Timeout(60)
class BuildPeersTest {

  private static final int COUNT = 1_000;

  private final AtomicReference<Thread> body = new AtomicReference<>(new Thread());

  @AfterEach
  void nothingIsLeft() {
    assertThat(Thread.interrupted()).isFalse();
  }

  /** Requests two items by itself, and records. */
  private static final class Slow extends BaseSubscriber<Integer> {

    final List<Integer> received = new CopyOnWriteArrayList<>();
    final CountDownLatch ended = new CountDownLatch(1);

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
      subscription.request(2);
    }

    @Override
    protected void hookOnNext(Integer value) {
      received.add(value);
    }

    @Override
    protected void hookOnComplete() {
      ended.countDown();
    }

    List<Integer> rest() {
      requestUnbounded();
      Eventually.until("the end", () -> ended.getCount() == 0);
      return received;
    }
  }

  private static List<Integer> upTo(int last) {
    return IntStream.rangeClosed(1, last).boxed().toList();
  }

  @ParameterizedTest
  @EnumSource(
      value = FluxSink.OverflowStrategy.class,
      names = {"BUFFER", "DROP", "LATEST"})
  @DisplayName("B2 Reactor create: next buffers or drops and never suspends: our emit suspends")
  void peer_create_neverSuspends(FluxSink.OverflowStrategy strategy) {
    Slow peers = new Slow();
    Flux<Integer> created =
        Flux.create(
            sink -> {
              upTo(COUNT).forEach(sink::next);
              sink.complete();
            },
            strategy);
    Fork.virtual(() -> created.subscribe(peers)).join(); // a fixed peer would hang here
    assertThat(peers.received).as("all were sent, two requested").containsExactly(1, 2);
    assertThat(peers.rest())
        .as("a fixed peer would neither keep nor lose any")
        .isEqualTo(
            switch (strategy) {
              case BUFFER -> upTo(COUNT);
              case LATEST -> List.of(1, 2, COUNT);
              default -> List.of(1, 2);
            });

    Slow ours = new Slow();
    AtomicInteger begun = new AtomicInteger();
    Flux<Integer> emitted =
        flux(emitter -> {
          body.set(Thread.currentThread());
          for (int i = 1; i <= COUNT; i++) {
            begun.set(i);
            emitter.emit(i);
          }
        });
    emitted.subscribe(ours);
    Eventually.until(
        "the third waits", () -> begun.get() == 3 && body.get().getState() == Thread.State.WAITING);
    assertThat(ours.received).containsExactly(1, 2);
    assertThat(ours.rest()).isEqualTo(upTo(COUNT));
  }

  /** Sleeps until it is interrupted, and fails then. */
  private String failLate(IllegalStateException late) {
    body.set(Thread.currentThread());
    try {
      Thread.sleep(Duration.ofMinutes(5));
    } catch (InterruptedException e) {
      throw late;
    }
    return "slept";
  }

  private Stream<Flux<String>> failingLate(IllegalStateException late) {
    return Stream.of(
        mono(() -> failLate(late)).flux(),
        flux((Emitter<String> emitter) -> emitter.emit(failLate(late))));
  }

  @Test
  @DisplayName("A12 kotlinx: a failure after cancel vanishes without a hook: ours finds its way")
  void failsAfterCancel_noGlobalHook_subscribersHook() {
    IllegalStateException late = new IllegalStateException("cleanup failed");
    failingLate(late)
        .forEach(failing -> {
          List<Throwable> dropped = new CopyOnWriteArrayList<>();
          Consumer<Throwable> hook = dropped::add;
          Disposable subscription =
              failing
                  .contextWrite(context -> context.put("reactor.onErrorDropped.local", hook))
                  .subscribe();
          Eventually.until("asleep", () -> body.get().getState() == Thread.State.TIMED_WAITING);

          subscription.dispose();

          Eventually.until("the end", () -> body.get().getState() == Thread.State.TERMINATED);
          assertThat(dropped).containsExactly(late);
        });
  }

  private static <T> T block(Mono<T> mono) {
    return requireNonNull(mono.block());
  }

  private static Mono<String> later() {
    return Mono.delay(Duration.ofMillis(1)).map(tick -> "v");
  }

  private static Mono<String> awaiting(Mono<String> source) {
    return mono(() -> awaitSingle(source));
  }

  private static Stream<Named<Supplier<Mono<String>>>> blocking() {
    Flux<Integer> twice =
        flux(emitter -> {
          emitter.emit(1);
          emitter.emit(2);
        });
    return Stream.of(
        Named.of("in a body", () -> mono(() -> block(awaiting(later())))),
        Named.of("three deep", () -> mono(() -> block(mono(() -> block(awaiting(later())))))),
        Named.of(
            "in an operator behind a builder",
            () -> twice.map(item -> block(awaiting(later()))).last()),
        Named.of(
            "of one that awaits its sibling",
            () -> {
              Mono<String> sibling = awaiting(later()).cache();
              return mono(() -> block(awaiting(sibling)) + awaitSingle(sibling));
            }),
        Named.of(
            "on a scheduler of one thread, builders on the same",
            () ->
                mono(() ->
                        block(
                            awaiting(later().publishOn(Schedulers.single()))
                                .subscribeOn(Schedulers.single())))
                    .subscribeOn(Schedulers.single())));
  }

  @ParameterizedTest
  @MethodSource("blocking")
  @DisplayName("B7 kotlinx: nested Unconfined builders and block() deadlock: ours do not")
  void block_nestedInBuilders_noDeadlock(Supplier<Mono<String>> nested) {
    assertThat(awaitSingle(nested.get())).startsWith("v");
    assertThat(Fork.platform(() -> block(nested.get())).join()).startsWith("v");
  }

  private static Stream<Named<Flux<String>>> endless(List<Thread> bodies) {
    return Stream.of(
        Named.of(
            "mono",
            mono(
                    () -> {
                      bodies.add(Thread.currentThread());
                      return awaitSingle(Mono.<String>never());
                    })
                .flux()),
        Named.of(
            "flux",
            flux((Emitter<String> emitter) -> {
              bodies.add(Thread.currentThread());
              emitter.emit(awaitSingle(Mono.<String>never()));
            })));
  }

  @Test
  @DisplayName(
      "B Jox toPublisher needs a scope and three threads a subscription: ours one, no scope")
  void jox_threeThreads_oneEach() {
    assertThat(Coroutine.current()).as("no scope is open").isNull();
    List<Thread> bodies = new CopyOnWriteArrayList<>();
    endless(bodies)
        .forEach(built -> {
          bodies.clear();
          LiveThreads live = LiveThreads.sinceNow();
          assertThat(live.started()).as("before any subscription").isEmpty();

          List<Disposable> subscriptions =
              Stream.generate(() -> built.getPayload().subscribe()).limit(3).toList();
          Eventually.until(
              "all wait",
              () ->
                  bodies.size() == 3
                      && bodies.stream()
                          .allMatch(thread -> thread.getState() == Thread.State.WAITING));
          assertThat(live.started())
              .as(built.getName())
              .containsOnlyKeys(bodies.stream().map(Thread::threadId).toArray(Long[]::new));

          subscriptions.forEach(Disposable::dispose);
          Eventually.until("all have ended", () -> live.started().isEmpty());
        });
  }
}
