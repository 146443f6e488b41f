package io.bridge.examples.merge;

import static io.bridge.Await.*;
import static io.bridge.Coroutine.*;
import static io.bridge.CoroutineContext.with;
import static io.bridge.Publishers.*;
import static io.bridge.completablefuture.CompletableFutureBridge.*;
import static io.bridge.reactor.ReactorBridge.*;
import static io.bridge.rxjava.RxJavaBridge.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Awaitable;
import io.bridge.Coroutine;
import io.bridge.CoroutineContext;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.processors.AsyncProcessor;
import io.reactivex.rxjava3.subjects.AsyncSubject;
import io.reactivex.rxjava3.subjects.CompletableSubject;
import io.reactivex.rxjava3.subjects.MaybeSubject;
import io.reactivex.rxjava3.subjects.SingleSubject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.util.retry.Retry;

/** As {@link AllTypesTest}, for conversions, several sources, and blocks. */
@Timeout(60)
class AllOverloadsTest {

  private static final CoroutineContext.Key<String> KEY = CoroutineContext.Key.of("key");
  private static final Duration LONG = Duration.ofSeconds(30);

  private static final class Hot {
    final SingleSubject<String> single = SingleSubject.create();
    final MaybeSubject<String> maybe = MaybeSubject.create();
    final CompletableSubject completable = CompletableSubject.create();
    final AsyncSubject<String> subject = AsyncSubject.create();
    final AsyncProcessor<String> processor = AsyncProcessor.create();

    Hot() {
      single.onSuccess("a");
      maybe.onSuccess("a");
      completable.onComplete();
      subject.onNext("a");
      subject.onComplete();
      processor.onNext("a");
      processor.onComplete();
    }
  }

  private static AllTypesTest.Reply<String> reply() {
    AllTypesTest.Reply<String> reply = new AllTypesTest.Reply<>();
    reply.complete("a");
    return reply;
  }

  private static FutureTask<String> task() {
    FutureTask<String> task = new FutureTask<>(() -> "a");
    task.run();
    return task;
  }

  @Test
  @DisplayName("section 1: awaitable of every type")
  void awaitableOfAll() {
    Hot hot = new Hot();
    Sinks.One<String> sink = Sinks.one();
    sink.tryEmitValue("a").orThrow();
    Awaitable<@Nullable String> mono = awaitable(Mono.just("a"));
    Awaitable<@Nullable Void> empty = awaitable(Mono.<Void>empty());
    Awaitable<@Nullable String> flux = awaitable(Flux.just("a"));
    Awaitable<@Nullable String> one = awaitable(sink.asMono());
    Awaitable<@Nullable String> flow = awaitable(FlowAdapters.toFlowPublisher(Flux.just("a")));
    Awaitable<String> single = awaitable(Single.just("a"));
    Awaitable<@Nullable String> maybe = awaitable(Maybe.just("a"));
    Awaitable<@Nullable Void> completable = awaitable(Completable.complete());
    Awaitable<@Nullable String> observable = awaitable(Observable.just("a"));
    Awaitable<@Nullable String> flowable = awaitable(Flowable.just("a"));

    List<@Nullable String> values = awaitAll(mono, flux, one, flow, maybe, observable, flowable);
    assertThat(values).containsOnly("a");
    assertThat(awaitAll(single, awaitable(hot.single))).containsOnly("a");
    List<@Nullable String> ofHot =
        awaitAll(awaitable(hot.maybe), awaitable(hot.subject), awaitable(hot.processor));
    assertThat(ofHot).containsOnly("a");
    List<@Nullable Void> nulls = awaitAll(empty, completable, awaitable(hot.completable));
    assertThat(nulls).containsOnlyNulls();
  }

  @Test
  @DisplayName("section 1: awaitable of the JDK's types")
  void awaitableOfJdk() {
    AllTypesTest.Reply<String> reply = reply();
    AllTypesTest.ClientFuture<String> both = reply;
    CompletionStage<String> stage = reply;
    Future<String> future = reply;
    Future<?> wild = reply;
    ForkJoinTask<String> forked = ForkJoinPool.commonPool().submit(() -> "a");

    assertThat(
            awaitAll(
                awaitable(CompletableFuture.completedFuture("a")),
                awaitable(reply.minimalCompletionStage()),
                awaitable(reply),
                awaitable(both),
                awaitable(stage),
                awaitable(future),
                awaitable(task()),
                awaitable(forked),
                start(() -> "a"),
                suspension -> suspension.resume("a")))
        .hasSize(10)
        .containsOnly("a");
    assertThat((Object) await(awaitable(wild))).isEqualTo("a");
  }

  @Test
  @DisplayName("section 1: awaitOrThrow of every type")
  void awaitOrThrowOfAll() throws IOException {
    AllTypesTest.Reply<String> reply = reply();
    AllTypesTest.ClientFuture<String> both = reply;
    CompletionStage<String> stage = reply;
    Future<String> plain = task();
    Flow.Publisher<String> flow = FlowAdapters.toFlowPublisher(Flux.just("a"));
    Publisher<String> publisher = Flux.just("a");

    assertThat(awaitOrThrow(Mono.just("a"), IOException.class)).isEqualTo("a");
    assertThat(awaitOrThrow(Flux.just("a"), IOException.class)).isEqualTo("a");
    assertThat(awaitOrThrow(publisher, IOException.class)).isEqualTo("a");
    assertThat(awaitOrThrow(flow, IOException.class)).isEqualTo("a");
    assertThat(awaitOrThrow(Single.just("a"), IOException.class)).isEqualTo("a");
    assertThat(awaitOrThrow(Maybe.just("a"), IOException.class)).isEqualTo("a");
    awaitOrThrow(Completable.complete(), IOException.class);
    assertThat(awaitOrThrow(Observable.just("a"), IOException.class)).isEqualTo("a");
    assertThat(awaitOrThrow(Flowable.just("a"), IOException.class)).isEqualTo("a");
    assertThat(awaitOrThrow(stage, IOException.class)).isEqualTo("a");
    assertThat(awaitOrThrow(plain, IOException.class)).isEqualTo("a");
    assertThat(awaitOrThrow(task(), IOException.class)).isEqualTo("a");
    assertThat(awaitOrThrow(CompletableFuture.completedFuture("a"), IOException.class))
        .isEqualTo("a");
    assertThat(awaitOrThrow(reply, IOException.class)).isEqualTo("a");
    assertThat(awaitOrThrow(both, IOException.class)).isEqualTo("a");
    assertThat(awaitOrThrow(awaitable(both), IOException.class)).isEqualTo("a");
    assertThat(awaitOrThrow(start(() -> "a"), IOException.class)).isEqualTo("a");
  }

  @Test
  @DisplayName("section 1: awaitAll and awaitAny, of two, three, any number and a collection")
  void several() {
    Awaitable<String> text = awaitable(Single.just("a"));
    Awaitable<Integer> number = awaitable(CompletableFuture.completedFuture(1));
    Awaitable<@Nullable Boolean> flag = awaitable(Mono.just(true));
    Coroutine<String> coroutine = start(() -> "a");

    String pair = awaitAll(text, number, (a, b) -> a + b);
    String triple = awaitAll(text, number, flag, (a, b, c) -> a + b + c);
    Integer method = awaitAll(number, number, Integer::sum);
    List<String> texts = awaitAll(text, coroutine);
    List<String> ofCollection = awaitAll(List.of(text, text));
    List<CharSequence> wider = awaitAll(List.of(text, coroutine));
    List<String> none = awaitAll();
    String any = awaitAny(text, coroutine);
    String anyOfCollection = awaitAny(List.of(text, text));
    String ofLambdas = awaitAny(s -> s.onCancel(() -> {}), s -> s.resume("a"));

    assertThat(List.of(pair, triple)).containsExactly("a1", "a1true");
    assertThat(method).isEqualTo(2);
    assertThat(texts).isEqualTo(ofCollection).isEqualTo(wider).containsExactly("a", "a");
    assertThat(none).isEmpty();
    assertThat(List.of(any, anyOfCollection, ofLambdas)).containsOnly("a");
  }

  @Test
  @DisplayName("section 1: awaitAll of two and three of one library, without awaitable")
  void severalOfOneLibrary() {
    Mono<String> mono = Mono.just("a");
    Single<String> single = Single.just("a");
    CompletionStage<Integer> stage = CompletableFuture.completedFuture(1);
    AllTypesTest.Reply<String> reply = reply();

    String monos = awaitAll(mono, Mono.<Integer>empty(), (a, b) -> a + b);
    String builders = awaitAll(mono, mono(() -> 1), mono(() -> true), (a, b, c) -> a + b + c);
    String singles = awaitAll(single, single(() -> 1), (a, b) -> a + b);
    String three = awaitAll(single(() -> "a"), Single.just(1), single, (a, b, c) -> a + b + c);
    Integer sum = awaitAll(stage, future(() -> 2), Integer::sum);
    String stages = awaitAll(future(() -> "a"), stage, reply, (a, b, c) -> a + b + c);
    String mixed = awaitAll(awaitable(mono), awaitable(single), (a, b) -> a + b);
    String started = awaitAll(start(() -> "a"), awaitable(stage), (a, b) -> a + b);

    assertThat(List.of(monos, builders)).containsExactly("anull", "a1true");
    assertThat(List.of(singles, three)).containsExactly("a1", "a1a");
    assertThat(sum).isEqualTo(3);
    assertThat(List.of(stages, mixed, started)).containsExactly("a1a", "aa", "a1");
  }

  @Test
  @DisplayName("B9, section 1: every conversion takes what awaitable makes, a coroutine, a lambda")
  void conversions() {
    CompletableFuture<String> future = CompletableFuture.completedFuture("a");
    AllTypesTest.ClientFuture<String> both = reply();
    Awaitable<String> ofSingle = awaitable(Single.just("a"));
    Awaitable<@Nullable String> ofMono = awaitable(Mono.just("a"));

    Mono<String> mono = toMono(ofSingle);
    Mono<String> monoOfFuture = toMono(awaitable(future));
    Mono<String> monoOfBoth = toMono(awaitable(both));
    Mono<Void> monoOfNothing = toMono(awaitable(Completable.complete()));
    Mono<String> monoOfCoroutine = toMono(start(() -> "a"));
    Mono<String> monoOfLambda = toMono(suspension -> suspension.resume("a"));
    Mono<Integer> chained = toMono(awaitable(future)).map(text -> text.length());
    Single<String> single = toSingle(ofMono);
    Single<String> singleOfLambda = toSingle(suspension -> suspension.resume("a"));
    Maybe<String> maybe = toMaybe(ofMono);
    Maybe<String> maybeOfLambda = toMaybe(suspension -> suspension.resume("a"));
    Completable completable = toCompletable(ofMono);
    Completable completableOfLambda = toCompletable(suspension -> suspension.onCancel(() -> {}));
    CompletableFuture<@Nullable String> nullable = toCompletableFuture(ofMono);
    CompletableFuture<String> converted = toCompletableFuture(awaitable(Single.just("a")));
    CompletableFuture<String> futureOfLambda =
        toCompletableFuture(suspension -> suspension.resume("a"));
    Publisher<String> publisher = toPublisher(ofMono);
    Publisher<String> publisherOfFlow = toPublisher(toFlowPublisher(Flux.just("a")));

    assertThat(awaitList(Flux.merge(mono, monoOfFuture, monoOfBoth, monoOfCoroutine)))
        .hasSize(4)
        .containsOnly("a");
    assertThat(await(monoOfNothing)).isNull();
    assertThat(await(monoOfLambda)).isEqualTo("a");
    assertThat(await(chained)).isEqualTo(1);
    assertThat(await(single) + await(singleOfLambda)).isEqualTo("aa");
    assertThat(await(maybe) + await(maybeOfLambda)).isEqualTo("aa");
    await(completable);
    assertThat(completableOfLambda).isNotNull();
    assertThat((Object) await(nullable)).isEqualTo("a");
    assertThat(await(converted) + await(futureOfLambda)).isEqualTo("aa");
    assertThat(await(publisher) + await(publisherOfFlow)).isEqualTo("aa");
  }

  @Test
  @DisplayName("B9, section 1: every conversion of many takes every library's publisher")
  void conversionsOfMany() {
    Flux<String> flux = toFlux(Flowable.just("a"));
    Flux<String> fluxOfMono = toFlux(Mono.just("a"));
    Flux<String> fluxOfBody = toFlux(publisher(emitter -> emitter.emit("a")));
    Flux<CharSequence> wider = toFlux(Flux.just("a"));
    Flux<String> fluxOfLambda = toFlux(subscriber -> flux.subscribe(subscriber));
    Flowable<String> flowable = toFlowable(Flux.just("a"));
    Flowable<String> flowableOfLambda = toFlowable(subscriber -> flux.subscribe(subscriber));
    Observable<String> observable = toObservable(Flux.just("a"));
    Observable<Integer> chained = toObservable(Flux.just("a")).map(text -> text.length());
    Flow.Publisher<String> flow = toFlowPublisher(Flowable.just("a"));
    Flow.Publisher<String> flowOfLambda = toFlowPublisher(s -> flux.subscribe(s));
    Publisher<String> back = toPublisher(flow);
    Flux<String> fluxOfFlow = toFlux(toPublisher(flow));

    assertThat(awaitList(Flux.merge(flux, fluxOfMono, fluxOfBody, fluxOfLambda, fluxOfFlow)))
        .hasSize(5)
        .containsOnly("a");
    assertThat(await(wider)).isEqualTo("a");
    assertThat(await(flowable) + await(flowableOfLambda)).isEqualTo("aa");
    assertThat(await(observable)).isEqualTo("a");
    assertThat(await(chained)).isEqualTo(1);
    assertThat(await(flow) + await(flowOfLambda) + await(back)).isEqualTo("aaa");
  }

  @Test
  @DisplayName("B8, section 1: mapAwait and its twins infer both types beside all the rest")
  void mapAwaits() {
    Flux<String> ordered = Flux.just(1, 2).transform(mapAwait(2, i -> await(Single.just("v" + i))));
    Flux<Integer> lengths =
        Flux.just(1, 2)
            .transform(mapAwaitUnordered(2, i -> awaitSingle(Mono.just("v" + i))))
            .map(text -> text.length());
    Flux<String> referred = Flux.just(1, 2).transform(mapAwait(2, String::valueOf));
    Flowable<String> flowable =
        Flowable.just(1, 2).compose(mapAwaitFlowable(2, i -> await(mono(() -> "v" + i)) + "!"));
    Flowable<Integer> flowableLengths =
        Flowable.just(1, 2)
            .compose(mapAwaitFlowableUnordered(2, i -> await(future(() -> "v" + i))))
            .map(text -> text.length());

    assertThat(awaitList(ordered)).containsExactly("v1", "v2");
    assertThat(awaitList(lengths)).containsExactly(2, 2);
    assertThat(awaitList(referred)).containsExactly("1", "2");
    assertThat(awaitList(flowable)).containsExactly("v1!", "v2!");
    assertThat(awaitList(flowableLengths)).containsExactly(2, 2);
  }

  @Test
  @DisplayName(
      "I1, I4, section 1: loops over every type, and blocking sources, beside all the rest")
  void iterating() throws IOException {
    List<String> seen = new ArrayList<>();
    try (var items = iterate(Flux.just("flux"))) {
      items.forEachRemaining(seen::add);
    }
    try (var items = iterate(Flowable.just("flowable"), 1)) {
      items.forEachRemaining(seen::add);
    }
    try (var items = iterate(Observable.just("observable"))) {
      items.forEachRemaining(seen::add);
    }
    try (var items = iterate(toFlowPublisher(Mono.just("flow")))) {
      items.forEachRemaining(seen::add);
    }
    forEach(fromIterable(List.of("iterable")), item -> seen.add(await(Mono.just(item))));
    forEach(
        fromIterator(List.of("iterator").iterator()),
        item -> {
          if (item.isEmpty()) {
            throw new IOException("empty");
          }
          seen.add(item);
        });
    try (Stream<String> items = stream(fromStream(Stream.of("stream")))) {
      items.forEach(seen::add);
    }
    try (InputStream in = asInputStream(fromOutputStream(out -> out.write(new byte[] {'b'})))) {
      seen.add(new String(in.readAllBytes(), StandardCharsets.US_ASCII));
    }

    assertThat(seen)
        .containsExactly(
            "flux", "flowable", "observable", "flow", "iterable", "iterator", "stream", "b");
  }

  @Test
  @DisplayName("S7, section 1: mapConcurrent of every library's publisher, beside all the rest")
  void mapConcurrents() {
    List<String> seen = new ArrayList<>();
    try (var values = mapConcurrent(Flux.just(1), 2, i -> await(Single.just("flux " + i)))) {
      values.forEachRemaining(seen::add);
    }
    try (var values = mapConcurrent(Mono.just(1), 2, i -> awaitSingle(Mono.just("mono " + i)))) {
      values.forEachRemaining(seen::add);
    }
    try (var values = mapConcurrent(Flowable.just(1), 2, i -> await(future(() -> "rx " + i)))) {
      values.forEachRemaining(seen::add);
    }
    Flow.Publisher<Integer> flow = toFlowPublisher(Flux.just(1));
    try (var values = mapConcurrentUnordered(flow, 2, i -> await(start(() -> "flow " + i)))) {
      values.forEachRemaining(seen::add);
    }
    try (var values = mapConcurrentUnordered(Sinks.empty().asMono(), 2, String::valueOf)) {
      assertThat(values.iterator()).isSameAs(values);
    }
    assertThat(seen).containsExactly("flux 1", "mono 1", "rx 1", "flow 1");
  }

  @Test
  @DisplayName("section 1: every new block takes every shape of lambda")
  void blocks() throws IOException {
    Mono<String> mono = Mono.just("a");
    Completable completable = Completable.complete();
    CompletableFuture<String> future = CompletableFuture.completedFuture("a");

    String retried = retry(Retry.max(1), () -> awaitSingle(mono));
    String checked = retry(Retry.max(1), () -> awaitOrThrow(future, IOException.class));
    retry(Retry.max(1), () -> await(completable));
    retry(
        Retry.max(1),
        () -> {
          await(mono);
        });
    retry(Retry.max(1), () -> awaitOrThrow(completable, IOException.class));
    @Nullable String inTime = withTimeoutOrNull(LONG, () -> await(future));
    @Nullable String orEmpty =
        Coroutine.<@Nullable String, RuntimeException>withTimeoutOrNull(LONG, () -> await(mono));
    String bound = with(KEY, "value", () -> await(future) + CoroutineContext.current().get(KEY));
    with(KEY, "value", () -> await(completable));
    with(
        KEY,
        "value",
        () -> {
          await(mono);
        });
    String inContext =
        withContext(c -> c.put("k", "v"), () -> await(future) + currentContext().get("k"));
    String checkedInContext = withContext(c -> c, () -> awaitOrThrow(future, IOException.class));
    withContext(c -> c, () -> await(completable));
    withContext(
        c -> c,
        () -> {
          await(mono);
        });
    withContext(c -> c, () -> awaitOrThrow(completable, IOException.class));
    Executor executor = Executors.newVirtualThreadPerTaskExecutor();
    String there = runOn(executor, () -> await(future));
    String checkedThere = runOn(executor, () -> awaitOrThrow(future, IOException.class));
    runOn(executor, () -> await(completable));
    runOn(
        executor,
        () -> {
          await(mono);
        });
    runOn(executor, () -> awaitOrThrow(completable, IOException.class));

    assertThat(there).isEqualTo(checkedThere).isEqualTo("a");
    assertThat(retried).isEqualTo(checked).isEqualTo(inTime).isEqualTo(orEmpty).isEqualTo("a");
    assertThat(bound).isEqualTo("avalue");
    assertThat(inContext).isEqualTo(checkedInContext + "v").isEqualTo("av");
  }
}
