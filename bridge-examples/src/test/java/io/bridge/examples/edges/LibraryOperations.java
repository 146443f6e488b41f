package io.bridge.examples.edges;

import static io.bridge.Await.*;
import static io.bridge.completablefuture.CompletableFutureBridge.*;
import static io.bridge.reactor.ReactorBridge.*;
import static io.bridge.rxjava.RxJavaBridge.*;

import io.bridge.AwaitTimeoutException;
import io.bridge.Coroutine;
import io.bridge.fixtures.Fork;
import io.reactivex.rxjava3.core.Single;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import reactor.core.publisher.Mono;

/** The awaits and the builders of every library, each as one operation that succeeds. */
final class LibraryOperations {

  private static final Duration LONG = Duration.ofMinutes(10);

  private final Map<String, Fork.Action> operations = new LinkedHashMap<>();
  private final LibrarySources sources;

  private LibraryOperations(LibrarySources sources) {
    this.sources = sources;
  }

  /** All operations, by name. */
  static Map<String, Fork.Action> all(LibrarySources sources) {
    LibraryOperations all = new LibraryOperations(sources);
    all.futures();
    all.reactor();
    all.rxJava();
    all.rxJavaBuilders();
    return all.operations;
  }

  /** The parts of each library's bridge that must still work after an Error in one of them. */
  static Map<String, Fork.Action> others(LibrarySources sources) {
    Map<String, Fork.Action> others = new LinkedHashMap<>();
    others.put("a timer", () -> delay(Duration.ofMillis(1)));
    others.put("a deadline", LibraryOperations::deadline);
    others.put("a future", () -> await(future(() -> await(sources.future()))));
    others.put("a plain future", () -> await(sources.plainFuture()));
    others.put("a Mono", () -> await(mono(() -> awaitSingle(sources.mono()))));
    others.put("a Single", () -> await(single(() -> await(sources.single()))));
    return others;
  }

  /** A timeout that cuts an await of the calling thread. */
  static void deadline() {
    try {
      Coroutine.withTimeout(
          Duration.ofMillis(1),
          () -> {
            await(new CompletableFuture<String>());
          });
    } catch (AwaitTimeoutException right) {
      return;
    }
    throw new IllegalStateException("no timeout");
  }

  private void futures() {
    operations.put("await of an ended future", () -> await(CompletableFuture.completedFuture(1)));
    operations.put("await of a future", () -> await(sources.future()));
    operations.put("await of a stage", () -> await(sources.stage()));
    operations.put("await of a plain future", () -> await(sources.plainFuture()));
    operations.put("awaitOrCancel of a future", () -> awaitOrCancel(sources.future()));
    operations.put("awaitOrCancel of a plain one", () -> awaitOrCancel(sources.plainFuture()));
    operations.put(
        "awaitAll of futures",
        () -> awaitAll(List.of(awaitable(sources.future()), awaitable(sources.stage()))));
    operations.put(
        "awaitAll of a completed future",
        () -> awaitAll(List.of(awaitable(CompletableFuture.completedFuture(1)))));
    operations.put(
        "withTimeout of a future",
        () -> Coroutine.withTimeout(LONG, () -> await(sources.future())));
    operations.put("future", () -> await(future(() -> 1)));
    operations.put("future of an await", () -> await(future(() -> await(sources.stage()))));
    operations.put(
        "toCompletableFuture", () -> await(toCompletableFuture(awaitable(sources.future()))));
  }

  private void reactor() {
    operations.put("await of an ended Mono", () -> await(Mono.just(1)));
    operations.put("await of a Mono", () -> await(sources.mono()));
    operations.put("awaitSingle of a Mono", () -> awaitSingle(sources.mono()));
    operations.put(
        "withTimeout of a Mono",
        () -> Coroutine.withTimeout(LONG, () -> awaitSingle(sources.mono())));
    operations.put("mono", () -> await(mono(() -> 1)));
    operations.put("mono of an await", () -> await(mono(() -> await(sources.mono()))));
    operations.put(
        "mono in place", () -> Coroutine.start(() -> awaitSingle(mono(() -> 1))).await());
    operations.put("flux", () -> awaitList(flux(emitter -> emitter.emit(1))));
    operations.put("toMono", () -> await(toMono(awaitable(sources.mono()))));
  }

  private void rxJava() {
    operations.put("await of an ended Single", () -> await(Single.just(1)));
    operations.put("await of a Single", () -> await(sources.single()));
    operations.put("await of a Maybe", () -> await(sources.maybe()));
    operations.put("await of a Completable", () -> await(sources.completable()));
    operations.put("await of an Observable", () -> await(sources.observable()));
    operations.put("awaitList of an Observable", () -> awaitList(sources.observable()));
    operations.put(
        "withTimeout of a Single",
        () -> Coroutine.withTimeout(LONG, () -> await(sources.single())));
  }

  private void rxJavaBuilders() {
    operations.put("single", () -> await(single(() -> 1)));
    operations.put("single of an await", () -> await(single(() -> await(sources.single()))));
    operations.put("maybe", () -> await(maybe(() -> 1)));
    operations.put("completable", () -> await(completable(() -> await(sources.completable()))));
    operations.put("flowable", () -> awaitList(flowable(emitter -> emitter.emit(1))));
    operations.put("observable", () -> awaitList(observable(emitter -> emitter.emit(1))));
    operations.put("toSingle", () -> await(toSingle(awaitable(sources.single()))));
  }
}
