package io.bridge.completablefuture;

import static io.bridge.completablefuture.CompletableFutureBridge.await;
import static io.bridge.completablefuture.CompletableFutureBridge.awaitOrCancel;
import static io.bridge.completablefuture.CompletableFutureBridge.awaitable;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.AwaitTimeoutException;
import io.bridge.Coroutine;
import io.bridge.CoroutineContext;
import io.bridge.CoroutineScope;
import io.bridge.fixtures.BodyRun;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Race;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A13 what others have registered with a future never runs in the code that awaits it")
@Timeout(60)
class DependentsTest {

  private static final CoroutineContext.Key<String> USER = CoroutineContext.Key.of("user");
  private static final int DEPENDENTS = 5;
  private static final int RACES = 10_000;
  private static final long TIMEOUT = Eventually.DEADLINE.toSeconds();

  /** One way to await a shared future. */
  interface Waiting {
    String on(CompletableFuture<String> shared);
  }

  static Stream<Arguments> waits() {
    Waiting future = shared -> await(shared);
    Waiting plain = shared -> await((Future<String>) shared);
    Waiting owned = shared -> awaitOrCancel(shared);
    Waiting conversion = shared -> CompletableFutureBridge.await(awaitable(shared));
    return Stream.of(
        Arguments.of("await", future),
        Arguments.of("await(Future)", plain),
        Arguments.of("awaitOrCancel", owned),
        Arguments.of("await(awaitable)", conversion));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("waits")
  @DisplayName("A13 the thread that completes runs them all, also while the await returns")
  void await_sharedFuture_dependentsRunElsewhere(String name, Waiting waiting) throws Exception {
    CompletableFuture<String> shared = new CompletableFuture<>();
    List<Thread> ran = new CopyOnWriteArrayList<>();
    for (int i = 0; i < DEPENDENTS; i++) {
      var unused = shared.thenRun(() -> ran.add(Thread.currentThread()));
    }
    CountDownLatch returned = new CountDownLatch(1);
    var unused =
        shared.thenRun(() -> hold(returned)); // runs after what wakes the await, before the others
    BodyRun<String> awaiting = new BodyRun<>();
    Coroutine<String> coroutine = Coroutine.start(() -> awaiting.call(() -> waiting.on(shared)));
    awaiting.awaitParked();

    Fork<Boolean> completer = Fork.platform(() -> shared.complete("v"));
    Eventually.until("the await returns", coroutine::isDone);
    returned.countDown();
    completer.join();

    assertThat(awaiting.value()).isEqualTo("v");
    assertThat(ran).hasSize(DEPENDENTS).containsOnly(completer.thread());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("waits")
  @DisplayName("A13 nor when the future is completed while the await registers")
  void await_completedMeanwhile_dependentsRunElsewhere(String name, Waiting waiting)
      throws Exception {
    Race.run(RACES, () -> new Registering(waiting));
  }

  private static final class Registering implements Race.Round {

    private final CompletableFuture<String> shared = new CompletableFuture<>();
    private final List<Thread> ran = new CopyOnWriteArrayList<>();
    private final Waiting waiting;

    Registering(Waiting waiting) {
      this.waiting = waiting;
      for (int i = 0; i < DEPENDENTS; i++) {
        var unused = shared.thenRun(() -> ran.add(Thread.currentThread()));
      }
    }

    @Override
    public void left() {
      assertThat(waiting.on(shared)).isEqualTo("v");
    }

    @Override
    public void right() {
      shared.complete("v");
    }

    @Override
    public String outcome() {
      assertThat(ran).hasSize(DEPENDENTS).doesNotContain(Thread.currentThread());
      return "elsewhere";
    }
  }

  @Test
  @DisplayName("A13, A14 the dependents of a future that the await owns see nothing of its code")
  void awaitOrCancel_cancelled_dependentsSeeNothing() throws Exception {
    CompletableFuture<String> owned = new CompletableFuture<>();
    List<@Nullable Object> seen = new CopyOnWriteArrayList<>();
    var unused =
        owned.whenComplete((value, failure) -> {
          seen.add(String.valueOf(CoroutineContext.current().get(USER)));
          seen.add(String.valueOf(Coroutine.current()));
          seen.add(Thread.currentThread().isInterrupted());
        });
    BodyRun<String> awaiting = new BodyRun<>();
    Coroutine<String> coroutine =
        Coroutine.start(() ->
            awaiting.call(() -> CoroutineContext.with(USER, "alice", () -> awaitOrCancel(owned))));
    awaiting.awaitParked();

    coroutine.cancel();
    assertThat(awaiting.failure()).isInstanceOf(CancellationException.class);

    assertThat(owned).isCancelled();
    assertThat(seen).containsExactly("null", "null", false);
  }

  @Test
  @DisplayName("A2 a worker that awaits a stage of its own pool compensates, as join() does")
  void await_onWorker_stageOfItsPoolEnds() {
    try (ForkJoinPool pool = new ForkJoinPool(1)) {
      CompletableFuture<String> outer =
          CompletableFuture.supplyAsync(
              () -> await(CompletableFuture.supplyAsync(() -> "inner", pool)), pool);
      assertThat(outer.orTimeout(TIMEOUT, TimeUnit.SECONDS).join()).isEqualTo("inner");
    }
  }

  @Test
  @DisplayName("A2, A15 a worker that awaits a task of its own pool runs no other task meanwhile")
  void await_taskOnWorker_othersRunElsewhere() {
    try (ForkJoinPool pool = new ForkJoinPool(1)) {
      AtomicReference<Thread> worker = new AtomicReference<>();
      List<Thread> others = new CopyOnWriteArrayList<>();
      CompletableFuture<String> outer =
          CompletableFuture.supplyAsync(
              () -> {
                worker.set(Thread.currentThread());
                ForkJoinTask<?> other =
                    ForkJoinTask.adapt(() -> others.add(Thread.currentThread())).fork();
                String value = await((Future<String>) ForkJoinTask.adapt(() -> "inner").fork());
                return await(other) == null ? "none" : value;
              },
              pool);
      assertThat(outer.orTimeout(TIMEOUT, TimeUnit.SECONDS).join()).isEqualTo("inner");
      assertThat(others).hasSize(1).doesNotContain(worker.get());
    }
  }

  @Test
  @DisplayName("A15 awaitOrCancel on a worker: cancel(true), once, and no thread stays behind")
  void awaitOrCancel_taskOnWorker_cancels() {
    try (ForkJoinPool pool = new ForkJoinPool(1)) {
      Stages.PlainFuture<String> plain = new Stages.PlainFuture<>();
      CompletableFuture<Boolean> outer =
          CompletableFuture.supplyAsync(() -> timesOut(() -> awaitOrCancel(plain)), pool);
      assertThat(outer.orTimeout(TIMEOUT, TimeUnit.SECONDS).join()).isTrue();
      assertThat(plain.cancels()).containsExactly(true);
    }
  }

  @Test
  @DisplayName("A15 awaitOrCancel on a worker, cancelled on its way into the await: cancel(true)")
  void awaitOrCancel_cancelledOnTheWayIn_cancels() {
    try (ForkJoinPool pool = new ForkJoinPool(1)) {
      Stages.PlainFuture<String> plain = new Stages.PlainFuture<>();
      CompletableFuture<Boolean> outer =
          CompletableFuture.supplyAsync(() -> isCancelledWhileAsked(plain), pool);
      assertThat(outer.orTimeout(TIMEOUT, TimeUnit.SECONDS).join()).isTrue();
      assertThat(plain.cancels()).containsExactly(true);
    }
  }

  private static boolean isCancelledWhileAsked(Stages.PlainFuture<String> plain) {
    try (CoroutineScope<?, ?> scope = CoroutineScope.open()) {
      awaitOrCancel(new CancellingFuture(plain, scope));
      return false;
    } catch (CancellationException e) {
      return true;
    }
  }

  /** Cancels the code that awaits it while that looks whether it is complete. */
  private record CancellingFuture(Stages.PlainFuture<String> plain, CoroutineScope<?, ?> awaiting)
      implements Future<String> {

    @Override
    public boolean isDone() {
      awaiting.cancel();
      return plain.isDone();
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      return plain.cancel(mayInterruptIfRunning);
    }

    @Override
    public boolean isCancelled() {
      return plain.isCancelled();
    }

    @Override
    public String get() throws InterruptedException, ExecutionException {
      return plain.get();
    }

    @Override
    public String get(long timeout, TimeUnit unit)
        throws InterruptedException, ExecutionException, TimeoutException {
      return plain.get(timeout, unit);
    }
  }

  private static boolean timesOut(Supplier<String> await) {
    try {
      Coroutine.withTimeout(Duration.ofMillis(1), await::get);
      return false;
    } catch (AwaitTimeoutException e) {
      return true;
    }
  }

  private static void hold(CountDownLatch latch) {
    try {
      assertThat(latch.await(TIMEOUT, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
