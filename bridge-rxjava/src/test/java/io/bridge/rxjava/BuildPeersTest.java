package io.bridge.rxjava;

import static io.bridge.rxjava.RxJavaBridge.flowable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.Coroutine;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.LiveThreads;
import io.reactivex.rxjava3.core.BackpressureStrategy;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.FlowableEmitter;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.subscribers.DisposableSubscriber;
import io.reactivex.rxjava3.subscribers.TestSubscriber;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The rows of peers.md, section Build, seen from RxJava's types. RxJava 4 is not on the class path;
 * where {@code create} of RxJava 3 has the same fault, it is shown, so that a fixed peer is
 * noticed. Row, promise and tests:
 *
 * <ul>
 *   <li>RxJava 4 {@code virtualCreate}: cancel does not interrupt the body (B6): {@link
 *       RxBuilderTest#builder_disposed_interruptsQuietly}
 *   <li>the same: {@code request(-1)} counts as unbounded (B2): {@link
 *       #peer_create_illegalRequest_ignored}
 *   <li>the same: failures after cancel vanish (A12): {@link
 *       RxBuilderTest#builder_failsAfterDispose_lost}, {@link
 *       #builder_failsAfterDispose_noHook_uncaught}
 *   <li>the same: concurrent {@code emit} races (B4): {@link
 *       #peer_create_concurrentOnNext_overlaps}
 *   <li>the same: {@code catch (Throwable)} swallows the stop (B4): {@code
 *       io.bridge.BuildPeersTest} of bridge-core
 *   <li>Reactor {@code create}, and RxJava's: {@code onNext} buffers or drops, never suspends (B2):
 *       {@link #peer_create_neverSuspends}, {@link RxBuilderTest#flowable_demand}
 *   <li>futures: {@code io.bridge.examples.merge.BuildPeersTest}, where two adapters meet
 *   <li>Jox {@code toPublisher}: three threads for each subscription (B table): {@link
 *       #jox_threeThreads_oneEach}
 * </ul>
 *
 * <p>All rows are listed in {@code io.bridge.BuildPeersTest} of bridge-core.
 */
@DisplayName("RxJava's own ways to build, and ours beside them")
@Timeout(60)
class BuildPeersTest {

  private static final int COUNT = 1_000;

  private final Lost lost = new Lost();
  private final AtomicReference<Thread> body = new AtomicReference<>(new Thread());

  @AfterEach
  void nothingIsLeft() {
    lost.close();
    assertThat(Thread.interrupted()).isFalse();
  }

  private void awaitBody(Thread.State state) {
    Eventually.until("the body is " + state, () -> body.get().getState() == state);
  }

  private static List<Integer> upTo(int last) {
    return IntStream.rangeClosed(1, last).boxed().toList();
  }

  private static List<Integer> rest(TestSubscriber<Integer> subscriber) {
    subscriber.request(Long.MAX_VALUE);
    return subscriber
        .awaitDone(Eventually.DEADLINE.toSeconds(), TimeUnit.SECONDS)
        .assertComplete()
        .values();
  }

  @ParameterizedTest
  @EnumSource(
      value = BackpressureStrategy.class,
      names = {"BUFFER", "DROP", "LATEST"})
  @DisplayName("B2 RxJava create: onNext buffers or drops and never suspends: our emit suspends")
  void peer_create_neverSuspends(BackpressureStrategy strategy) {
    TestSubscriber<Integer> peers = new TestSubscriber<>(2);
    Flowable<Integer> created =
        Flowable.create(
            emitter -> {
              upTo(COUNT).forEach(emitter::onNext);
              emitter.onComplete();
            },
            strategy);
    Fork.virtual(() -> created.subscribe(peers)).join(); // a fixed peer would hang here
    assertThat(peers.values()).as("all were sent, two requested").containsExactly(1, 2);
    assertThat(rest(peers))
        .as("a fixed peer would neither keep nor lose any")
        .isEqualTo(
            switch (strategy) {
              case BUFFER -> upTo(COUNT);
              case LATEST -> List.of(1, 2, COUNT);
              default -> List.of(1, 2);
            });

    AtomicInteger begun = new AtomicInteger();
    Flowable<Integer> emitted =
        flowable(emitter -> {
          body.set(Thread.currentThread());
          for (int i = 1; i <= COUNT; i++) {
            begun.set(i);
            emitter.emit(i);
          }
        });
    TestSubscriber<Integer> ours = emitted.test(2);
    Eventually.until("the third", () -> begun.get() == 3);
    awaitBody(Thread.State.WAITING);
    assertThat(ours.values()).containsExactly(1, 2);
    assertThat(rest(ours)).isEqualTo(upTo(COUNT));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  @DisplayName("B2 RS 3.9 RxJava create ignores request(n <= 0), RxJava 4 counts it: ours fails")
  void peer_create_illegalRequest_ignored(long n) {
    TestSubscriber<String> peers =
        Flowable.<String>create(emitter -> {}, BackpressureStrategy.BUFFER).test(0);
    peers.request(n);
    peers.assertNoErrors(); // a fixed peer would signal it
    assertThat(lost.rx)
        .as("instead of telling its plugin")
        .singleElement()
        .isInstanceOf(IllegalArgumentException.class);

    CompletableFuture<Throwable> stop = new CompletableFuture<>();
    Flowable<String> emitting =
        flowable(emitter -> {
          body.set(Thread.currentThread());
          stop.complete(catchThrowable(() -> emitter.emit("not requested")));
        });
    TestSubscriber<String> ours = emitting.test(0);
    awaitBody(Thread.State.WAITING);
    ours.request(n);
    ours.awaitDone(Eventually.DEADLINE.toSeconds(), TimeUnit.SECONDS)
        .assertFailure(IllegalArgumentException.class);
    assertThat(stop.join()).isInstanceOf(CancellationException.class);
    assertThat(lost.rx).as("nothing new").hasSize(1);
  }

  /** Counts how many are inside its onNext, and stays there while it is told to. */
  private static final class Meeting extends DisposableSubscriber<String> {

    final AtomicInteger inside = new AtomicInteger();
    final AtomicInteger most = new AtomicInteger();
    final List<String> received = new CopyOnWriteArrayList<>();
    final CountDownLatch ended = new CountDownLatch(1);
    private final Runnable stay;

    Meeting(Runnable stay) {
      this.stay = stay;
    }

    @Override
    public void onNext(String item) {
      most.accumulateAndGet(inside.incrementAndGet(), Math::max);
      received.add(item);
      stay.run();
      inside.decrementAndGet();
    }

    @Override
    public void onError(Throwable failure) {
      ended.countDown();
    }

    @Override
    public void onComplete() {
      ended.countDown();
    }
  }

  @Test
  @DisplayName("B4 RS 1.3 RxJava create: onNext of two threads overlaps: our emits are serial")
  void peer_create_concurrentOnNext_overlaps() {
    CompletableFuture<FlowableEmitter<String>> peersEmitter = new CompletableFuture<>();
    CountDownLatch both = new CountDownLatch(2);
    Meeting peers =
        new Meeting(() -> {
          both.countDown();
          Eventually.until("a fixed peer would let in one", () -> both.getCount() == 0);
        });
    Flowable.<String>create(peersEmitter::complete, BackpressureStrategy.DROP).subscribe(peers);
    List<Fork<String>> forks =
        Stream.of("a", "b")
            .map(item -> Fork.platform(() -> peersEmitter.join().onNext(item)))
            .toList();
    forks.forEach(Fork::join);
    assertThat(peers.most).hasValue(2);

    AtomicReference<Thread> second = new AtomicReference<>(new Thread());
    Meeting ours =
        new Meeting(() ->
            Eventually.until(
                "the second waits, or this is the second",
                () ->
                    second.get().getState() == Thread.State.WAITING
                        || second.get() == Thread.currentThread()));
    Flowable<String> emitting =
        flowable(emitter -> {
          Coroutine<?> first = Coroutine.start(() -> emitter.emit("a"));
          Coroutine<?> other =
              Coroutine.start(() -> {
                Eventually.until("one is inside", () -> ours.inside.get() == 1);
                second.set(Thread.currentThread());
                emitter.emit("b");
              });
          first.await();
          other.await();
        });
    emitting.subscribe(ours);
    Eventually.until("the end", () -> ours.ended.getCount() == 0);
    assertThat(ours.most).hasValue(1);
    assertThat(ours.received).containsExactly("a", "b");
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A12 RxJava 4, kotlinx: a failure after cancel vanishes without a hook: ours not")
  void builder_failsAfterDispose_noHook_uncaught(RxBuilderTest.Builder builder) {
    RxJavaPlugins.reset();
    IllegalStateException late = new IllegalStateException("cleanup failed");
    List<Throwable> uncaught = new CopyOnWriteArrayList<>();
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> uncaught.add(failure));
    try {
      TestSubscriber<?> subscriber =
          builder
              .of(() -> {
                body.set(Thread.currentThread());
                try {
                  Thread.sleep(Duration.ofMinutes(5));
                } catch (InterruptedException e) {
                  throw late;
                }
                return "slept";
              })
              .test();
      awaitBody(Thread.State.TIMED_WAITING);

      subscriber.cancel();

      awaitBody(Thread.State.TERMINATED);
      assertThat(uncaught).containsExactly(late);
      subscriber.assertNoErrors().assertNotComplete();
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName(
      "B Jox toPublisher needs a scope and three threads a subscription: ours one, no scope")
  void jox_threeThreads_oneEach(RxBuilderTest.Builder builder) {
    assertThat(Coroutine.current()).as("no scope is open").isNull();
    List<Thread> bodies = new CopyOnWriteArrayList<>();
    CountDownLatch release = new CountDownLatch(1);
    LiveThreads live = LiveThreads.sinceNow();
    Flowable<?> built =
        builder.of(() -> {
          bodies.add(Thread.currentThread());
          release.await();
          return "v";
        });
    assertThat(live.started()).as("before any subscription").isEmpty();

    List<TestSubscriber<?>> subscribers = List.of(built.test(), built.test(), built.test());
    Eventually.until(
        "all wait",
        () ->
            bodies.size() == 3
                && bodies.stream().allMatch(thread -> thread.getState() == Thread.State.WAITING));
    assertThat(live.started())
        .containsOnlyKeys(bodies.stream().map(Thread::threadId).toArray(Long[]::new));

    subscribers.get(0).cancel();
    release.countDown();
    Eventually.until("all have ended", () -> live.started().isEmpty());
    subscribers.get(1).assertComplete();
    subscribers.get(2).assertComplete();
  }
}
