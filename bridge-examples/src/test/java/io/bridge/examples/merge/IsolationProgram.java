package io.bridge.examples.merge;

import static io.bridge.Await.*;
import static io.bridge.Publishers.*;
import static io.bridge.completablefuture.CompletableFutureBridge.*;
import static io.bridge.reactor.ReactorBridge.*;

import io.bridge.AwaitTimeoutException;
import io.bridge.Coroutine;
import io.bridge.Cursor;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * One random program: requests that await shared sources, with callbacks of each other registered
 * at the same sources, while a thread of no request ends them and cancels requests. What is done is
 * fixed by the seed; when, is up to the machine. No request itself registers with a shared future:
 * the JDK runs what others have registered there, if that future is completed meanwhile.
 */
final class IsolationProgram {

  private static final int REQUESTS = 6;
  private static final int SHARED = 4;
  private static final int STEPS = 4;
  private static final int CALLBACKS = 3;
  private static final int MAX_TIMEOUT_MICROS = 800;
  private static final int MAX_PAUSE_NANOS = 100_000;

  /** A shared result: as a future, as a cached Mono, as a stream, as a coroutine's value. */
  private final class Shared {
    final CompletableFuture<String> future = new CompletableFuture<>();
    final Sinks.One<String> sink = Sinks.one();
    final Mono<String> cached = sink.asMono().cache();
    final Sinks.Many<String> items = Sinks.many().replay().all();
    final Flux<String> stream = items.asFlux();
    final CompletableFuture<String> gate = new CompletableFuture<>();
    final Mono<String> body; // one request's code runs for whoever subscribes, and is cached
    final Coroutine<String> coroutine;

    Shared(int owner) {
      body = mono(() -> await(gate)).cache();
      coroutine =
          Sightings.start(
              owner,
              () -> {
                sightings.own(owner, "the shared coroutine");
                return await(gate);
              });
    }

    void end() {
      future.complete("v");
      sink.tryEmitValue("v");
      items.tryEmitNext("a");
      items.tryEmitNext("b");
      items.tryEmitComplete();
      gate.complete("v");
    }
  }

  private final Sightings sightings = new Sightings();
  private final List<Shared> shared = new ArrayList<>();
  private final List<Coroutine<?>> requests = new ArrayList<>();
  private final long seed;

  IsolationProgram(long seed) {
    this.seed = seed;
  }

  /** Runs it to its end; returns what somebody has seen of somebody else. */
  List<String> run() {
    Random random = new Random(seed);
    for (int i = 0; i < SHARED; i++) {
      shared.add(new Shared(random.nextInt(REQUESTS)));
    }
    registerCallbacks(random);
    for (int i = 0; i < REQUESTS; i++) {
      int id = i;
      long steps = random.nextLong();
      requests.add(Sightings.<@Nullable Object>start(id, () -> request(id, new Random(steps))));
    }
    long ends = random.nextLong();
    Fork.platform(() -> endAll(new Random(ends))).join();
    shared.forEach(each -> Eventually.until("seed " + seed, each.coroutine::isDone));
    requests.forEach(each -> Eventually.until("seed " + seed, each::isDone));
    return List.copyOf(sightings.wrong());
  }

  private void registerCallbacks(Random random) {
    for (Shared each : shared) {
      for (int i = 0; i < CALLBACKS; i++) {
        int owner = random.nextInt(REQUESTS);
        var unused = each.future.thenRun(() -> sightings.callback(owner, "a dependent"));
        var unusedOfGate =
            each.gate.thenRun(() -> sightings.callback(owner, "a dependent of the gate"));
        each.coroutine.onCompletion(ended -> sightings.callback(owner, "onCompletion"));
        each.cached.subscribe(value -> sightings.callback(owner, "the cached Mono's onNext"));
        each.stream.subscribe(item -> sightings.callback(owner, "the stream's onNext"));
        each.body.subscribe(value -> sightings.callback(owner, "the cached body's onNext"));
      }
    }
  }

  private @Nullable Object request(int id, Random random) {
    for (int i = 0; i < STEPS; i++) {
      Shared source = shared.get(random.nextInt(SHARED));
      int kind = random.nextInt(9);
      Duration timeout = Duration.ofNanos(1000L * (1 + random.nextInt(MAX_TIMEOUT_MICROS)));
      try {
        if (random.nextBoolean()) {
          Coroutine.<@Nullable Object, RuntimeException>withTimeout(
              timeout, () -> awaitOne(id, kind, source));
        } else {
          awaitOne(id, kind, source);
        }
      } catch (AwaitTimeoutException e) {
        sightings.own(id, "after a timeout");
      } catch (CancellationException e) {
        sightings.own(id, "after a cancel");
        throw e;
      }
      sightings.own(id, "after an await");
    }
    return null;
  }

  private @Nullable Object awaitOne(int id, int kind, Shared source) {
    return switch (kind) {
      case 0, 1 -> await(source.future);
      case 2 -> awaitAll(List.of(awaitable(source.future), awaitable(source.gate)));
      case 3 -> await(source.cached.doOnNext(value -> sightings.callback(id, "its own onNext")));
      case 4 -> await(source.body);
      case 5 -> await(source.coroutine);
      case 6 -> firstOf(id, source);
      case 7 -> awaitOrCancel(owned(id, source));
      default ->
          io.bridge.Await.<String>suspend(suspension -> {
            suspension.onCancel(() -> sightings.callback(id, "onCancel"));
            source.cached.subscribe(suspension::resume);
          });
    };
  }

  /** A future of this request alone: a dependent of the shared one, made by nobody's thread. */
  private CompletableFuture<String> owned(int id, Shared source) {
    CompletableFuture<String> owned = new CompletableFuture<>();
    var unused =
        owned.whenComplete((value, failure) -> sightings.callback(id, "its own dependent"));
    source.cached.subscribe(owned::complete);
    return owned;
  }

  private String firstOf(int id, Shared source) {
    String all = "";
    try (Cursor<String> items = iterate(source.stream)) {
      for (String item : items) {
        sightings.own(id, "a loop");
        all += item;
      }
    }
    return all;
  }

  /** The thread of no request. */
  private void endAll(Random random) {
    List<Runnable> ends = new ArrayList<>();
    shared.forEach(each -> ends.add(each::end));
    for (int i = 0; i < REQUESTS / 2; i++) {
      Coroutine<?> cancelled = requests.get(random.nextInt(REQUESTS));
      ends.add(random.nextInt(ends.size() + 1), cancelled::cancel);
    }
    for (Runnable end : ends) {
      long until = System.nanoTime() + random.nextInt(MAX_PAUSE_NANOS);
      while (System.nanoTime() < until) {
        Thread.onSpinWait();
      }
      end.run();
    }
  }
}
