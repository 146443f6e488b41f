package io.bridge.completablefuture;

import static io.bridge.completablefuture.CompletableFutureBridge.await;
import static io.bridge.completablefuture.CompletableFutureBridge.future;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Eventually;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Futures inside futures, {@code join()} inside bodies, and everything on one thread. Shapes of
 * kotlinx.coroutines #3282 (more than a buffer on the thread that is waited for), #3458 and #4222
 * (a builder that is blocked on inside another builder).
 */
@DisplayName("B7 a body never runs inside somebody's signal")
@Timeout(60)
class FutureNestingTest {

  private static final int DEPTH = 20_000;

  private final AtomicInteger deepestStack = new AtomicInteger();

  private CompletableFuture<Integer> awaited(int depth) {
    return future(() -> {
      look(depth);
      return depth == 0 ? 0 : await(awaited(depth - 1)) + 1;
    });
  }

  private CompletableFuture<Integer> joined(int depth) {
    return future(() -> {
      look(depth);
      return depth == 0 ? 0 : joined(depth - 1).join() + 1;
    });
  }

  private void look(int depth) {
    if (depth % 1000 == 0) {
      deepestStack.accumulateAndGet(Thread.currentThread().getStackTrace().length, Math::max);
    }
  }

  private static <T> T ended(CompletableFuture<T> future) {
    Eventually.until("the end", future::isDone);
    return future.join();
  }

  @Test
  @DisplayName("B7 20 000 deep, awaited: the right value comes out, on flat stacks")
  void awaited_deep_value() {
    assertThat(ended(awaited(DEPTH))).isEqualTo(DEPTH);
    assertThat(deepestStack.get()).isBetween(1, 60);
  }

  @Test
  @DisplayName("B7 20 000 deep, join() inside bodies: the right value comes out")
  void joined_deep_value() {
    assertThat(ended(joined(DEPTH))).isEqualTo(DEPTH);
    assertThat(deepestStack.get()).isBetween(1, 60);
  }

  private interface OnOneThread {
    void run(ExecutorService one) throws Exception;
  }

  private static void onOneThread(OnOneThread test) throws Exception {
    ExecutorService one = Executors.newSingleThreadExecutor();
    try {
      test.run(one);
    } finally {
      one.shutdownNow();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {65, 257, 1_000})
  @DisplayName("B7 kotlinx #3282: a body started on one thread awaits many results from there")
  void future_sourcesOnTheSameThread(int count) throws Exception {
    onOneThread(one -> {
      @SuppressWarnings("FutureReturnValueIgnored") // thenCompose takes the inner one
      CompletableFuture<CompletableFuture<Integer>> started =
          CompletableFuture.supplyAsync(() -> summing(count, one), one);
      Integer sum = ended(started.thenCompose(f -> f.thenApplyAsync(n -> n, one)));
      assertThat(sum).isEqualTo(count);
    });
  }

  private static CompletableFuture<Integer> summing(int count, ExecutorService one) {
    return future(() -> {
      int sum = 0;
      for (int i = 0; i < count; i++) {
        CompletableFuture<Integer> source = CompletableFuture.supplyAsync(() -> 1, one);
        sum += i % 2 == 0 ? await(source) : source.join();
      }
      return sum;
    });
  }

  @Test
  @DisplayName("B7 a thousand bodies at once, each awaiting and joining results of one thread")
  void future_manyOnTheSameThread() throws Exception {
    onOneThread(one -> {
      List<CompletableFuture<Integer>> bodies = new ArrayList<>();
      for (int i = 0; i < 1_000; i++) {
        bodies.add(
            future(() ->
                await(CompletableFuture.supplyAsync(() -> 1, one))
                    + CompletableFuture.supplyAsync(() -> 1, one).join()));
      }
      int sum = 0;
      for (CompletableFuture<Integer> body : bodies) {
        sum += ended(body);
      }
      assertThat(sum).isEqualTo(2_000);
    });
  }

  @Test
  @DisplayName("B7 kotlinx #3458: a builder is blocked on in the thenApply of another builder")
  void join_insideThenApplyOfABuilder() throws Exception {
    CompletableFuture<String> mapped =
        future(() -> "outer").thenApply(s -> s + future(() -> " inner").join());
    assertThat(ended(mapped)).isEqualTo("outer inner");
    onOneThread(one -> {
      CompletableFuture<String> outer =
          future(() -> await(CompletableFuture.supplyAsync(() -> "outer", one)));
      String both = ended(outer.thenApplyAsync(s -> s + future(() -> " inner").join(), one));
      assertThat(both).isEqualTo("outer inner");
    });
  }

  @Test
  @DisplayName("B7 kotlinx #4222: bodies that are blocked on inside bodies, and take a lock")
  void join_underALock() {
    ReentrantLock lock = new ReentrantLock();
    AtomicInteger count = new AtomicInteger();
    List<CompletableFuture<Integer>> bodies = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      bodies.add(
          future(() -> {
            lock.lock();
            try {
              return future(() -> await(future(count::incrementAndGet))).join();
            } finally {
              lock.unlock();
            }
          }));
    }
    bodies.forEach(FutureNestingTest::ended);
    assertThat(count).hasValue(300);
  }
}
