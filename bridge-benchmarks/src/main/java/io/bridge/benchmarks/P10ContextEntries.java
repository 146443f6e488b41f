package io.bridge.benchmarks;

import static io.bridge.reactor.ReactorBridge.awaitSingle;
import static io.bridge.reactor.ReactorBridge.mono;

import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/**
 * P10: awaits inside a body, under a Reactor Context with more and more entries. What counts is the
 * slope, not the level.
 */
@State(Scope.Benchmark)
@OperationsPerInvocation(P10ContextEntries.TIMES)
@SuppressWarnings({"MemberName", "NullAway.Init"}) // case_who; set up by JMH
public class P10ContextEntries {

  static final int TIMES = 10_000;

  @Param({"0", "5", "20"})
  int entries;

  private final Mono<Integer> source = Mono.just(1).hide();
  private Context context = Context.empty();
  private Mono<Integer> bridge;
  private Mono<Integer> kotlinx;

  @Setup
  public void context() {
    context = Context.empty();
    for (int i = 0; i < entries; i++) {
      context = context.put("key" + i, i);
    }
    bridge = mono(this::awaitAll).contextWrite(outer -> context);
    kotlinx = Kotlinx.awaitInContext(source, TIMES).contextWrite(outer -> context);
  }

  private int awaitAll() {
    int sum = 0;
    for (int i = 0; i < TIMES; i++) {
      sum += awaitSingle(source);
    }
    return sum;
  }

  @Benchmark
  public @Nullable Integer context_bridge() {
    return bridge.block();
  }

  @Benchmark
  public @Nullable Integer context_kotlinx() {
    return kotlinx.block();
  }
}
