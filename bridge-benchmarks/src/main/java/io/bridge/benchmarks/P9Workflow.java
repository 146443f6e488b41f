package io.bridge.benchmarks;

import static io.bridge.reactor.ReactorBridge.awaitSingle;
import static io.bridge.reactor.ReactorBridge.mono;

import io.bridge.Coroutine;
import java.util.concurrent.CountDownLatch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * P9: a thousand workflows at the same time, each of ten steps that run on another thread, each
 * step with the value of the one before. In "bodies" each step is a body that awaits, or the
 * operators that one would write instead. "flatMap" is the chain that one would write by hand;
 * "noHop" the same chain with steps in place, so that the difference is the hops.
 */
@State(Scope.Benchmark)
@OperationsPerInvocation(P9Workflow.WORKFLOWS)
@SuppressWarnings("MemberName") // case_who, which the report takes apart
public class P9Workflow {

  static final int WORKFLOWS = 1_000;
  static final int STEPS = 10;

  private static Mono<Integer> step(int value) {
    return Mono.fromCallable(() -> value + 1).subscribeOn(Schedulers.parallel());
  }

  private static Mono<Integer> stepInPlace(int value) {
    return Mono.fromCallable(() -> value + 1);
  }

  @Benchmark
  public void workflow_bridge() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(WORKFLOWS);
    for (int i = 0; i < WORKFLOWS; i++) {
      Coroutine.start(() -> {
        int value = 0;
        for (int step = 0; step < STEPS; step++) {
          value = awaitSingle(step(value));
        }
        done.countDown();
      });
    }
    done.await();
  }

  private static Mono<Integer> stepBody(int value) {
    return mono(() -> awaitSingle(step(value)));
  }

  private static Mono<Integer> stepChain(int value) {
    return Mono.defer(() -> step(value)).map(next -> next);
  }

  @Benchmark
  public void bodies_bridge() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(WORKFLOWS);
    for (int i = 0; i < WORKFLOWS; i++) {
      Coroutine.start(() -> {
        int value = 0;
        for (int step = 0; step < STEPS; step++) {
          value = awaitSingle(stepBody(value));
        }
        done.countDown();
      });
    }
    done.await();
  }

  @Benchmark
  public void bodies_kotlinxDefault() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(WORKFLOWS);
    Kotlinx.workflows(Kotlinx.onDefault(), WORKFLOWS, STEPS, P9Workflow::stepChain, done);
    done.await();
  }

  @Benchmark
  public void workflow_block() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(WORKFLOWS);
    for (int i = 0; i < WORKFLOWS; i++) {
      Thread.startVirtualThread(() -> {
        int value = 0;
        for (int step = 0; step < STEPS; step++) {
          value = step(value).blockOptional().orElseThrow();
        }
        done.countDown();
      });
    }
    done.await();
  }

  @Benchmark
  public void workflow_kotlinxDefault() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(WORKFLOWS);
    Kotlinx.workflows(Kotlinx.onDefault(), WORKFLOWS, STEPS, P9Workflow::step, done);
    done.await();
  }

  @Benchmark
  public void workflow_flatMap() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(WORKFLOWS);
    for (int i = 0; i < WORKFLOWS; i++) {
      step(0)
          .flatMap(P9Workflow::step)
          .flatMap(P9Workflow::step)
          .flatMap(P9Workflow::step)
          .flatMap(P9Workflow::step)
          .flatMap(P9Workflow::step)
          .flatMap(P9Workflow::step)
          .flatMap(P9Workflow::step)
          .flatMap(P9Workflow::step)
          .flatMap(P9Workflow::step)
          .subscribe(value -> done.countDown());
    }
    done.await();
  }

  @Benchmark
  public void workflow_noHop() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(WORKFLOWS);
    for (int i = 0; i < WORKFLOWS; i++) {
      stepInPlace(0)
          .flatMap(P9Workflow::stepInPlace)
          .flatMap(P9Workflow::stepInPlace)
          .flatMap(P9Workflow::stepInPlace)
          .flatMap(P9Workflow::stepInPlace)
          .flatMap(P9Workflow::stepInPlace)
          .flatMap(P9Workflow::stepInPlace)
          .flatMap(P9Workflow::stepInPlace)
          .flatMap(P9Workflow::stepInPlace)
          .flatMap(P9Workflow::stepInPlace)
          .subscribe(value -> done.countDown());
    }
    done.await();
  }
}
