package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.Coroutine.State;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.LiveThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("S3 S4 A12 many coroutines, deep trees and random ones")
@Timeout(180)
class ScopeStressTest {

  private static final int MANY = 100_000;
  private static final int DEEP = 1_000;
  private static final int TREES = 300;
  private static final Duration LONG = Duration.ofDays(1);

  /** The stack of the thread that cancels: recursion into 1 000 scopes does not fit. */
  private static final long SMALL_STACK = 64 * 1024L;

  @Test
  @DisplayName("S3 100 000 coroutines forked and joined")
  void manyJoined() {
    AtomicInteger ran = new AtomicInteger();
    try (var scope = CoroutineScope.open()) {
      for (int i = 0; i < MANY; i++) {
        scope.fork(ran::incrementAndGet);
      }
      scope.join();
      assertThat(ran).hasValue(MANY);
    }
  }

  @Test
  @DisplayName("S3 A6 100 000 coroutines cancelled at once")
  void manyCancelled() {
    AtomicInteger began = new AtomicInteger();
    AtomicInteger ended = new AtomicInteger();
    try (var scope =
        CoroutineScope.open(
            CoroutineScope.Joiner.awaitAllSuccessfulOrThrow(),
            config -> config.withStragglerReport(LONG))) { // not on a slow machine
      for (int i = 0; i < MANY; i++) {
        scope.fork(() -> {
          began.incrementAndGet();
          try {
            Await.suspend(never -> {});
          } finally {
            ended.incrementAndGet();
          }
        });
      }
      scope.cancel("enough");
      assertThatThrownBy(scope::join)
          .isInstanceOf(CancellationException.class)
          .hasMessage("enough");
      assertThat(ended).hasValue(began.get());
    }
  }

  /** A tree of one branch, and how many of its coroutines have begun and ended. */
  private static final class Branch {
    private final IllegalStateException failure = new IllegalStateException("leaf");
    private final AtomicInteger began = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();
    private final CountDownLatch leaf = new CountDownLatch(1);
    private final CountDownLatch fail = new CountDownLatch(1);

    void grow(int depth) {
      began.incrementAndGet();
      try {
        if (depth == 0) {
          leaf.countDown();
          fail.await();
          throw failure;
        }
        try (var scope = CoroutineScope.open()) {
          scope.fork(() -> grow(depth - 1));
          scope.join();
        }
      } catch (InterruptedException e) {
        throw new CancellationException("as it should");
      } finally {
        ended.incrementAndGet();
      }
    }
  }

  private static void onSmallStack(Runnable code) throws InterruptedException {
    List<Throwable> thrown = new ArrayList<>();
    Thread thread = new Thread(null, code, "small", SMALL_STACK);
    thread.setUncaughtExceptionHandler((t, failure) -> thrown.add(failure));
    thread.start();
    thread.join();
    assertThat(thrown).isEmpty();
  }

  @Test
  @DisplayName("S3 A6 1 000 nested scopes cancelled from the top")
  void deepCancelled() throws InterruptedException {
    Branch branch = new Branch();
    Coroutine<?> top = Coroutine.start(() -> branch.grow(DEEP));
    branch.leaf.await();
    onSmallStack(() -> top.cancel("from the top"));
    Eventually.until("the end", top::isDone);
    assertThat(top.state()).isEqualTo(State.CANCELLED);
    assertThat(branch.began).hasValue(DEEP + 1);
    assertThat(branch.ended).hasValue(DEEP + 1);
  }

  @Test
  @DisplayName("S3 S4 1 000 nested scopes that fail at the bottom: the same failure at the top")
  void deepFailing() throws InterruptedException {
    try (Undelivered undelivered = new Undelivered()) {
      Branch branch = new Branch();
      Coroutine<?> top = Coroutine.start(() -> branch.grow(DEEP));
      branch.leaf.await();
      branch.fail.countDown();
      assertThatThrownBy(top::await).isSameAs(branch.failure);
      assertThat(branch.ended).hasValue(DEEP + 1);
      assertThat(undelivered.failures()).isEmpty();
    }
  }

  @Test
  @DisplayName("S3 threads that fork into a background scope while it is closed")
  void forkedWhileClosed() {
    for (int round = 0; round < 20; round++) {
      CoroutineScope<Object, ?> scope = CoroutineScope.background(c -> c);
      AtomicInteger accepted = new AtomicInteger();
      AtomicInteger ran = new AtomicInteger();
      List<Fork<String>> forkers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        forkers.add(Fork.platform(() -> forkUntilRefused(scope, accepted, ran)));
      }
      Eventually.until("some run", () -> ran.get() > 20);
      scope.close(LONG);
      int atClose = ran.get();
      forkers.forEach(Fork::join);
      assertThat(atClose).as("accepted, and run before the end of close").isEqualTo(accepted.get());
    }
  }

  private static void forkUntilRefused(
      CoroutineScope<Object, ?> scope, AtomicInteger accepted, AtomicInteger ran) {
    try {
      while (true) {
        scope.fork(ran::incrementAndGet);
        accepted.incrementAndGet();
        LockSupport.parkNanos(1); // else what it forks gets no processor
      }
    } catch (IllegalStateException closed) {
      assertThat(closed).hasMessageContaining("closed");
    }
  }

  @Test
  @DisplayName("S3 S4 A12 random trees: nothing is left, and every failure arrives once")
  void randomTrees() {
    long seed = System.nanoTime();
    System.out.println("ScopeStressTest.randomTrees: seed " + seed);
    LiveThreads threads = LiveThreads.sinceNow();
    Random random = new Random(seed);
    for (int i = 0; i < TREES; i++) {
      try (Undelivered undelivered = new Undelivered()) {
        new Tree(random.nextLong()).runAndCheck(undelivered);
      }
    }
    Eventually.until("the threads have gone", () -> threads.startedByBridge() == 0);
  }

  /**
   * A tree of scopes whose bodies fail, cancel, wait or time out at random. Its failures are
   * isolated (awaitAll), so that each one must arrive: at the handler of its scope, or in the
   * failures() that its parent asks for, or at {@link Undeliverable}.
   */
  private static final class Tree {
    private final long seed;
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger thrown = new AtomicInteger();
    private final AtomicInteger handled = new AtomicInteger();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger late = new AtomicInteger();

    Tree(long seed) {
      this.seed = seed;
    }

    /** A failure of a body, not of bridge. */
    private static final class Planned extends RuntimeException {
      private static final long serialVersionUID = 1L;

      Planned() {
        super("planned", null, true, false);
      }
    }

    void runAndCheck(Undelivered undelivered) {
      Coroutine<?> root = Coroutine.start(() -> node(new Random(seed), 4));
      Random random = new Random(seed + 1);
      if (random.nextInt(3) == 0) {
        Races.spinNanos(random.nextInt(300_000));
        root.cancel();
      }
      Eventually.until("the root ends, seed " + seed, root::isDone);
      over.set(true);
      assertThat(running).as("running, seed %s", seed).hasValue(0);
      Throwable ofRoot = root.state() == State.FAILED ? root.failure() : null;
      assertThat(ofRoot == null || ofRoot instanceof Planned)
          .as("seed %s: %s", seed, ofRoot)
          .isTrue();
      int arrived = handled.get() + asked.get() + (ofRoot == null ? 0 : 1);
      assertThat(undelivered.failures()).as("seed %s", seed).allMatch(Planned.class::isInstance);
      assertThat(arrived + undelivered.failures().size())
          .as("seed %s", seed)
          .isEqualTo(thrown.get());
      assertThat(late).as("begun after the end, seed %s", seed).hasValue(0);
    }

    private void node(Random random, int depth) {
      running.incrementAndGet();
      if (over.get()) {
        late.incrementAndGet();
      }
      try {
        if (depth > 0 && random.nextInt(4) > 0) {
          scope(random, depth);
        } else if (random.nextInt(3) == 0) {
          Await.delay(random.nextInt(4) == 0 ? Duration.ofMillis(1) : Duration.ofNanos(1_000));
        }
        if (random.nextInt(4) == 0) {
          throw planned();
        }
      } finally {
        running.decrementAndGet();
      }
    }

    private Planned planned() {
      thrown.incrementAndGet();
      return new Planned();
    }

    private void scope(Random random, int depth) {
      boolean withHandler = random.nextBoolean();
      boolean withTimeout = random.nextInt(3) == 0;
      Duration timeout = Duration.ofNanos(1_000 + random.nextInt(400_000));
      CoroutineScope<Object, @Nullable Void> scope =
          CoroutineScope.open(
              CoroutineScope.Joiner.awaitAll(),
              config -> {
                CoroutineScope.Config made = withTimeout ? config.withTimeout(timeout) : config;
                return withHandler
                    ? made.withFailureHandler((child, failure) -> handled.incrementAndGet())
                    : made;
              });
      boolean asks = random.nextBoolean();
      try (scope) {
        List<Coroutine<?>> children = new ArrayList<>();
        for (int i = random.nextInt(5); i >= 0; i--) {
          long childSeed = random.nextLong();
          children.add(scope.fork(() -> node(new Random(childSeed), depth - 1)));
        }
        switch (random.nextInt(6)) {
          case 0 -> scope.cancel();
          case 1 -> children.get(random.nextInt(children.size())).cancel();
          default -> scope.join();
        }
        if (asks && !withHandler) { // later ones are reported by close
          asked.addAndGet(scope.failures().size());
        }
      } catch (AwaitTimeoutException | CancellationException e) {
        long suppressed = Stream.of(e.getSuppressed()).filter(Planned.class::isInstance).count();
        asked.addAndGet(withHandler ? 0 : (int) suppressed);
      }
    }
  }

  @Test
  @DisplayName("S4 A12 random trees that fail fast: a failure comes out at the top, none twice")
  void randomFailingTrees() {
    long seed = System.nanoTime();
    System.out.println("ScopeStressTest.randomFailingTrees: seed " + seed);
    LiveThreads threads = LiveThreads.sinceNow();
    Random random = new Random(seed);
    for (int i = 0; i < TREES; i++) {
      try (Undelivered undelivered = new Undelivered()) {
        new FailingTree(random.nextLong()).runAndCheck(undelivered);
      }
    }
    Eventually.until("the threads have gone", () -> threads.startedByBridge() == 0);
  }

  /**
   * A tree whose nodes open two scopes, one inside the other, that fail with their first coroutine.
   * Nobody cancels it, so it must not end as if somebody had.
   */
  private static final class FailingTree {
    private final long seed;
    private final AtomicInteger running = new AtomicInteger();
    private final Set<Throwable> thrown = ConcurrentHashMap.newKeySet();
    private final Set<Throwable> arrived = ConcurrentHashMap.newKeySet();

    FailingTree(long seed) {
      this.seed = seed;
    }

    void runAndCheck(Undelivered undelivered) {
      Coroutine<?> root = Coroutine.start(() -> node(new Random(seed), 3));
      Eventually.until("the root ends, seed " + seed, root::isDone);
      assertThat(running).as("running, seed %s", seed).hasValue(0);
      Throwable ofRoot = root.failure();
      assertThat(undelivered.failures())
          .as("seed %s", seed)
          .doesNotHaveDuplicates()
          .doesNotContain(ofRoot)
          .isSubsetOf(thrown);
      arrived.addAll(undelivered.failures());
      if (ofRoot != null) {
        assertThat(ofRoot).as("seed %s", seed).isIn(thrown);
        arrived.add(ofRoot);
      }
      assertThat(arrived).as("seed %s", seed).containsAll(thrown);
    }

    private void node(Random random, int depth) {
      running.incrementAndGet();
      try {
        if (random.nextInt(3) == 0) {
          Await.delay(Duration.ofNanos(random.nextInt(100_000)));
        }
        if (random.nextInt(8) == 0) {
          IllegalStateException planned = new IllegalStateException("planned");
          thrown.add(planned);
          throw planned;
        }
        if (depth > 0) {
          scopes(random, depth);
        }
      } finally {
        running.decrementAndGet();
      }
    }

    private void scopes(Random random, int depth) {
      try (CoroutineScope<Object, @Nullable Void> outer = CoroutineScope.open();
          CoroutineScope<Object, @Nullable Void> inner = CoroutineScope.open()) {
        Coroutine<?> last = fork(outer, random, depth);
        for (int i = random.nextInt(3); i >= 0; i--) {
          last = fork(random.nextBoolean() ? inner : outer, random, depth);
        }
        switch (random.nextInt(4)) {
          case 0 -> last.await();
          case 1 -> Await.delay(Duration.ofNanos(1_000));
          case 2 -> inner.close(LONG);
          default -> join(inner);
        }
        if (random.nextInt(4) > 0) {
          join(outer);
        }
      }
    }

    private Coroutine<?> fork(
        CoroutineScope<Object, @Nullable Void> scope, Random random, int depth) {
      long childSeed = random.nextLong();
      return scope.fork(() -> node(new Random(childSeed), depth - 1));
    }

    /** The first failure may come with more of them than fit in as suppressed ones. */
    private void join(CoroutineScope<Object, @Nullable Void> scope) {
      try {
        scope.join();
      } catch (IllegalStateException first) {
        arrived.addAll(scope.failures());
        throw first;
      }
    }
  }
}
