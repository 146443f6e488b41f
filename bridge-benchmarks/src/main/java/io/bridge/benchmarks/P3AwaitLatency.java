package io.bridge.benchmarks;

import static io.bridge.reactor.ReactorBridge.await;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * P3: one virtual thread waits for another thread, a platform thread that answers as soon as it
 * sees it parked. The floor is a bare park and unpark between the same two.
 */
@State(Scope.Benchmark)
@SuppressWarnings("MemberName") // case_who, which the report takes apart
public class P3AwaitLatency {

  /** A question to the other thread. */
  private static final class Asked {

    final Thread waiter;
    final Sinks.@Nullable One<Integer> sink;
    volatile boolean answered;

    Asked(Thread waiter, Sinks.@Nullable One<Integer> sink) {
      this.waiter = waiter;
      this.sink = sink;
    }

    void answer() {
      if (sink != null) {
        sink.tryEmitValue(1).orThrow();
      } else {
        answered = true;
        LockSupport.unpark(waiter);
      }
    }
  }

  private volatile @Nullable Asked asked;
  private volatile boolean stopped;

  @Setup
  public void start() {
    stopped = false;
    Thread.ofPlatform().daemon().start(this::answerAll);
  }

  @TearDown
  public void stop() {
    stopped = true;
  }

  private void answerAll() {
    while (!stopped) {
      Asked question = asked;
      if (question != null && question.waiter.getState() == Thread.State.WAITING) {
        asked = null;
        question.answer();
      } else {
        Thread.onSpinWait();
      }
    }
  }

  @Benchmark
  public @Nullable Integer latency_bridge() {
    return await(ask());
  }

  @Benchmark
  public @Nullable Integer latency_block() {
    return ask().block();
  }

  @Benchmark
  public void latency_floor() {
    Asked question = new Asked(Thread.currentThread(), null);
    asked = question;
    while (!question.answered) {
      LockSupport.park(question);
    }
  }

  private Mono<Integer> ask() {
    Sinks.One<Integer> sink = Sinks.one();
    asked = new Asked(Thread.currentThread(), sink);
    return sink.asMono();
  }
}
