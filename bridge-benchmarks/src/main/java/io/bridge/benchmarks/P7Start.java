package io.bridge.benchmarks;

import io.bridge.Coroutine;
import io.bridge.CoroutineScope;
import io.bridge.CoroutineScope.Joiner;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/**
 * P7: starts a coroutine and waits for it; forks one or ten into a scope and joins. The floor is a
 * bare virtual thread. Jox's {@code structured} that can be had is made for the preview API of
 * another Java, and does not run here.
 */
@State(Scope.Benchmark)
@OperationsPerInvocation(P7Start.TIMES)
@SuppressWarnings("MemberName") // case_who, which the report takes apart
public class P7Start {

  static final int TIMES = 100;

  @Benchmark
  public void start_bridge(Blackhole hole) {
    for (int i = 0; i < TIMES; i++) {
      hole.consume(Coroutine.start(() -> 1).await());
    }
  }

  @Benchmark
  public void start_floor() throws InterruptedException {
    for (int i = 0; i < TIMES; i++) {
      startAndJoin();
    }
  }

  private static void startAndJoin() throws InterruptedException {
    Thread.startVirtualThread(() -> {}).join();
  }

  @Benchmark
  public void start_kotlinxDefault(Blackhole hole) {
    Kotlinx.async(Kotlinx.onDefault(), TIMES, hole);
  }

  @Benchmark
  public void scope_bridge() {
    for (int i = 0; i < TIMES; i++) {
      run(1);
    }
  }

  /** With a name, so that a thread dump lists its threads as one group. */
  @Benchmark
  public void scope_bridgeNamed() {
    for (int i = 0; i < TIMES; i++) {
      try (CoroutineScope<Integer, @Nullable Void> scope =
          CoroutineScope.open(Joiner.awaitAll(), config -> config.withName("named"))) {
        var _ = scope.fork(() -> 1);
        scope.join();
      }
    }
  }

  @Benchmark
  public void scope_jdk() throws Throwable {
    for (int i = 0; i < TIMES; i++) {
      JdkScope.run(1);
    }
  }

  @Benchmark
  public void scope_floor() throws InterruptedException {
    for (int i = 0; i < TIMES; i++) {
      startAndJoin();
    }
  }

  @Benchmark
  public void scope_kotlinxDefault() {
    Kotlinx.scopes(Kotlinx.onDefault(), TIMES, 1);
  }

  @Benchmark
  public void scopeOfTen_bridge() {
    for (int i = 0; i < TIMES; i++) {
      run(10);
    }
  }

  @Benchmark
  public void scopeOfTen_jdk() throws Throwable {
    for (int i = 0; i < TIMES; i++) {
      JdkScope.run(10);
    }
  }

  @Benchmark
  public void scopeOfTen_kotlinxDefault() {
    Kotlinx.scopes(Kotlinx.onDefault(), TIMES, 10);
  }

  static void run(int children) {
    try (CoroutineScope<Integer, @Nullable Void> scope = CoroutineScope.open()) {
      for (int child = 0; child < children; child++) {
        var _ = scope.fork(() -> 1);
      }
      scope.join();
    }
  }
}
