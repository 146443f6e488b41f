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
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
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

    assertThat(retried).isEqualTo(checked).isEqualTo(inTime).isEqualTo(orEmpty).isEqualTo("a");
    assertThat(bound).isEqualTo("avalue");
  }
}
