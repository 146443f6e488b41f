package io.bridge.examples.merge;

import static io.bridge.Await.*;
import static io.bridge.Coroutine.*;
import static io.bridge.Publishers.*;
import static io.bridge.completablefuture.CompletableFutureBridge.*;
import static io.bridge.reactor.ReactorBridge.*;
import static io.bridge.rxjava.RxJavaBridge.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Awaitable;
import io.bridge.Coroutine;
import io.bridge.Emitter;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.processors.AsyncProcessor;
import io.reactivex.rxjava3.processors.BehaviorProcessor;
import io.reactivex.rxjava3.processors.ReplayProcessor;
import io.reactivex.rxjava3.subjects.AsyncSubject;
import io.reactivex.rxjava3.subjects.CompletableSubject;
import io.reactivex.rxjava3.subjects.MaybeSubject;
import io.reactivex.rxjava3.subjects.ReplaySubject;
import io.reactivex.rxjava3.subjects.SingleSubject;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Compiling is most of this test: no two facades may claim one call. */
class AllTypesTest {

  /** A client's future that is a stage too, as Lettuce has one. */
  interface ClientFuture<T> extends CompletionStage<T>, Future<T> {}

  static final class Reply<T> extends CompletableFuture<T> implements ClientFuture<T> {}

  @Test
  @DisplayName("section 1: await of every type of Reactor")
  void reactor() {
    Sinks.One<String> one = Sinks.one();
    one.tryEmitValue("a").orThrow();
    Sinks.Many<String> many = Sinks.many().replay().all();
    many.tryEmitNext("a").orThrow();
    many.tryEmitComplete().orThrow();
    Mono<String> mono = Mono.just("a").hide();
    Flux<String> flux = Flux.just("a").hide();

    assertThat(await(mono)).isEqualTo("a");
    assertThat(await(flux)).isEqualTo("a");
    assertThat(await(one.asMono())).isEqualTo("a");
    assertThat(await(many.asFlux())).isEqualTo("a");
    assertThat(await(flux.replay(1).autoConnect())).isEqualTo("a");
    assertThat(await(mono.then())).isNull();
    assertThat(awaitSingle(mono)).isEqualTo("a");
    assertThat(awaitSingle(flux)).isEqualTo("a");
    assertThat(awaitOptional(mono)).contains("a");
    assertThat(awaitFirst(flux)).isEqualTo("a");
    assertThat(awaitFirst(mono)).isEqualTo("a");
    assertThat(awaitFirstOrNull(Flux.<String>empty())).isNull();
    assertThat(awaitFirstOrElse(Flux.<String>empty(), () -> "b")).isEqualTo("b");
    assertThat(awaitLast(flux)).isEqualTo("a");
    assertThat(awaitLastOrNull(Flux.<String>empty())).isNull();
    assertThat(awaitList(flux)).containsExactly("a");
    assertThat(awaitCollect(flux, Collectors.joining())).isEqualTo("a");
    awaitCompletion(flux);
  }

  @Test
  @DisplayName("section 1: await of every type of RxJava 3")
  void rxJava() {
    Observable<String> observable = Observable.just("a").hide();
    Flowable<String> flowable = Flowable.just("a").hide();
    Maybe<String> maybe = Maybe.just("a").hide();

    assertThat(await(Single.just("a"))).isEqualTo("a");
    assertThat(await(maybe)).isEqualTo("a");
    assertThat(await(Maybe.<String>empty())).isNull();
    await(Completable.complete());
    assertThat(await(flowable)).isEqualTo("a");
    assertThat(await(observable)).isEqualTo("a");
    assertThat(awaitSingle(maybe)).isEqualTo("a");
    assertThat(awaitSingle(observable)).isEqualTo("a");
    assertThat(awaitOptional(maybe)).contains("a");
    assertThat(awaitOptional(observable)).contains("a");
    assertThat(awaitFirst(observable)).isEqualTo("a");
    assertThat(awaitFirst(flowable)).isEqualTo("a");
    assertThat(awaitFirstOrNull(observable)).isEqualTo("a");
    assertThat(awaitFirstOrElse(Observable.<String>empty(), () -> "b")).isEqualTo("b");
    assertThat(awaitLast(observable)).isEqualTo("a");
    assertThat(awaitLastOrNull(observable)).isEqualTo("a");
    assertThat(awaitList(observable)).containsExactly("a");
    assertThat(awaitList(flowable)).containsExactly("a");
    assertThat(awaitCollect(observable, Collectors.joining())).isEqualTo("a");
    awaitCompletion(observable);
    awaitCompletion(flowable);
  }

  @Test
  @DisplayName("section 1: await of RxJava 3's subjects and processors")
  void rxJavaHot() {
    SingleSubject<String> single = SingleSubject.create();
    MaybeSubject<String> maybe = MaybeSubject.create();
    CompletableSubject completable = CompletableSubject.create();
    AsyncSubject<String> async = AsyncSubject.create();
    AsyncProcessor<String> asyncProcessor = AsyncProcessor.create();
    ReplaySubject<String> replay = ReplaySubject.create();
    ReplayProcessor<String> replayProcessor = ReplayProcessor.create();
    single.onSuccess("a");
    maybe.onSuccess("a");
    completable.onComplete();
    async.onNext("a");
    async.onComplete();
    asyncProcessor.onNext("a");
    asyncProcessor.onComplete();
    replay.onNext("a");
    replay.onComplete();
    replayProcessor.onNext("a");
    replayProcessor.onComplete();

    assertThat(await(single)).isEqualTo("a");
    assertThat(await(maybe)).isEqualTo("a");
    await(completable);
    assertThat(await(async)).isEqualTo("a");
    assertThat(await(asyncProcessor)).isEqualTo("a");
    assertThat(await(replay)).isEqualTo("a");
    assertThat(await(replayProcessor)).isEqualTo("a");
    assertThat(awaitFirst(BehaviorProcessor.createDefault("a"))).isEqualTo("a");
  }

  @Test
  @DisplayName("section 1: await of the JDK's futures, stages and publishers")
  void jdk() {
    CompletableFuture<String> future = CompletableFuture.completedFuture("a");
    CompletionStage<String> stage = future.minimalCompletionStage();
    FutureTask<String> task = new FutureTask<>(() -> "a");
    task.run();
    Future<String> plain = task;
    Future<?> wild = task;
    Reply<String> reply = new Reply<>();
    reply.complete("a");
    ClientFuture<String> both = reply;
    ForkJoinTask<String> forked = ForkJoinPool.commonPool().submit(() -> "a");
    Flow.Publisher<String> flow = FlowAdapters.toFlowPublisher(Flux.just("a"));

    assertThat(await(future)).isEqualTo("a");
    assertThat(await(stage)).isEqualTo("a");
    assertThat(await(task)).isEqualTo("a");
    assertThat(await(plain)).isEqualTo("a");
    Object any = await(wild);
    assertThat(any).isEqualTo("a");
    assertThat(await(reply)).isEqualTo("a");
    assertThat(await(both)).isEqualTo("a");
    assertThat(await(forked)).isEqualTo("a");
    assertThat(awaitOrCancel(future)).isEqualTo("a");
    assertThat(awaitOrCancel(stage)).isEqualTo("a");
    assertThat(awaitOrCancel(plain)).isEqualTo("a");
    assertThat(awaitOrCancel(both)).isEqualTo("a");
    assertThat(await(flow)).isEqualTo("a");
    assertThat(awaitSingle(flow)).isEqualTo("a");
    assertThat(awaitOptional(flow)).contains("a");
    assertThat(awaitFirst(flow)).isEqualTo("a");
    assertThat(awaitFirstOrNull(flow)).isEqualTo("a");
    assertThat(awaitFirstOrElse(flow, () -> "b")).isEqualTo("a");
    assertThat(awaitLast(flow)).isEqualTo("a");
    assertThat(awaitLastOrNull(flow)).isEqualTo("a");
    assertThat(awaitList(flow)).containsExactly("a");
    assertThat(awaitCollect(flow, Collectors.joining())).isEqualTo("a");
    awaitCompletion(flow);
  }

  @Test
  @DisplayName("section 1: await of a scheduled future, an Awaitable, a Coroutine and a wildcard")
  void others() {
    Coroutine<String> coroutine = start(() -> "a");
    Awaitable<String> awaitable = suspension -> suspension.resume("a");
    Publisher<? extends CharSequence> wild = Flux.just("a");

    assertThat(await(coroutine)).isEqualTo("a");
    assertThat(await(awaitable)).isEqualTo("a");
    CharSequence text = await(wild);
    assertThat(text).isEqualTo("a");
    try (ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor()) {
      ScheduledFuture<?> scheduled = timer.schedule(() -> {}, 1, TimeUnit.MILLISECONDS);
      assertThat((Object) await(scheduled)).isNull();
    }
  }

  @Test
  @DisplayName("section 1: what await returns fits wherever an expression does")
  void expressions() {
    Mono<String> mono = Mono.just("a");
    Single<String> single = Single.just("b");
    CompletableFuture<String> future = CompletableFuture.completedFuture("c");

    assertThat(awaitSingle(mono).length()).isEqualTo(1);
    assertThat(await(single).length()).isEqualTo(1);
    assertThat(await(future).length()).isEqualTo(1);
    int number = await(future.thenApply(String::length));
    assertThat(number).isEqualTo(1);
    for (String each : awaitSingle(Mono.just(List.of("a")))) {
      assertThat(each).isEqualTo("a");
    }
    String chosen =
        switch (awaitSingle(mono)) {
          case "a" -> await(single);
          default -> await(future);
        };
    assertThat(chosen).isEqualTo("b");
  }

  @Test
  @DisplayName("section 1: every builder takes every shape of lambda")
  void builders() throws Exception {
    Mono<String> mono = mono(() -> await(Single.just("a")));
    Mono<Void> ofCompletable = mono(() -> await(Completable.complete()));
    Mono<Void> ofBlock =
        mono(() -> {
          await(mono);
        });
    Mono<String> throwing =
        mono(() -> {
          throw new IOException("thrown");
        });
    Flux<String> flux = flux(emitter -> emitter.emit(awaitSingle(mono)));
    Flux<Integer> mapped = flux((Emitter<Integer> emitter) -> emitter.emit(1)).map(n -> n + 1);
    Single<String> single = single(() -> awaitSingle(mono));
    Maybe<String> maybe = maybe(() -> await(mono));
    Maybe<Void> emptyMaybe = maybe(() -> await(Completable.complete()));
    Completable completable = completable(() -> await(mono));
    Flowable<String> flowable = flowable(emitter -> emitter.emit("a"));
    Observable<String> observable = observable(emitter -> emitter.emit("a"));
    CompletableFuture<String> future = future(() -> awaitSingle(mono));
    CompletableFuture<@Nullable Void> done = future(() -> await(completable));
    Publisher<String> publisher = publisher(emitter -> emitter.emit("a"));
    Flow.Publisher<String> flow = flowPublisher(emitter -> emitter.emit("a"));

    assertThat(await(ofCompletable)).isNull();
    assertThat(await(ofBlock)).isNull();
    assertThat(throwing.map(String::length).onErrorReturn(-1).block()).isEqualTo(-1);
    assertThat(await(flux)).isEqualTo("a");
    assertThat(await(mapped)).isEqualTo(2);
    assertThat(await(single)).isEqualTo("a");
    assertThat(await(maybe)).isEqualTo("a");
    assertThat(await(emptyMaybe)).isNull();
    await(completable);
    assertThat(await(flowable)).isEqualTo("a");
    assertThat(await(observable)).isEqualTo("a");
    assertThat(await(future)).isEqualTo("a");
    assertThat((Object) await(done)).isNull();
    assertThat(await(publisher)).isEqualTo("a");
    assertThat(await(flow)).isEqualTo("a");
  }

  @Test
  @DisplayName("B10, section 1: every builder takes every shape of lambda behind an executor, too")
  void buildersWithSignals() {
    Scheduler reactor = Schedulers.parallel();
    io.reactivex.rxjava3.core.Scheduler rx =
        io.reactivex.rxjava3.schedulers.Schedulers.computation();
    Executor executor = Thread::startVirtualThread;
    Completable nothing = Completable.complete();

    Mono<String> mono = mono(reactor, () -> await(Single.just("a")));
    Mono<Void> ofCompletable = mono(reactor, () -> await(nothing));
    Mono<Void> ofBlock =
        mono(
            reactor,
            () -> {
              await(mono);
            });
    Mono<String> throwing =
        mono(
            reactor,
            () -> {
              throw new IOException("thrown");
            });
    Flux<String> flux = flux(reactor, emitter -> emitter.emit(awaitSingle(mono)));
    Flux<Integer> mapped =
        flux(reactor, (Emitter<Integer> emitter) -> emitter.emit(1)).map(n -> n + 1);
    Single<String> single = single(rx, () -> awaitSingle(mono));
    Maybe<String> maybe = maybe(rx, () -> await(mono));
    Maybe<Void> emptyMaybe = maybe(rx, () -> await(nothing));
    Completable completable = completable(rx, () -> await(mono));
    Flowable<String> flowable = flowable(rx, emitter -> emitter.emit("a"));
    Observable<String> observable = observable(rx, emitter -> emitter.emit("a"));
    CompletableFuture<String> future = future(executor, () -> awaitSingle(mono));
    CompletableFuture<@Nullable Void> done = future(executor, () -> await(nothing));
    CompletableFuture<String> direct = future(Runnable::run, () -> awaitSingle(mono));
    Publisher<String> publisher = publisher(executor, emitter -> emitter.emit("a"));
    Publisher<String> directPublisher = publisher(Runnable::run, emitter -> emitter.emit("a"));
    Flow.Publisher<String> flow = flowPublisher(executor, emitter -> emitter.emit("a"));
    Flow.Publisher<String> lambdas =
        flowPublisher(task -> task.run(), emitter -> emitter.emit("a"));

    assertThat(await(ofCompletable)).isNull();
    assertThat(await(ofBlock)).isNull();
    assertThat(await(throwing.map(String::length).onErrorReturn(-1))).isEqualTo(-1);
    assertThat(await(flux)).isEqualTo("a");
    assertThat(await(mapped)).isEqualTo(2);
    assertThat(await(single)).isEqualTo("a");
    assertThat(await(maybe)).isEqualTo("a");
    assertThat(await(emptyMaybe)).isNull();
    await(completable);
    assertThat(await(flowable)).isEqualTo("a");
    assertThat(await(observable)).isEqualTo("a");
    assertThat(await(future)).isEqualTo("a");
    assertThat((Object) await(done)).isNull();
    assertThat(await(direct)).isEqualTo("a");
    assertThat(await(publisher)).isEqualTo("a");
    assertThat(await(directPublisher)).isEqualTo("a");
    assertThat(await(flow)).isEqualTo("a");
    assertThat(await(lambdas)).isEqualTo("a");
  }

  @Test
  @DisplayName("section 1: every block takes every shape of lambda")
  void blocks() {
    Mono<String> mono = Mono.just("a");
    Completable completable = Completable.complete();
    CompletableFuture<String> future = CompletableFuture.completedFuture("abc");

    int length = withTimeout(Duration.ofSeconds(30), () -> await(future).length());
    assertThat(length).isEqualTo(3);
    withTimeout(Duration.ofSeconds(30), () -> await(completable));
    withTimeout(
        Duration.ofSeconds(30),
        () -> {
          await(mono);
        });
    assertThat(shield(() -> awaitSingle(mono))).isEqualTo("a");
    shield(() -> await(completable));
    Coroutine<@Nullable Void> ofVoid = start(() -> await(completable));
    assertThat((Object) ofVoid.await()).isNull();
    Coroutine<String> ofValue = start(() -> awaitSingle(mono));
    assertThat(ofValue.await()).isEqualTo("a");
    String resumed =
        suspend(suspension -> {
          var unused =
              future.whenComplete((value, failure) -> {
                if (failure != null) {
                  suspension.fail(failure);
                } else {
                  suspension.resume(value);
                }
              });
        });
    assertThat(resumed).isEqualTo("abc");
    Single<String> single = Single.just("b");
    String called = suspend(s -> s.onCancel(single.subscribe(s::resume, s::fail)::dispose));
    assertThat(called).isEqualTo("b");
    delay(Duration.ZERO);
  }

  @Test
  @DisplayName("B7: an await in a builder in an await, five deep")
  void nested() {
    Mono<String> innermost = Mono.just("a");
    String value =
        await(
            mono(() ->
                await(mono(() -> await(single(() -> awaitSingle(mono(() -> await(innermost)))))))));
    assertThat(value).isEqualTo("a");
  }
}
