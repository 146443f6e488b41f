package io.bridge.benchmarks;

import static io.bridge.reactor.ReactorBridge.await;
import static io.bridge.reactor.ReactorBridge.awaitSingle;
import static io.bridge.reactor.ReactorBridge.mono;
import static io.bridge.rxjava.RxJavaBridge.await;
import static io.bridge.rxjava.RxJavaBridge.single;

import io.bridge.Coroutine;
import io.reactivex.rxjava3.core.Single;
import java.util.function.IntFunction;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;
import reactor.core.publisher.Mono;

/**
 * P13: bodies that await bodies, so many levels deep, again and again in one coroutine. "callable"
 * awaits the same levels as {@code Mono.fromCallable}, "chain" are the operators that one would
 * write instead.
 */
@State(Scope.Benchmark)
@OperationsPerInvocation(P13Nested.TIMES)
@SuppressWarnings("MemberName") // case_who, which the report takes apart
public class P13Nested {

  static final int TIMES = 1_000;

  @Param({"1", "4", "10", "100"})
  int levels;

  private static Mono<Integer> monos(int level) {
    return mono(() -> level == 1 ? 1 : awaitSingle(monos(level - 1)) + 1);
  }

  private static Single<Integer> singles(int level) {
    return single(() -> level == 1 ? 1 : await(singles(level - 1)) + 1);
  }

  private static Mono<Integer> mixed(int level) {
    return mono(() ->
        level == 1
            ? 1
            : await(single(() -> level == 2 ? 1 : awaitSingle(mixed(level - 2)) + 1)) + 1);
  }

  private static Mono<Integer> callables(int level) {
    return Mono.fromCallable(() -> level == 1 ? 1 : awaitSingle(callables(level - 1)) + 1);
  }

  private static Mono<Integer> chain(int level) {
    return level == 1 ? Mono.just(1) : Mono.defer(() -> chain(level - 1)).map(value -> value + 1);
  }

  private void inCoroutine(IntFunction<Mono<Integer>> source, Blackhole hole) {
    int depth = levels;
    Coroutine.start(
            () -> {
              for (int i = 0; i < TIMES; i++) {
                hole.consume(await(source.apply(depth)));
              }
            })
        .await();
  }

  @Benchmark
  public void mono_bridge(Blackhole hole) {
    inCoroutine(P13Nested::monos, hole);
  }

  @Benchmark
  public void single_bridge(Blackhole hole) {
    int depth = levels;
    Coroutine.start(
            () -> {
              for (int i = 0; i < TIMES; i++) {
                hole.consume(await(singles(depth)));
              }
            })
        .await();
  }

  @Benchmark
  public void mixed_bridge(Blackhole hole) {
    inCoroutine(P13Nested::mixed, hole);
  }

  @Benchmark
  public void mono_callable(Blackhole hole) {
    inCoroutine(P13Nested::callables, hole);
  }

  @Benchmark
  public void mono_chain(Blackhole hole) {
    inCoroutine(P13Nested::chain, hole);
  }

  @Benchmark
  public void mono_kotlinx(Blackhole hole) {
    Kotlinx.nested(levels, TIMES, hole);
  }
}
