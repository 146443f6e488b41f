package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Flows;
import io.bridge.fixtures.LiveThreads;
import io.bridge.fixtures.Probe;
import io.bridge.fixtures.RecordedLog;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Publisher;

/**
 * The rows of peers.md, section Build, whose peers are not on our class path: what ours does. Peers
 * beside ours are in {@code BuildPeersTest} of bridge-reactor, of bridge-rxjava and, where two
 * adapters meet, of bridge-examples. Row, promise and tests; a name without a class is a test of
 * the emitter in this package, those of other modules are by their class:
 *
 * <ul>
 *   <li>RxJava 4 {@code virtualCreate}: cancel does not interrupt the body (B6): {@code
 *       cancelInterrupts}, {@code cancelIsNoNoise}
 *   <li>the same: {@code request(-1)} counts as unbounded (B2): {@code illegalRequestWhileWaiting},
 *       {@code illegalRequestInOnSubscribe}, {@code illegalRequestInOnNext}, {@code
 *       illegalRequestWhileBlocking}; {@link DemandRaceTest#illegalRequestAgainstEnd}; {@code
 *       BuildPeersTest.peer_create_illegalRequest_ignored} of bridge-rxjava
 *   <li>the same: failures after cancel vanish (A12): {@code failureAfterCancel}, {@link
 *       #failureAfterCancel_noHandler_logged}
 *   <li>the same: concurrent {@code emit} races (B4): {@code concurrentEmit}, {@code
 *       waitingEmitterIsCancellable}, {@link DemandRaceTest#endAgainstStrayEmit}; {@code
 *       BuildPeersTest.peer_create_concurrentOnNext_overlaps} of bridge-rxjava
 *   <li>the same: {@code catch (Throwable)} swallows the stop (B4): {@link
 *       #rxJava4_caughtStop_comesAgain}, {@link #rxJava4_stoppedEmit_coroutineIsCancelled}, {@code
 *       emitAfterCancel}
 *   <li>Reactor {@code create} (B2): {@code demand}; {@code
 *       BuildPeersTest.peer_create_neverSuspends} of bridge-reactor and bridge-rxjava
 *   <li>kotlinx {@code asPublisher}: {@code request(0)} ignored (B2): as {@code request(-1)} above
 *   <li>the same: the end of an empty or failed flow needs demand (B2): {@code
 *       completionWithoutDemand}, {@code failureWithoutDemand}; {@code
 *       FluxBuilderTest.flux_demand_isFollowed}
 *   <li>the same: busy-spins (B2, A10): {@link NoSpinTest#emit}
 *   <li>the same: {@code onError} after cancel (B table): {@link #kotlinx_endAfterCancel_noSignal},
 *       {@code failureAfterCancel}
 *   <li>the same: {@code onError} after a throwing {@code onNext} (B5): {@link
 *       #kotlinx_throwingOnNext_noSignalAfterIt}, {@code throwingOnNext}, {@code
 *       throwingOnNextUnseen}; {@code FluxBuilderTest.flux_onNextThrows_rethrownFromEmit}
 *   <li>kotlinx {@code mono}, {@code flux}: a failure after cancel vanishes unless a hook is set
 *       (A12): {@link #failureAfterCancel_noHandler_logged}; {@code
 *       BuildPeersTest.failsAfterCancel_noGlobalHook_subscribersHook} of bridge-reactor, {@code
 *       MonoBuilderTest.mono_failsAfterCancel_onErrorDropped}, {@code
 *       FluxBuilderTest.flux_failsAfterCancel_onErrorDropped}; {@code
 *       BuildPeersTest.builder_failsAfterDispose_noHook_uncaught} of bridge-rxjava
 *   <li>kotlinx builders: cancel never interrupts blocking code (B6, T1): {@code cancelInterrupts},
 *       {@code cancelIsNoNoise}, {@link #kotlinx_timeoutOfBlockingCode_streamGoesOn}, {@link
 *       TimeoutTest#interruptsSleep}; {@code MonoBuilderTest.mono_disposed_interruptsQuietly},
 *       {@code MonoBuilderTest.mono_reactorTimeout_interruptsQuietly}, {@code
 *       FluxBuilderTest.flux_disposed_interruptsQuietly}, {@code
 *       RxBuilderTest.builder_disposed_interruptsQuietly}
 *   <li>kotlinx: nested {@code Unconfined} builders and {@code block()} deadlock (B7): {@link
 *       #kotlinx_nested20000Deep_noDeadlock}, {@link #kotlinx_awaitInOnNext_noDeadlock}; {@code
 *       BuildPeersTest.block_*} of bridge-reactor, {@code MonoBuilderTest.mono_nested_noDeadlock},
 *       {@code BuilderEdgesTest.singleThreadedSource}
 *   <li>Reactor, Mutiny futures: {@code orTimeout} and {@code completeExceptionally} leave the
 *       source running (B table): {@code BuildPeersTest} of bridge-examples, {@code
 *       FutureBuilderTest.future_completedFromOutside_bodyIsInterrupted}
 *   <li>Jox {@code toPublisher}: three threads for each subscription, only inside an open scope (B
 *       table): {@link #jox_threeThreads_oneEach}; {@code BuildPeersTest} of bridge-reactor and
 *       bridge-rxjava
 * </ul>
 */
@DisplayName("what builders of peers get wrong, and ours do not")
@Timeout(60)
class BuildPeersTest {

  private final AtomicReference<Thread> body = new AtomicReference<>(new Thread());

  private static Publisher<String> publisher(Emitter.Body<String> body) {
    return Publishers.publisher(body);
  }

  private void awaitBody(Thread.State state) {
    Eventually.until("the body is " + state, () -> body.get().getState() == state);
  }

  private void awaitBodysEnd() {
    awaitBody(Thread.State.TERMINATED);
  }

  /** Where the stop reaches a body that swallows it. */
  enum Stopped {
    IN_EMIT(Thread.State.WAITING) {
      @Override
      void at(Emitter<String> emitter, Probe<String> never) {
        emitter.emit("none wants it");
      }
    },
    IN_AWAIT(Thread.State.WAITING) {
      @Override
      void at(Emitter<String> emitter, Probe<String> never) {
        Await.await(never);
      }
    },
    IN_BLOCKING_CODE(Thread.State.TIMED_WAITING) {
      @Override
      void at(Emitter<String> emitter, Probe<String> never) throws InterruptedException {
        Thread.sleep(Duration.ofMinutes(5));
      }
    };

    private final Thread.State state;

    Stopped(Thread.State state) {
      this.state = state;
    }

    abstract void at(Emitter<String> emitter, Probe<String> never) throws Exception;
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B4 RxJava 4: catch (Throwable) swallows the stop: ours stops each emit and await")
  void rxJava4_caughtStop_comesAgain(Stopped stopped) {
    int attempts = 100;
    List<Throwable> swallowed = new CopyOnWriteArrayList<>();
    Probe<String> never = new Probe<>();
    Probe<String> untouched = new Probe<>();
    Drain drain = new Drain(1);
    try (Undelivered lost = new Undelivered()) {
      publisher(
              emitter -> {
                body.set(Thread.currentThread());
                emitter.emit("a");
                swallowed.add(catchThrowable(() -> stopped.at(emitter, never)));
                for (int i = 0; i < attempts; i++) {
                  swallowed.add(catchThrowable(() -> emitter.emit("late")));
                  swallowed.add(catchThrowable(() -> Await.await(untouched)));
                }
              })
          .subscribe(drain);
      drain.awaitItems(1);
      awaitBody(stopped.state);

      drain.cancel();

      awaitBodysEnd();
      assertThat(swallowed).hasSize(1 + 2 * attempts);
      assertThat(swallowed.get(0))
          .isInstanceOfAny(CancellationException.class, InterruptedException.class);
      assertThat(swallowed.subList(1, swallowed.size()))
          .allMatch(stop -> stop.getClass() == CancellationException.class);
      assertThat(untouched.subscriptions()).isZero();
      assertThat(drain.items()).containsExactly("a");
      assertThat(drain.ends()).isZero();
      assertThat(lost.failures()).isEmpty();
    }
  }

  @Test
  @DisplayName("A3 A9 an emit that was stopped leaves a cancelled coroutine: no await subscribes")
  void rxJava4_stoppedEmit_coroutineIsCancelled() {
    for (int round = 1; round <= 5_000; round++) {
      AtomicReference<Boolean> cancelled = new AtomicReference<>(false);
      Probe<String> untouched = new Probe<>();
      Drain drain = new Drain(0);
      publisher(
              emitter -> {
                body.set(Thread.currentThread());
                try {
                  emitter.emit("none wants it");
                } catch (CancellationException stop) {
                  cancelled.set(Coroutine.isCancelled());
                  Await.await(untouched);
                }
              })
          .subscribe(drain);
      awaitBody(Thread.State.WAITING);
      drain.cancel();
      awaitBodysEnd();
      assertThat(cancelled.get()).as("cancelled behind emit, round " + round).isTrue();
      assertThat(untouched.subscriptions()).as("round " + round).isZero();
    }
  }

  @Test
  @DisplayName(
      "A12 (2) RxJava 4, kotlinx: a failure after cancel vanishes: ours is logged, unhandled")
  void failureAfterCancel_noHandler_logged() {
    IllegalStateException late = new IllegalStateException("cleanup failed");
    try (RecordedLog log = RecordedLog.of("io.bridge")) {
      Drain drain = new Drain(0);
      publisher(
              emitter -> {
                body.set(Thread.currentThread());
                try {
                  emitter.emit("a");
                } catch (CancellationException e) {
                  throw late;
                }
              })
          .subscribe(drain);
      awaitBody(Thread.State.WAITING);

      drain.cancel();

      awaitBodysEnd();
      assertThat(log.errors()).extracting(Throwable::toString).containsExactly(late.toString());
      assertThat(drain.ends()).isZero();
    }
  }

  @Test
  @DisplayName("B kotlinx asPublisher sends onError after cancel: ours no signal, however it ends")
  void kotlinx_endAfterCancel_noSignal() {
    List<Emitter.Body<String>> ends =
        List.of(
            emitter -> {},
            emitter -> {
              throw new IOException("after the cancel");
            },
            emitter -> {
              throw new StackOverflowError("after the cancel");
            },
            emitter -> emitter.emit("after the cancel"));
    for (Emitter.Body<String> end : ends) {
      Drain drain = new Drain(Long.MAX_VALUE).onNext((self, item) -> self.cancel());
      try (Undelivered lost = new Undelivered()) {
        publisher(
                emitter -> {
                  body.set(Thread.currentThread());
                  assertThat(catchThrowable(() -> emitter.emit("a")))
                      .isInstanceOf(CancellationException.class);
                  end.run(emitter);
                })
            .subscribe(drain);
        drain.awaitItems(1);
        awaitBodysEnd();
        assertThat(drain.items()).containsExactly("a");
        assertThat(drain.ends()).isZero();
        assertThat(lost.failures()).doesNotHaveAnyElementsOfTypes(CancellationException.class);
      }
    }
  }

  @Test
  @DisplayName("B5 kotlinx sends onError after a throwing onNext: ours nothing, it is reported")
  void kotlinx_throwingOnNext_noSignalAfterIt() {
    IllegalStateException refusal = new IllegalStateException("refused");
    IOException consequence = new IOException("no other way", refusal);
    Drain drain =
        new Drain(Long.MAX_VALUE)
            .onNext((self, item) -> {
              throw refusal;
            });
    try (Undelivered lost = new Undelivered()) {
      publisher(
              emitter -> {
                body.set(Thread.currentThread());
                try {
                  emitter.emit("a");
                } catch (IllegalStateException e) {
                  throw consequence;
                }
              })
          .subscribe(drain);
      drain.awaitItems(1);
      awaitBodysEnd();
      drain.request(1).request(0);
      assertThat(drain.items()).containsExactly("a");
      assertThat(drain.ends()).isZero();
      assertThat(lost.failures()).containsExactly(consequence);
    }
  }

  @Test
  @DisplayName("T1 B6 kotlinx: no timeout ends blocking code in a builder: ours does, and goes on")
  void kotlinx_timeoutOfBlockingCode_streamGoesOn() {
    Drain drain = new Drain(Long.MAX_VALUE);
    publisher(
            emitter -> {
              Throwable late =
                  catchThrowable(() ->
                      Coroutine.withTimeout(
                          Duration.ofMillis(5), () -> Thread.sleep(Duration.ofMinutes(5))));
              emitter.emit(late.getClass().getSimpleName());
              emitter.emit(Thread.currentThread().isInterrupted() ? "flag" : "no flag");
            })
        .subscribe(drain);
    assertThat(drain.awaitEnd().items()).containsExactly("AwaitTimeoutException", "no flag");
    assertThat(drain.failure()).isNull();
  }

  @Test
  @DisplayName("B7 kotlinx: nested builders deadlock: ours are 20 000 deep, each awaits the next")
  void kotlinx_nested20000Deep_noDeadlock() {
    int depth = 20_000;
    Publisher<Integer> nested = Publishers.publisher(emitter -> emitter.emit(0));
    for (int i = 0; i < depth; i++) {
      Publisher<Integer> inside = nested;
      nested = Publishers.publisher(emitter -> emitter.emit(Await.awaitSingle(inside) + 1));
    }
    assertThat(Await.awaitSingle(nested)).isEqualTo(depth);
  }

  @Test
  @DisplayName("B7 kotlinx: waiting for a builder in a builder's onNext deadlocks: ours not")
  void kotlinx_awaitInOnNext_noDeadlock() {
    List<String> inner = new CopyOnWriteArrayList<>();
    Probe<String> release = new Probe<>();
    Drain drain =
        new Drain(1)
            .onNext((self, item) -> {
              inner.add(
                  Await.awaitSingle(
                      publisher(emitter -> emitter.emit(Await.awaitSingle(release)))));
              self.request(1);
            });
    publisher(
            emitter -> {
              emitter.emit("a");
              emitter.emit("b");
            })
        .subscribe(drain);
    for (int i = 1; i <= 2; i++) {
      int subscriptions = i;
      Eventually.until("the inner body awaits", () -> release.requests().size() == subscriptions);
      release.next("inner " + i).complete();
    }
    assertThat(drain.awaitEnd().items()).containsExactly("a", "b");
    assertThat(inner).containsExactly("inner 1", "inner 2");
    assertThat(drain.wasLawful()).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName(
      "B Jox toPublisher needs a scope and three threads a subscription: ours one, no scope")
  void jox_threeThreads_oneEach(Form form) {
    List<Thread> bodies = new CopyOnWriteArrayList<>();
    LiveThreads live = LiveThreads.sinceNow();
    assertThat(Coroutine.current()).as("no scope is open").isNull();
    Publisher<String> publisher =
        form.of(emitter -> {
          bodies.add(Thread.currentThread());
          emitter.emit("a");
          emitter.emit("b");
        });
    assertThat(live.started()).as("before any subscription").isEmpty();

    List<Drain> drains = List.of(new Drain(1), new Drain(1), new Drain(1));
    drains.forEach(publisher::subscribe);
    drains.forEach(drain -> drain.awaitItems(1));
    Eventually.until(
        "all wait for demand",
        () -> bodies.stream().allMatch(thread -> thread.getState() == Thread.State.WAITING));
    assertThat(bodies).hasSameSizeAs(drains);
    assertThat(live.started())
        .containsOnlyKeys(bodies.stream().map(Thread::threadId).toArray(Long[]::new));

    drains.get(0).cancel();
    drains.get(1).request(1);
    drains.get(2).request(Long.MAX_VALUE);
    Eventually.until("all have ended", () -> live.started().isEmpty());
    assertThat(drains.get(1).items()).containsExactly("a", "b");
  }

  /** Both of core's ways to make a publisher. */
  enum Form {
    PUBLISHER {
      @Override
      Publisher<String> of(Emitter.Body<String> body) {
        return Publishers.publisher(body);
      }
    },
    FLOW_PUBLISHER {
      @Override
      Publisher<String> of(Emitter.Body<String> body) {
        return Flows.through(Publishers.flowPublisher(body));
      }
    };

    abstract Publisher<String> of(Emitter.Body<String> body);
  }
}
