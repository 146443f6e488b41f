package io.bridge.examples.merge;

import static io.bridge.Publishers.*;
import static io.bridge.completablefuture.CompletableFutureBridge.*;
import static io.bridge.reactor.ReactorBridge.*;
import static io.bridge.rxjava.RxJavaBridge.*;
import static java.util.Objects.requireNonNull;

import io.bridge.Awaitable;
import io.bridge.Coroutine;
import io.bridge.CoroutineContext;
import io.bridge.CoroutineScope;
import io.bridge.CoroutineScope.Joiner;
import io.bridge.Cursor;
import io.bridge.Emitter;
import io.reactivex.rxjava3.core.Flowable;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Signal;
import reactor.util.retry.Retry;

/**
 * Every way by which code that awaits, and fails with what it awaits, is left: what the code
 * outside sees. An edge gets the code, and returns that.
 */
final class FailureEdges {

  /** Leaves the awaiting code; returns the failure that the outside sees. */
  interface Edge {
    @Nullable Throwable seenFrom(Supplier<String> awaiting) throws Exception;
  }

  private static final CoroutineContext.Key<String> KEY = CoroutineContext.Key.of("key");

  private final Map<String, Edge> edges = new LinkedHashMap<>();

  private FailureEdges() {}

  static Map<String, Edge> all() {
    FailureEdges all = new FailureEdges();
    all.builders();
    all.mappings();
    all.coroutines();
    all.scopes();
    all.blocksInPlace();
    all.groups();
    all.userCodeThatAwaits();
    all.conversions();
    all.nested();
    return all.edges;
  }

  static @Nullable Throwable seen(Publisher<?> publisher) {
    List<? extends Signal<?>> signals = Flux.from(publisher).materialize().collectList().block();
    return requireNonNull(signals).get(signals.size() - 1).getThrowable();
  }

  private static @Nullable Throwable seen(CompletableFuture<?> future) {
    return future.handle((value, failure) -> failure).join();
  }

  private void builders() {
    edges.put("mono", code -> seen(mono(code::get)));
    edges.put("flux", code -> seen(flux((Emitter<String> e) -> e.emit(code.get()))));
    edges.put("publisher", code -> seen(publisher((Emitter<String> e) -> e.emit(code.get()))));
    edges.put(
        "flowPublisher",
        code ->
            seen(
                FlowAdapters.toPublisher(
                    flowPublisher((Emitter<String> e) -> e.emit(code.get())))));
    edges.put("future", code -> seen(future(code::get)));
    edges.put("single", code -> single(code::get).materialize().blockingGet().getError());
    edges.put("maybe", code -> maybe(code::get).materialize().blockingGet().getError());
    edges.put(
        "completable", code -> completable(() -> ran(code)).materialize().blockingGet().getError());
    edges.put(
        "flowable",
        code ->
            flowable((Emitter<String> e) -> e.emit(code.get()))
                .materialize()
                .blockingLast()
                .getError());
    edges.put(
        "observable",
        code ->
            observable((Emitter<String> e) -> e.emit(code.get()))
                .materialize()
                .blockingLast()
                .getError());
    edges.put("mono on a scheduler", code -> seen(mono(Schedulers.PARALLEL, code::get)));
    edges.put("future on an executor", code -> seen(future(ForkJoinPool.commonPool(), code::get)));
  }

  /** Named apart from RxJava's class of that name. */
  private static final class Schedulers {
    static final reactor.core.scheduler.Scheduler PARALLEL =
        reactor.core.scheduler.Schedulers.parallel();
  }

  private void mappings() {
    edges.put("mapAwait", code -> seen(Flux.just(1).transform(mapAwait(2, i -> code.get()))));
    edges.put(
        "mapAwaitUnordered",
        code -> seen(Flux.just(1).transform(mapAwaitUnordered(2, i -> code.get()))));
    edges.put(
        "mapAwaitFlowable",
        code -> seen(Flowable.just(1).compose(mapAwaitFlowable(2, i -> code.get()))));
    edges.put(
        "mapAwaitFlowableUnordered",
        code -> seen(Flowable.just(1).compose(mapAwaitFlowableUnordered(2, i -> code.get()))));
    edges.put(
        "mapConcurrent of an Iterable",
        code -> seen(mono(() -> mapConcurrent(List.of(1), 2, i -> code.get()).get(0))));
    edges.put(
        "mapConcurrent of a Publisher",
        code ->
            seen(
                mono(() -> {
                  try (Cursor<String> values = mapConcurrent(Flux.just(1), 2, i -> code.get())) {
                    return values.next();
                  }
                })));
  }

  private void coroutines() {
    edges.put("Coroutine.failure", code -> ended(Coroutine.start(code::get)).failure());
    edges.put(
        "Coroutine.onCompletion",
        code -> {
          CompletableFuture<@Nullable Throwable> seen = new CompletableFuture<>();
          Coroutine.start(code::get).onCompletion(ended -> seen.complete(ended.failure()));
          return seen.join();
        });
    edges.put("Coroutine.await", code -> seen(mono(() -> Coroutine.start(code::get).await())));
    edges.put(
        "awaitOrThrow",
        code -> {
          try {
            return new AssertionError(awaitOrThrow(Coroutine.start(code::get), Throwable.class));
          } catch (Throwable failure) {
            return failure;
          }
        });
  }

  private static Coroutine<?> ended(Coroutine<?> coroutine) {
    CompletableFuture<Coroutine<?>> ended = new CompletableFuture<>();
    coroutine.onCompletion(ended::complete);
    return ended.join();
  }

  private void scopes() {
    for (Supplier<Joiner<String, ?>> joiner :
        List.<Supplier<Joiner<String, ?>>>of(
            Joiner::allSuccessfulOrThrow,
            Joiner::anySuccessfulOrThrow,
            Joiner::awaitAllSuccessfulOrThrow,
            OwnJoiner::new)) {
      edges.put(
          "join with " + joiner.get().getClass().getSimpleName(),
          code ->
              seen(
                  mono(() -> {
                    try (var scope = CoroutineScope.open(joiner.get())) {
                      scope.fork(code::get);
                      return String.valueOf(scope.join());
                    }
                  })));
    }
    edges.put(
        "an await in the block of a failed scope",
        code ->
            seen(
                mono(() -> {
                  try (var scope = CoroutineScope.<String>open()) {
                    scope.fork(code::get);
                    await(Mono.never());
                    return "never";
                  }
                })));
    edges.put(
        "a joiner's own await",
        code ->
            seen(
                mono(() -> {
                  try (var scope = CoroutineScope.open(new AwaitingJoiner(code))) {
                    return scope.join();
                  }
                })));
    edges.put(
        "scope.failures",
        code -> {
          try (var scope = CoroutineScope.open(Joiner.<String>awaitAll())) {
            scope.fork(code::get);
            scope.join();
            return scope.failures().get(0);
          }
        });
    edges.put(
        "a scope's failure handler",
        code -> {
          List<Throwable> seen = new CopyOnWriteArrayList<>();
          try (var scope =
              CoroutineScope.open(
                  Joiner.<String>awaitAll(),
                  config -> config.withFailureHandler((child, failure) -> seen.add(failure)))) {
            scope.fork(code::get);
            scope.join();
          }
          return seen.get(0);
        });
  }

  /** Of the user's: throws the failure of a child. */
  private static final class OwnJoiner implements Joiner<String, String> {

    private volatile @Nullable Throwable failure;

    @Override
    public boolean onComplete(Coroutine<? extends String> child) {
      failure = child.failure();
      return true;
    }

    @Override
    public String result() throws Throwable {
      throw requireNonNull(failure);
    }
  }

  /** Of the user's: awaits for its result. */
  private record AwaitingJoiner(Supplier<String> code) implements Joiner<String, String> {
    @Override
    public String result() {
      return code.get();
    }
  }

  private void blocksInPlace() {
    edges.put(
        "withTimeout",
        code -> seen(mono(() -> Coroutine.withTimeout(Duration.ofMinutes(1), code::get))));
    edges.put("shield", code -> seen(mono(() -> Coroutine.shield(code::get))));
    edges.put(
        "runOn", code -> seen(mono(() -> Coroutine.runOn(ForkJoinPool.commonPool(), code::get))));
    edges.put("with", code -> seen(mono(() -> CoroutineContext.with(KEY, "value", code::get))));
    edges.put(
        "withContext", code -> seen(mono(() -> withContext(c -> c.put("a", "b"), code::get))));
    edges.put(
        "retry", code -> seen(mono(() -> retry(Retry.max(1).filter(failure -> false), code::get))));
    edges.put(
        "retry, exhausted",
        code -> requireNonNull(seen(mono(() -> retry(Retry.max(1), code::get)))).getCause());
    edges.put(
        "retry, as the spec maps it",
        code ->
            seen(
                mono(() ->
                    retry(
                        Retry.max(1).onRetryExhaustedThrow((spec, signal) -> signal.failure()),
                        code::get))));
  }

  private void groups() {
    edges.put(
        "awaitAll",
        code -> seen(mono(() -> awaitAll(Coroutine.start(code::get), forever()).get(0))));
    edges.put(
        "awaitAll, combined",
        code -> seen(mono(() -> awaitAll(Coroutine.start(code::get), forever(), (a, b) -> a + b))));
    edges.put("awaitAny", code -> seen(mono(() -> awaitAny(List.of(Coroutine.start(code::get))))));
  }

  private static Awaitable<String> forever() {
    return suspension -> {};
  }

  private void userCodeThatAwaits() {
    edges.put(
        "a suspend lambda",
        code -> seen(mono(() -> io.bridge.Await.<String>suspend(s -> s.resume(code.get())))));
    edges.put(
        "a failure handed to a suspension",
        code ->
            seen(
                mono(() ->
                    io.bridge.Await.<String>suspend(s -> {
                      try {
                        s.resume(code.get());
                      } catch (Throwable t) {
                        s.fail(t);
                      }
                    }))));
    edges.put(
        "a collector",
        code ->
            seen(
                mono(() ->
                    awaitCollect(
                        Flux.just(1),
                        Collectors.mapping((Integer i) -> code.get(), Collectors.joining())))));
    edges.put(
        "a Callable of Reactor's on the awaiting thread",
        code -> seen(mono(() -> awaitSingle(Mono.fromCallable(code::get)))));
    edges.put(
        "an operator on the awaiting thread",
        code -> seen(mono(() -> awaitSingle(Flux.just(1).map(i -> code.get())))));
    edges.put(
        "an operator in a loop",
        code ->
            seen(
                mono(() -> {
                  try (Cursor<String> items = iterate(Flux.just(1).map(i -> code.get()))) {
                    return items.next();
                  }
                })));
    edges.put("an Iterable", code -> seen(fromIterable(() -> iterator(code))));
    edges.put("an Iterator", code -> seen(fromIterator(iterator(code))));
    edges.put("a Stream", code -> seen(fromStream(Stream.generate(code))));
    edges.put("an OutputStream", code -> seen(fromOutputStream(out -> ran(code))));
  }

  private static void ran(Supplier<String> code) {
    throw new AssertionError("a value: " + code.get());
  }

  private static Iterator<String> iterator(Supplier<String> code) {
    return Stream.generate(code).iterator();
  }

  private void conversions() {
    Function<Supplier<String>, Awaitable<String>> coroutine = code -> Coroutine.start(code::get);
    Function<Supplier<String>, Awaitable<String>> awaits = code -> s -> s.resume(code.get());
    Map<String, Function<Supplier<String>, Awaitable<String>>> sources =
        Map.of("a coroutine", coroutine, "an Awaitable that awaits", awaits);
    sources.forEach((name, source) -> {
      edges.put("toMono of " + name, code -> seen(onCoroutine(toMono(source.apply(code)))));
      edges.put(
          "toSingle of " + name,
          code -> seen(onCoroutine(Mono.from(toSingle(source.apply(code)).toFlowable()))));
      edges.put(
          "toMaybe of " + name,
          code -> seen(onCoroutine(Mono.from(toMaybe(source.apply(code)).toFlowable()))));
      edges.put(
          "toCompletable of " + name,
          code -> seen(onCoroutine(Mono.from(toCompletable(source.apply(code)).toFlowable()))));
      edges.put(
          "toCompletableFuture of " + name, code -> seen(toCompletableFuture(source.apply(code))));
    });
    edges.put("toFlux", code -> seen(toFlux(single(code::get).toFlowable())));
    edges.put("toFlowable", code -> seen(toFlowable(mono(code::get))));
    edges.put(
        "toObservable",
        code -> toObservable(mono(code::get)).materialize().blockingLast().getError());
    edges.put(
        "toFlowPublisher",
        code -> seen(FlowAdapters.toPublisher(toFlowPublisher(mono(code::get)))));
  }

  /** Subscribed on a thread that may await. */
  private static <T> Mono<T> onCoroutine(Mono<T> mono) {
    return mono.subscribeOn(reactor.core.scheduler.Schedulers.boundedElastic());
  }

  private void nested() {
    edges.put(
        "mono in single in mono",
        code -> seen(mono(() -> await(single(() -> awaitSingle(mono(code::get)))))));
    edges.put(
        "mono in single in mono in future in a coroutine",
        code ->
            ended(
                    Coroutine.start(() ->
                        await(
                            future(() ->
                                awaitSingle(
                                    mono(() ->
                                        await(single(() -> awaitSingle(mono(code::get))))))))))
                .failure());
    edges.put(
        "mapAwait in a scope in flowable in maybe",
        code ->
            maybe(() ->
                    awaitFirst(
                        flowable((Emitter<String> e) -> {
                          try (var scope = CoroutineScope.<String>open()) {
                            scope.fork(() ->
                                awaitFirst(Flux.just(1).transform(mapAwait(1, i -> code.get()))));
                            scope.join();
                          }
                        })))
                .materialize()
                .blockingGet()
                .getError());
  }
}
