package io.bridge.examples.merge;

import static io.bridge.Publishers.publisher;
import static io.bridge.completablefuture.CompletableFutureBridge.*;
import static io.bridge.reactor.ReactorBridge.*;
import static io.bridge.rxjava.RxJavaBridge.*;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Publishers;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Probe;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Builders of all libraries inside each other, and all of them on one thread. Shapes of
 * kotlinx.coroutines #3282, #3458 and #4222.
 */
@DisplayName("B7 builders of every kind inside each other")
@Timeout(60)
class NestingTest {

  private static final int DEPTH = 20_000;

  private final AtomicInteger deepestStack = new AtomicInteger();

  /** The builders take turns; if {@code blocking}, every second level is blocked on. */
  private int nested(int depth, boolean blocking, Mono<Integer> innermost) {
    if (depth % 1000 < 10) {
      deepestStack.accumulateAndGet(Thread.currentThread().getStackTrace().length, Math::max);
    }
    if (depth == 0) {
      return awaitSingle(innermost);
    }
    int next = depth - 1;
    boolean awaited = !blocking || depth % 2 == 0;
    int inside =
        switch (depth % 9) {
          case 0 -> {
            Mono<Integer> mono = mono(() -> nested(next, blocking, innermost));
            yield awaited ? awaitSingle(mono) : requireNonNull(mono.block());
          }
          case 1 -> {
            Flux<Integer> flux = flux(emitter -> emitter.emit(nested(next, blocking, innermost)));
            yield awaited ? awaitSingle(flux) : requireNonNull(flux.blockLast());
          }
          case 2 -> {
            Single<Integer> single = single(() -> nested(next, blocking, innermost));
            yield awaited ? await(single) : single.blockingGet();
          }
          case 3 -> {
            Maybe<Integer> maybe = maybe(() -> nested(next, blocking, innermost));
            yield awaited ? awaitSingle(maybe) : requireNonNull(maybe.blockingGet());
          }
          case 4 -> {
            Flowable<Integer> flowable =
                flowable(emitter -> emitter.emit(nested(next, blocking, innermost)));
            yield awaited ? awaitSingle(flowable) : flowable.blockingLast();
          }
          case 5 -> {
            Observable<Integer> items =
                observable(emitter -> emitter.emit(nested(next, blocking, innermost)));
            yield awaited ? awaitSingle(items) : items.blockingLast();
          }
          case 6 -> {
            CompletableFuture<Integer> future = future(() -> nested(next, blocking, innermost));
            yield awaited ? awaitOrCancel(future) : future.join();
          }
          case 7 -> {
            Publisher<Integer> items =
                publisher(emitter -> emitter.emit(nested(next, blocking, innermost)));
            yield awaitSingle(items);
          }
          default -> {
            AtomicInteger value = new AtomicInteger();
            await(completable(() -> value.set(nested(next, blocking, innermost))));
            yield value.get();
          }
        };
    return inside + 1;
  }

  @Test
  @DisplayName("B7 20 000 deep, nine builders in turn, awaited and blocked on: the right value")
  void deep() {
    CompletableFuture<Integer> future = future(() -> nested(DEPTH, true, Mono.just(0).hide()));
    Eventually.until("the end", future::isDone);
    assertThat(future.join().intValue()).isEqualTo(DEPTH);
    assertThat(deepestStack.get()).isBetween(1, 100);
  }

  @Test
  @DisplayName("B7 A5 20 000 deep: a cancel reaches the innermost source through every library")
  void deepCancel() { // awaited only: the JDK's join() cannot be interrupted
    Probe<Integer> source = new Probe<>();
    CompletableFuture<Integer> future = future(() -> nested(DEPTH, false, Mono.from(source)));
    source.awaitRequest();
    assertThat(future.cancel(true)).isTrue();
    source.awaitCancel();
    assertThat(source.cancels()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {65, 257, 1_000})
  @DisplayName("B7 kotlinx #3282 #3458: builders of every library on one and the same thread")
  void oneThread(int count) throws Exception {
    ExecutorService one = Executors.newSingleThreadExecutor();
    Scheduler reactor = Schedulers.fromExecutor(one);
    io.reactivex.rxjava3.core.Scheduler rx = io.reactivex.rxjava3.schedulers.Schedulers.from(one);
    try {
      Flux<Integer> items = Flux.range(0, count).publishOn(reactor).subscribeOn(reactor);
      Flowable<Integer> flowable =
          flowable(emitter -> {
            for (int item : awaitList(items)) {
              emitter.emit(item);
            }
          });
      Single<Long> counted = flowable.subscribeOn(rx).observeOn(rx, false, 8).count();
      Mono<Long> mono = mono(() -> await(counted) + counted.subscribeOn(rx).blockingGet());
      @SuppressWarnings("FutureReturnValueIgnored") // thenCompose takes the inner one
      CompletableFuture<CompletableFuture<Long>> started =
          CompletableFuture.supplyAsync(() -> blockingOn(mono.subscribeOn(reactor)), one);
      CompletableFuture<Long> future = started.thenCompose(f -> f.thenApplyAsync(n -> n, one));
      Publisher<Long> last =
          FlowAdapters.toPublisher(
              Publishers.<Long>flowPublisher(emitter -> emitter.emit(await(future))));
      Eventually.until("the end", future::isDone);
      assertThat(awaitSingle(last)).isEqualTo(2L * count);
    } finally {
      one.shutdownNow();
    }
  }

  private static CompletableFuture<Long> blockingOn(Mono<Long> mono) {
    return future(() -> requireNonNull(mono.block()));
  }
}
