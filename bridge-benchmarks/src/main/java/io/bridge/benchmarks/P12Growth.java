package io.bridge.benchmarks;

import static io.bridge.reactor.ReactorBridge.await;
import static io.bridge.reactor.ReactorBridge.flux;

import io.bridge.Coroutine;
import io.bridge.Emitter;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;
import reactor.core.publisher.Flux;

/** P12: the same work for one and for a million items, waiters or children. */
@State(Scope.Benchmark)
@SuppressWarnings("MemberName") // case_who, which the report takes apart
public class P12Growth {

  @Param({"1", "100", "10000", "1000000"})
  int size;

  @Benchmark
  public void iterate_bridge(Blackhole hole) {
    P4IterateFused.loop(Flux.range(0, size), hole);
  }

  @Benchmark
  public void iterateHidden_bridge(Blackhole hole) {
    P4IterateFused.loop(Flux.range(0, size).hide(), hole);
  }

  @Benchmark
  public void emit_bridge(Blackhole hole) throws InterruptedException {
    Drain.inBatches(flux(this::emitAll), Long.MAX_VALUE, hole);
  }

  private void emitAll(Emitter<Integer> emitter) {
    for (int i = 0; i < size; i++) {
      emitter.emit(i);
    }
  }

  @Benchmark
  public void waiters_bridge() throws InterruptedException {
    Waiting waiting = new Waiting(size, 1);
    for (int i = 0; i < size; i++) {
      int waiter = i;
      Coroutine.start(() -> {
        await(waiting.next(waiter));
        waiting.done().countDown();
      });
    }
    waiting.finish();
  }

  @Benchmark
  public void waiters_block() throws InterruptedException {
    Waiting waiting = new Waiting(size, 1);
    for (int i = 0; i < size; i++) {
      int waiter = i;
      Thread.startVirtualThread(() -> {
        waiting.next(waiter).block();
        waiting.done().countDown();
      });
    }
    waiting.finish();
  }

  /** Bare threads, all started before the first is woken. */
  @Benchmark
  public void waiters_floor() throws InterruptedException {
    Waiter[] waiters = new Waiter[size];
    for (int i = 0; i < size; i++) {
      waiters[i] = new Waiter();
    }
    for (Waiter waiter : waiters) {
      waiter.wake();
    }
    for (Waiter waiter : waiters) {
      waiter.thread.join();
    }
  }

  private static final class Waiter implements Runnable {

    final Thread thread = Thread.startVirtualThread(this);
    private volatile boolean woken;

    void wake() {
      woken = true;
      LockSupport.unpark(thread);
    }

    @Override
    public void run() {
      while (!woken) {
        LockSupport.park();
      }
    }
  }

  @Benchmark
  public void children_bridge() {
    P7Start.run(size);
  }

  @Benchmark
  public void children_jdk() throws Throwable {
    JdkScope.run(size);
  }
}
