package io.bridge.benchmarks;

import static io.bridge.reactor.ReactorBridge.mono;

import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** P11: there and back: a builder, and a blocking call on what it builds. */
@State(Scope.Benchmark)
@SuppressWarnings("MemberName") // case_who, which the report takes apart
public class P11RoundTrip {

  private final Mono<Integer> bridge = mono(() -> 1);
  private final Mono<Integer> subscribeOn =
      Mono.fromCallable(() -> 1)
          .subscribeOn(Schedulers.fromExecutor(Executors.newVirtualThreadPerTaskExecutor()));
  private final Mono<Integer> kotlinxDefault = Kotlinx.one(Kotlinx.onDefault());
  private final Mono<Integer> kotlinxUnconfined = Kotlinx.one(Kotlinx.onUnconfined());

  @Benchmark
  public @Nullable Integer mono_bridge() {
    return bridge.block();
  }

  @Benchmark
  public @Nullable Integer mono_subscribeOn() {
    return subscribeOn.block();
  }

  @Benchmark
  public @Nullable Integer mono_kotlinxDefault() {
    return kotlinxDefault.block();
  }

  /** Runs the body in the frame of whoever subscribes, which bridge never does (B7). */
  @Benchmark
  public @Nullable Integer mono_kotlinxUnconfined() {
    return kotlinxUnconfined.block();
  }
}
