package io.bridge.examples.unloading;

import static io.bridge.completablefuture.CompletableFutureBridge.await;
import static io.bridge.completablefuture.CompletableFutureBridge.future;
import static io.bridge.completablefuture.CompletableFutureBridge.toCompletableFuture;
import static io.bridge.reactor.ReactorBridge.await;
import static io.bridge.reactor.ReactorBridge.awaitAll;
import static io.bridge.reactor.ReactorBridge.awaitList;
import static io.bridge.reactor.ReactorBridge.awaitSingle;
import static io.bridge.reactor.ReactorBridge.awaitable;
import static io.bridge.reactor.ReactorBridge.flux;
import static io.bridge.reactor.ReactorBridge.mapAwait;
import static io.bridge.reactor.ReactorBridge.mono;
import static io.bridge.reactor.ReactorBridge.toMono;
import static io.bridge.rxjava.RxJavaBridge.await;
import static io.bridge.rxjava.RxJavaBridge.flowable;
import static io.bridge.rxjava.RxJavaBridge.single;

import io.bridge.Await;
import io.bridge.Body;
import io.bridge.Coroutine;
import io.bridge.CoroutineContext;
import io.bridge.CoroutineScope;
import io.bridge.Cursor;
import io.bridge.Emitter;
import io.bridge.Publishers;
import io.bridge.Registration;
import io.bridge.Undeliverable;
import io.reactivex.rxjava3.core.Single;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * An application that is deployed with a class loader of its own: it uses bridge in every way, with
 * sources that outlive it, and ends in order but for cursors and scopes that it forgets.
 */
public final class Application implements Runnable {

  private static final CoroutineContext.Key<Object> KEY = CoroutineContext.Key.of("application");
  private static final InheritableThreadLocal<Application> REQUEST = new InheritableThreadLocal<>();

  /** Of the server: they outlive the application. */
  private final CompletableFuture<String> endless;

  private final Mono<String> silent;

  /** Gets what the server has. */
  public Application(CompletableFuture<String> endless, Mono<String> silent) {
    this.endless = endless;
    this.silent = silent;
  }

  /** A state of the thread that is taken along. */
  private static final class Carrier implements CoroutineContext.Carrier<Application> {

    @Override
    public @Nullable Application capture() {
      return REQUEST.get();
    }

    @Override
    public <T extends @Nullable Object, X extends Exception> T restore(
        Application state, Body<? extends T, ? extends X> body) throws X {
      REQUEST.set(state);
      try {
        return body.call();
      } finally {
        REQUEST.remove();
      }
    }
  }

  @Override
  public void run() {
    AtomicInteger lost = new AtomicInteger();
    Thread.currentThread().setContextClassLoader(Application.class.getClassLoader());
    REQUEST.set(this);
    try (Registration handler = Undeliverable.onFailure(failure -> lost.incrementAndGet());
        Registration carrier = CoroutineContext.register(new Carrier());
        Registration rule = Await.permitOn(thread -> thread.getName().equals("application"))) {
      check(handler != null && carrier != null && rule != null);
      CoroutineContext.with(
          KEY,
          this,
          () -> {
            awaits();
            timers();
            scopes();
            streams();
          });
      loseHandles();
      while (lost.get() < 2) { // both are cleaned up: the application ends in order
        System.gc();
        Await.delay(Duration.ofMillis(1));
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    } finally {
      REQUEST.remove();
      Thread.currentThread().setContextClassLoader(null);
    }
  }

  private static void check(boolean holds) {
    if (!holds) {
      throw new IllegalStateException("the application is broken");
    }
  }

  private static void awaits() {
    check("a".equals(await(Mono.just("a"))));
    check("a".equals(awaitSingle(Mono.just("a").hide())));
    check("a".equals(await(Single.just("a").hide())));
    check("a".equals(await(CompletableFuture.supplyAsync(() -> "a"))));
    check("a".equals(awaitSingle(mono(() -> await(Single.fromCallable(() -> "a"))))));
    check("a".equals(await(single(() -> await(future(() -> "a"))))));
    check("a".equals(await(toCompletableFuture(awaitable(Mono.just("a"))))));
    check("a".equals(await(toMono(Await.awaitable(own("a"))))));
    check(
        awaitAll(List.of(awaitable(Mono.just("a").hide()), awaitable(Mono.just("b").hide())))
            .equals(List.of("a", "b")));
  }

  /** A publisher of no library. */
  private static Publisher<String> own(String item) {
    return Publishers.publisher(emitter -> emitter.emit(item));
  }

  private void timers() {
    Await.delay(Duration.ofMillis(1));
    Duration soon = Duration.ofMillis(1);
    check(Coroutine.withTimeoutOrNull(soon, () -> await(endless)) == null);
    check(Coroutine.withTimeoutOrNull(soon, () -> await(silent)) == null);
    check("a".equals(Coroutine.withTimeout(Duration.ofHours(1), () -> await(Mono.just("a")))));
  }

  private static void scopes() throws Exception {
    try (CoroutineScope<Object, @Nullable Void> scope = CoroutineScope.open()) {
      scope.fork(() -> await(Mono.just("a").hide()));
      scope.join();
    }
    check(
        CoroutineScope.within(
                CoroutineScope.Joiner.<String>allSuccessfulOrThrow(),
                config -> config.withName("application").withTimeout(Duration.ofHours(1)),
                scope -> {
                  scope.fork(() -> await(single(() -> "a")));
                  return scope.join();
                })
            .equals(List.of("a")));
    check(Await.mapConcurrent(List.of(1, 2), 2, item -> item + 1).equals(List.of(2, 3)));
    try (var executor = Executors.newSingleThreadExecutor()) {
      check("a".equals(Coroutine.runOn(executor, () -> await(Mono.just("a").hide()))));
    }
  }

  private static void streams() {
    Flux<Integer> numbers =
        flux((Emitter<Integer> emitter) -> {
          for (int i = 0; i < 3; i++) {
            emitter.emit(i);
          }
        });
    check(
        awaitList(numbers.<Integer>transform(mapAwait(2, i -> await(Mono.just(i).hide()))))
            .equals(List.of(0, 1, 2)));
    check(awaitList(flowable((Emitter<Integer> emitter) -> emitter.emit(1))).equals(List.of(1)));
    int sum = 0;
    try (Cursor<Integer> items = Publishers.iterate(numbers)) {
      for (Integer item : items) {
        sum += item;
      }
    }
    check(sum == 3);
  }

  private static void loseHandles() {
    Cursor<Integer> items = Publishers.iterate(Flux.<Integer>never().startWith(1));
    check(items.next() == 1);
    CoroutineScope<Object, @Nullable Void> scope =
        Coroutine.withTimeout(Duration.ofHours(1), () -> CoroutineScope.open());
    scope.fork(() -> await(Mono.never()));
  }
}
