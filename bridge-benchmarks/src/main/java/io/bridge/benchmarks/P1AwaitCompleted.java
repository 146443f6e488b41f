package io.bridge.benchmarks;

import static io.bridge.completablefuture.CompletableFutureBridge.await;
import static io.bridge.reactor.ReactorBridge.await;
import static io.bridge.rxjava.RxJavaBridge.await;

import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Single;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/**
 * P1: awaits a source that is complete already. "own" is the library's own blocking call. kotlinx
 * awaits in a loop, inside one coroutine: ours in such a loop would be moved out of it.
 */
@State(Scope.Benchmark)
@SuppressWarnings("MemberName") // case_who, which the report takes apart
public class P1AwaitCompleted {

  static final int TIMES = 1_000;

  private final Mono<Integer> monoJust = Mono.just(1);
  private final Mono<Integer> monoCallable = Mono.fromCallable(() -> 1);
  private final Mono<Integer> monoChain =
      Mono.just(1).hide().map(i -> i + 1).filter(i -> i > 0).flatMap(Mono::just);
  private final Publisher<Integer> publisher = Sources.synchronous(1);
  private final Single<Integer> singleJust = Single.just(1);
  private final Maybe<Integer> maybeJust = Maybe.just(1);
  private final Completable completable = Completable.complete();
  private final Flowable<Integer> flowableJust = Flowable.just(1);
  private final CompletableFuture<Integer> future = CompletableFuture.completedFuture(1);

  @Benchmark
  public @Nullable Integer monoJust_bridge() {
    return await(monoJust);
  }

  @Benchmark
  public @Nullable Integer monoJust_own() {
    return monoJust.block();
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public void monoJust_kotlinx(Blackhole hole) {
    Kotlinx.await(monoJust, TIMES, hole);
  }

  @Benchmark
  public @Nullable Integer monoCallable_bridge() {
    return await(monoCallable);
  }

  @Benchmark
  public @Nullable Integer monoCallable_own() {
    return monoCallable.block();
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public void monoCallable_kotlinx(Blackhole hole) {
    Kotlinx.await(monoCallable, TIMES, hole);
  }

  @Benchmark
  public @Nullable Integer monoChain_bridge() {
    return await(monoChain);
  }

  @Benchmark
  public void monoChain_floor(Blackhole hole) {
    monoChain.subscribe(hole::consume);
  }

  @Benchmark
  public @Nullable Integer monoChain_own() {
    return monoChain.block();
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public void monoChain_kotlinx(Blackhole hole) {
    Kotlinx.await(monoChain, TIMES, hole);
  }

  @Benchmark
  public @Nullable Integer publisher_bridge() {
    return await(publisher);
  }

  @Benchmark
  public @Nullable Integer publisher_own() {
    return Mono.from(publisher).block();
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public void publisher_kotlinx(Blackhole hole) {
    Kotlinx.await(publisher, TIMES, hole);
  }

  @Benchmark
  public @Nullable Integer singleJust_bridge() {
    return await(singleJust);
  }

  @Benchmark
  public @Nullable Integer singleJust_own() {
    return singleJust.blockingGet();
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public void singleJust_kotlinx(Blackhole hole) {
    Kotlinx.await(singleJust, TIMES, hole);
  }

  @Benchmark
  public @Nullable Integer maybeJust_bridge() {
    return await(maybeJust);
  }

  @Benchmark
  public @Nullable Integer maybeJust_own() {
    return maybeJust.blockingGet();
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public void maybeJust_kotlinx(Blackhole hole) {
    Kotlinx.await(maybeJust, TIMES, hole);
  }

  @Benchmark
  public void completable_bridge() {
    await(completable);
  }

  @Benchmark
  public void completable_own() {
    completable.blockingAwait();
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public void completable_kotlinx() {
    Kotlinx.await(completable, TIMES);
  }

  @Benchmark
  public @Nullable Integer flowableJust_bridge() {
    return await(flowableJust);
  }

  @Benchmark
  public @Nullable Integer flowableJust_own() {
    return flowableJust.blockingSingle();
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public void flowableJust_kotlinx(Blackhole hole) {
    Kotlinx.await(flowableJust, TIMES, hole);
  }

  @Benchmark
  public @Nullable Integer future_bridge() {
    return await(future);
  }

  @Benchmark
  public @Nullable Integer future_own() {
    return future.join();
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public void future_kotlinx(Blackhole hole) {
    Kotlinx.await(future, TIMES, hole);
  }
}
