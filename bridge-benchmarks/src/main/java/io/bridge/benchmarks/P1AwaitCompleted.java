package io.bridge.benchmarks;

import static io.bridge.completablefuture.CompletableFutureBridge.await;
import static io.bridge.reactor.ReactorBridge.await;
import static io.bridge.rxjava.RxJavaBridge.await;

import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Single;
import java.util.concurrent.CompletableFuture;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/** P1: awaits a source that is complete already. "own" is the library's own blocking call. */
@State(Scope.Benchmark)
@OperationsPerInvocation(P1AwaitCompleted.TIMES)
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
  public void monoJust_bridge(Blackhole hole) {
    for (int i = 0; i < TIMES; i++) {
      hole.consume(await(monoJust));
    }
  }

  @Benchmark
  public void monoJust_own(Blackhole hole) {
    for (int i = 0; i < TIMES; i++) {
      hole.consume(monoJust.block());
    }
  }

  @Benchmark
  public void monoJust_kotlinx(Blackhole hole) {
    Kotlinx.await(monoJust, TIMES, hole);
  }

  @Benchmark
  public void monoCallable_bridge(Blackhole hole) {
    for (int i = 0; i < TIMES; i++) {
      hole.consume(await(monoCallable));
    }
  }

  @Benchmark
  public void monoCallable_own(Blackhole hole) {
    for (int i = 0; i < TIMES; i++) {
      hole.consume(monoCallable.block());
    }
  }

  @Benchmark
  public void monoCallable_kotlinx(Blackhole hole) {
    Kotlinx.await(monoCallable, TIMES, hole);
  }

  @Benchmark
  public void monoChain_bridge(Blackhole hole) {
    for (int i = 0; i < TIMES; i++) {
      hole.consume(await(monoChain));
    }
  }

  @Benchmark
  public void monoChain_floor(Blackhole hole) {
    for (int i = 0; i < TIMES; i++) {
      monoChain.subscribe(hole::consume);
    }
  }

  @Benchmark
  public void monoChain_own(Blackhole hole) {
    for (int i = 0; i < TIMES; i++) {
      hole.consume(monoChain.block());
    }
  }

  @Benchmark
  public void monoChain_kotlinx(Blackhole hole) {
    Kotlinx.await(monoChain, TIMES, hole);
  }

  @Benchmark
  public void publisher_bridge(Blackhole hole) {
    for (int i = 0; i < TIMES; i++) {
      hole.consume(await(publisher));
    }
  }

  @Benchmark
  public void publisher_own(Blackhole hole) {
    for (int i = 0; i < TIMES; i++) {
      hole.consume(Mono.from(publisher).block());
    }
  }

  @Benchmark
  public void publisher_kotlinx(Blackhole hole) {
    Kotlinx.await(publisher, TIMES, hole);
  }

  @Benchmark
  public void singleJust_bridge(Blackhole hole) {
    for (int i = 0; i < TIMES; i++) {
      hole.consume(await(singleJust));
    }
  }

  @Benchmark
  public void singleJust_own(Blackhole hole) {
    for (int i = 0; i < TIMES; i++) {
      hole.consume(singleJust.blockingGet());
    }
  }

  @Benchmark
  public void singleJust_kotlinx(Blackhole hole) {
    Kotlinx.await(singleJust, TIMES, hole);
  }

  @Benchmark
  public void maybeJust_bridge(Blackhole hole) {
    for (int i = 0; i < TIMES; i++) {
      hole.consume(await(maybeJust));
    }
  }

  @Benchmark
  public void maybeJust_own(Blackhole hole) {
    for (int i = 0; i < TIMES; i++) {
      hole.consume(maybeJust.blockingGet());
    }
  }

  @Benchmark
  public void maybeJust_kotlinx(Blackhole hole) {
    Kotlinx.await(maybeJust, TIMES, hole);
  }

  @Benchmark
  public void completable_bridge() {
    for (int i = 0; i < TIMES; i++) {
      await(completable);
    }
  }

  @Benchmark
  public void completable_own() {
    for (int i = 0; i < TIMES; i++) {
      completable.blockingAwait();
    }
  }

  @Benchmark
  public void completable_kotlinx() {
    Kotlinx.await(completable, TIMES);
  }

  @Benchmark
  public void flowableJust_bridge(Blackhole hole) {
    for (int i = 0; i < TIMES; i++) {
      hole.consume(await(flowableJust));
    }
  }

  @Benchmark
  public void flowableJust_own(Blackhole hole) {
    for (int i = 0; i < TIMES; i++) {
      hole.consume(flowableJust.blockingSingle());
    }
  }

  @Benchmark
  public void flowableJust_kotlinx(Blackhole hole) {
    Kotlinx.await(flowableJust, TIMES, hole);
  }

  @Benchmark
  public void future_bridge(Blackhole hole) {
    for (int i = 0; i < TIMES; i++) {
      hole.consume(await(future));
    }
  }

  @Benchmark
  public void future_own(Blackhole hole) {
    for (int i = 0; i < TIMES; i++) {
      hole.consume(future.join());
    }
  }

  @Benchmark
  public void future_kotlinx(Blackhole hole) {
    Kotlinx.await(future, TIMES, hole);
  }
}
