package io.bridge.benchmarks;

import static io.bridge.Publishers.forEach;
import static io.bridge.reactor.ReactorBridge.flux;

import io.bridge.Coroutine;
import io.bridge.Emitter;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;
import reactor.core.publisher.Flux;

/**
 * P13: a stream through four bodies, each of which consumes the one inside it: with {@code forEach}
 * and a sum, or with {@code emitAll}. "chain" are the operators that one would write instead.
 */
@State(Scope.Benchmark)
@OperationsPerInvocation(P13Streams.ITEMS)
@SuppressWarnings("MemberName") // case_who, which the report takes apart
public class P13Streams {

  static final int ITEMS = 10_000;
  static final int LEVELS = 4;

  private static void items(Emitter<Integer> out) {
    for (int i = 0; i < ITEMS; i++) {
      out.emit(i);
    }
  }

  private static Flux<Integer> each(int level) {
    return flux(out -> {
      if (level == 1) {
        items(out);
      } else {
        forEach(each(level - 1), item -> out.emit(item + 1));
      }
    });
  }

  private static Flux<Integer> passedOn(int level) {
    return flux(out -> {
      if (level == 1) {
        items(out);
      } else {
        out.emitAll(passedOn(level - 1));
      }
    });
  }

  private static Flux<Integer> chain(int level) {
    return level == 1
        ? Flux.range(0, ITEMS)
        : Flux.defer(() -> chain(level - 1)).map(item -> item + 1);
  }

  private static Flux<Integer> defers(int level) {
    return level == 1 ? Flux.range(0, ITEMS) : Flux.defer(() -> defers(level - 1));
  }

  private static void inCoroutine(Flux<Integer> stream, Blackhole hole) {
    Coroutine.start(() -> forEach(stream, hole::consume)).await();
  }

  @Benchmark
  public void forEach_bridge(Blackhole hole) {
    inCoroutine(each(LEVELS), hole);
  }

  @Benchmark
  public void forEach_chain(Blackhole hole) {
    chain(LEVELS).doOnNext(hole::consume).blockLast();
  }

  @Benchmark
  public void forEach_kotlinx(Blackhole hole) {
    Kotlinx.collectFlows(LEVELS, ITEMS, hole);
  }

  @Benchmark
  public void emitAll_bridge(Blackhole hole) {
    inCoroutine(passedOn(LEVELS), hole);
  }

  @Benchmark
  public void emitAll_chain(Blackhole hole) {
    defers(LEVELS).doOnNext(hole::consume).blockLast();
  }

  @Benchmark
  public void emitAll_kotlinx(Blackhole hole) {
    Kotlinx.passFlowsOn(LEVELS, ITEMS, hole);
  }
}
