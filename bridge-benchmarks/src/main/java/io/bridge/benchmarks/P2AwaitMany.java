package io.bridge.benchmarks;

import static io.bridge.reactor.ReactorBridge.await;

import io.bridge.Coroutine;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntFunction;
import kotlin.coroutines.CoroutineContext;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * P2: a thousand waiters, each awaiting a hundred sources that another thread completes. What it
 * takes to start a waiter is a hundredth of it.
 */
@State(Scope.Benchmark)
@OperationsPerInvocation(P2AwaitMany.WAITERS * P2AwaitMany.TIMES)
@SuppressWarnings("MemberName") // case_who, which the report takes apart
public class P2AwaitMany {

  static final int WAITERS = 1_000;
  static final int TIMES = 100;

  private final Mono<Integer> onParallel =
      Mono.fromCallable(() -> 1).subscribeOn(Schedulers.parallel());

  @Benchmark
  public void sink_bridge() throws InterruptedException {
    Waiting waiting = new Waiting(WAITERS, TIMES);
    awaitEach(waiting::next, waiting.done());
    waiting.finish();
  }

  @Benchmark
  public void sink_block() throws InterruptedException {
    Waiting waiting = new Waiting(WAITERS, TIMES);
    blockEach(waiting::next, waiting.done());
    waiting.finish();
  }

  @Benchmark
  public void sink_kotlinxDefault() throws InterruptedException {
    sinkKotlinx(Kotlinx.onDefault());
  }

  @Benchmark
  public void sink_kotlinxUnconfined() throws InterruptedException {
    sinkKotlinx(Kotlinx.onUnconfined());
  }

  private static void sinkKotlinx(CoroutineContext on) throws InterruptedException {
    Waiting waiting = new Waiting(WAITERS, TIMES);
    Kotlinx.awaitEach(on, WAITERS, TIMES, waiting::next, waiting.done());
    waiting.finish();
  }

  /** The floor: a callback, in the frame of whoever emits. */
  @Benchmark
  public void sink_floor() throws InterruptedException {
    Waiting waiting = new Waiting(WAITERS, TIMES);
    for (int waiter = 0; waiter < WAITERS; waiter++) {
      new Callback(waiter, waiting::next, waiting.done()).go();
    }
    waiting.finish();
  }

  @Benchmark
  public void subscribeOn_bridge() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(WAITERS);
    awaitEach(waiter -> onParallel, done);
    done.await();
  }

  @Benchmark
  public void subscribeOn_block() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(WAITERS);
    blockEach(waiter -> onParallel, done);
    done.await();
  }

  @Benchmark
  public void subscribeOn_kotlinxDefault() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(WAITERS);
    Kotlinx.awaitEach(Kotlinx.onDefault(), WAITERS, TIMES, waiter -> onParallel, done);
    done.await();
  }

  @Benchmark
  public void subscribeOn_floor() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(WAITERS);
    for (int waiter = 0; waiter < WAITERS; waiter++) {
      new Callback(waiter, any -> onParallel, done).go();
    }
    done.await();
  }

  private static void awaitEach(IntFunction<Mono<Integer>> next, CountDownLatch done) {
    for (int i = 0; i < WAITERS; i++) {
      int waiter = i;
      Coroutine.start(() -> {
        for (int time = 0; time < TIMES; time++) {
          await(next.apply(waiter));
        }
        done.countDown();
      });
    }
  }

  private static void blockEach(IntFunction<Mono<Integer>> next, CountDownLatch done) {
    for (int i = 0; i < WAITERS; i++) {
      int waiter = i;
      Thread.startVirtualThread(() -> {
        for (int time = 0; time < TIMES; time++) {
          next.apply(waiter).block();
        }
        done.countDown();
      });
    }
  }

  private static final class Callback {

    private final int waiter;
    private final IntFunction<Mono<Integer>> next;
    private final CountDownLatch done;
    private int left = TIMES;

    Callback(int waiter, IntFunction<Mono<Integer>> next, CountDownLatch done) {
      this.waiter = waiter;
      this.next = next;
      this.done = done;
    }

    void go() {
      if (left-- > 0) {
        next.apply(waiter).subscribe(value -> go());
      } else {
        done.countDown();
      }
    }
  }
}
