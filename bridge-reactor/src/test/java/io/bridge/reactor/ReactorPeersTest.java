package io.bridge.reactor;

import static io.bridge.reactor.ReactorBridge.await;
import static io.bridge.reactor.ReactorBridge.awaitFirst;
import static io.bridge.reactor.ReactorBridge.awaitList;
import static io.bridge.reactor.ReactorBridge.awaitSingle;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.AwaitTimeoutException;
import io.bridge.Coroutine;
import io.bridge.fixtures.BodyRun;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import io.bridge.fixtures.ThreadCpu;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
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
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * The rows of peers.md, section Await, that name Reactor: what the peer does today, so that a fixed
 * peer is noticed, and ours beside it. Row, promise and tests:
 *
 * <ul>
 *   <li>{@code block}, {@code toIterable} subscribe, then check the thread (A2): {@link
 *       #peer_blocking_subscribesBeforeTheCheck}, {@link
 *       ReactorGuardTest#await_nonBlockingThread_notSubscribed}
 *   <li>{@code fromCallable(..).block()} skips the check and ignores its timeout (A2, T1): {@link
 *       ReactorGuardTest#peer_blockOfCallable_blocksParallel}, {@link
 *       #peer_blockOfCallable_ignoresTheTimeout}
 *   <li>{@code block}, {@code toFuture}: a late {@code onSubscribe} leaks (A5): {@link
 *       MonoCancelTest#peer_block_interruptedBeforeLateOnSubscribe_leaks}, {@link
 *       #peer_toFuture_lateOnSubscribe_requests}, {@link
 *       MonoCancelTest#await_lateOnSubscribe_cancelledAtOnce}
 *   <li>{@code block} of a shared failure: 10 000 suppressed (A8): {@link
 *       #peer_block_suppressesWithoutBound}
 *   <li>{@code share().block()} polls, an interrupt cancels nothing and loses its cause (A5, A10):
 *       {@link #peer_shareBlock_pollsAndLeaks}, {@link #await_shared_usesNoCpu}
 *   <li>timeouts are {@code IllegalStateException} (T1): {@link #peer_timeout_illegalState}
 *   <li>kotlinx, a failure behind the first value (A11): {@link #awaitFirst_failureBehind_dropped},
 *       {@link MonoCancelTest#await_twoTerminals_firstWins}
 *   <li>kotlinx {@code Mono.awaitSingle}, {@code awaitFirst}: the last of two items wins, null is a
 *       value (A11): {@link MonoCancelTest#await_twoItems_tooMany}, {@link
 *       MonoCancelTest#await_nullSignals_thrownToTheSource}
 *   <li>kotlinx {@code Mono.await*}: no lock, so a race of cancel and request (A6): {@link
 *       MonoCancelTest#await_onSubscribeRacesCancel_cancelledOnce}
 *   <li>kotlinx, Subscriber TCK (B1): {@code internal.CoreSubscriberAwaitTckTest}
 * </ul>
 *
 * <p>The rows of peers that are not on this class path are listed in {@code io.bridge.PeerRowsTest}
 * of bridge-core.
 */
@DisplayName("Reactor's own ways of waiting, and ours beside them")
@Timeout(60)
class ReactorPeersTest {

  private static final Duration SOON = Duration.ofMillis(20);

  private interface Blocking {
    @Nullable Object on(Flux<String> flux);
  }

  private final Probe<String> peers = new Probe<>();
  private final Probe<String> ours = new Probe<>();

  @AfterEach
  void nothingIsLeft() {
    assertThat(Thread.interrupted()).isFalse();
  }

  private static <T> T onParallel(Callable<T> code) {
    return requireNonNull(
        Mono.fromCallable(code).subscribeOn(Schedulers.parallel()).block(Eventually.DEADLINE));
  }

  private static Throwable failureOnParallel(ThrowingCallable code) {
    return onParallel(() -> catchThrowable(code));
  }

  static Stream<Named<Blocking>> blocking() {
    return Stream.of(
        Named.of("block", flux -> flux.next().block()),
        Named.of("blockFirst", Flux::blockFirst),
        Named.of("blockLast", Flux::blockLast),
        Named.of("toIterable", flux -> flux.toIterable().iterator().hasNext()));
  }

  @ParameterizedTest
  @MethodSource("blocking")
  @DisplayName("A2 Reactor subscribes, then refuses the thread and never cancels: we refuse first")
  void peer_blocking_subscribesBeforeTheCheck(Blocking blocking) {
    assertThat(failureOnParallel(() -> blocking.on(Flux.from(peers))))
        .isInstanceOf(IllegalStateException.class);
    assertThat(peers.subscriptions()).as("a fixed peer would not subscribe").isEqualTo(1);
    assertThat(peers.requests()).as("nor ask for items").isNotEmpty();
    assertThat(peers.cancels()).as("or it would cancel").isZero();

    assertThat(failureOnParallel(() -> awaitList(Flux.from(ours))))
        .isInstanceOf(IllegalStateException.class);
    assertThat(ours.subscriptions()).isZero();
  }

  @Test
  @DisplayName("A2 T1 Reactor block(timeout) of a callable has no timeout: ours has, and a guard")
  void peer_blockOfCallable_ignoresTheTimeout() {
    AtomicInteger calls = new AtomicInteger();
    Mono<String> late =
        Mono.fromCallable(() -> {
          long end = System.nanoTime() + SOON.multipliedBy(3).toNanos();
          Eventually.until("it is late", () -> System.nanoTime() - end > 0);
          return "late " + calls.incrementAndGet();
        });
    assertThat(onParallel(() -> requireNonNull(late.block(SOON))))
        .as("a fixed peer would refuse the thread, or time out")
        .isEqualTo("late 1");

    assertThat(failureOnParallel(() -> await(late))).isInstanceOf(IllegalStateException.class);
    assertThat(calls).hasValue(1);
    Mono<String> asleep =
        Mono.fromCallable(() -> {
          Thread.sleep(Duration.ofMinutes(5));
          return "never";
        });
    assertThatThrownBy(() -> Coroutine.withTimeout(SOON, () -> awaitSingle(asleep)))
        .isInstanceOf(AwaitTimeoutException.class);
  }

  @Test
  @DisplayName("A5 Reactor toFuture requests from a subscription behind its cancel: we cancel it")
  void peer_toFuture_lateOnSubscribe_requests() throws Exception {
    peers.onSubscribe(withheld -> {});
    assertThat(new ProbedMono<>(peers).toFuture().cancel(true)).isTrue();
    peers.subscriber().onSubscribe(peers);
    assertThat(peers.cancels()).as("a fixed peer would cancel").isZero();
    assertThat(peers.requests()).as("and not ask for more").containsExactly(Long.MAX_VALUE);

    ours.onSubscribe(withheld -> {});
    BodyRun<@Nullable String> awaiting = new BodyRun<>();
    Coroutine<@Nullable String> coroutine =
        Coroutine.<@Nullable String>start(() -> awaiting.call(() -> await(new ProbedMono<>(ours))));
    ours.awaitSubscriber();
    awaiting.awaitParked();
    coroutine.cancel();
    assertThat(awaiting.failure()).isInstanceOf(CancellationException.class);
    ours.subscriber().onSubscribe(ours);
    assertThat(ours.cancels()).isEqualTo(1);
    assertThat(ours.requests()).isEmpty();
  }

  @Test
  @DisplayName("A8 Reactor block adds 10 000 suppressed to one shared failure: we add at most 8")
  void peer_block_suppressesWithoutBound() {
    IllegalStateException ofPeer = new IllegalStateException("shared");
    Mono<String> blocked = Mono.<String>error(ofPeer).hide();
    IllegalStateException ofOurs = new IllegalStateException("shared");
    Mono<String> awaited = Mono.<String>error(ofOurs).hide();

    for (int i = 0; i < 10_000; i++) {
      assertThat(catchThrowable(blocked::block)).isSameAs(ofPeer);
      assertThat(catchThrowable(() -> await(awaited))).isSameAs(ofOurs);
    }

    assertThat(ofPeer.getSuppressed().length).as("a fixed peer would stop").isEqualTo(10_000);
    assertThat(ofOurs.getSuppressed().length).isLessThanOrEqualTo(8);
  }

  @Test
  @DisplayName("A5 A10 Reactor share().block() polls, an interrupt leaks: ours parks and cancels")
  void peer_shareBlock_pollsAndLeaks() {
    Mono<String> shared = new ProbedMono<>(peers).share();
    Fork<@Nullable String> blocked = Fork.<@Nullable String>platform(() -> shared.block());
    peers.awaitRequest();
    Eventually.until("a fixed peer would park", () -> isIn("sleep", blocked.thread()));
    assertThat(blocked.interrupt().joinFailure())
        .isInstanceOf(IllegalStateException.class)
        .as("a fixed peer would keep the cause")
        .hasNoCause();
    assertThat(peers.cancels()).as("and cancel").isZero();

    Mono<String> ourShared = new ProbedMono<>(ours).share();
    Fork<@Nullable String> awaiting = Fork.<@Nullable String>platform(() -> await(ourShared));
    ours.awaitRequest();
    awaiting.awaitParked().interrupt();
    assertThat(awaiting.joinFailure()).isInstanceOf(CancellationException.class);
    assertThat(ours.cancels()).isEqualTo(1);
  }

  private static boolean isIn(String method, Thread thread) {
    return Stream.of(thread.getStackTrace()).anyMatch(at -> at.getMethodName().equals(method));
  }

  @Test
  @DisplayName("A10 Reactor share().block() polls: 1 s of our await of it is under 20 ms CPU")
  void await_shared_usesNoCpu() {
    Mono<String> shared = new ProbedMono<>(ours).share();
    Fork<@Nullable String> fork = Fork.<@Nullable String>platform(() -> await(shared));
    ours.awaitRequest();
    fork.awaitParked();
    Duration before = ThreadCpu.of(fork.thread());
    long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
    Eventually.until("a second is over", () -> System.nanoTime() - end > 0);
    assertThat(ThreadCpu.of(fork.thread()).minus(before)).isLessThan(Duration.ofMillis(20));
    assertThat(isIn("sleep", fork.thread())).isFalse();
    ours.next("v").complete();
    assertThat(fork.join()).isEqualTo("v");
  }

  @Test
  @DisplayName("A11 kotlinx awaitFirst throws at a failure behind the item: ours drops it, hooked")
  void awaitFirst_failureBehind_dropped() {
    IllegalStateException behind = new IllegalStateException("behind");
    ours.onRequest(now -> now.next("first").fail(behind));
    try (Lost lost = new Lost()) {
      assertThat(awaitFirst(Flux.from(ours))).isEqualTo("first");
      assertThat(lost.droppedErrors).containsExactly(behind);
    }
  }

  static Stream<Named<Blocking>> timed() {
    return Stream.of(
        Named.of("block", flux -> flux.next().block(SOON)),
        Named.of("share().block", flux -> flux.next().share().block(SOON)),
        Named.of("blockFirst", flux -> flux.blockFirst(SOON)),
        Named.of("blockLast", flux -> flux.blockLast(SOON)));
  }

  @ParameterizedTest
  @MethodSource("timed")
  @DisplayName("T1 Reactor times out with IllegalStateException: ours is a type of its own")
  void peer_timeout_illegalState(Blocking timed) {
    assertThatThrownBy(() -> timed.on(Flux.never()))
        .as("a fixed peer would have a type")
        .isExactlyInstanceOf(IllegalStateException.class)
        .satisfies(thrown -> assertThat(thrown).isNotInstanceOf(TimeoutException.class));

    assertThatThrownBy(() -> Coroutine.withTimeout(SOON, () -> awaitSingle(Flux.never())))
        .isInstanceOf(AwaitTimeoutException.class);
  }
}
