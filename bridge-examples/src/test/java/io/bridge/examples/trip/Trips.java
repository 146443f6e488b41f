package io.bridge.examples.trip;

import static io.bridge.reactor.ReactorBridge.await;
import static io.bridge.reactor.ReactorBridge.flux;
import static io.bridge.reactor.ReactorBridge.mono;
import static java.util.Objects.requireNonNull;

import io.bridge.Coroutine;
import io.bridge.CoroutineScope;
import io.bridge.Cursor;
import io.bridge.Emitter;
import io.bridge.Publishers;
import io.bridge.fixtures.Eventually;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * The program that {@link TripCounter} watches. A trip is the code between {@link Marks#begin} and
 * {@link Marks#end}; no other code of bridge runs meanwhile. Each trip runs twice, since the first
 * run also enters the initialisers of the classes; the second run counts.
 */
final class Trips {

  /** The debugger stops the program here. */
  static final class Marks {

    private Marks() {}

    static void begin(String trip) {
      requireNonNull(trip);
    }

    static void end() {}
  }

  private interface Trip {
    void run() throws Exception;
  }

  /** The thread of a body, which waits until the thread that subscribes has left bridge. */
  private static final class BodyThread {

    private final CountDownLatch released = new CountDownLatch(1);
    private volatile @Nullable Thread thread;

    /** Called by the body. */
    void hold() throws InterruptedException {
      enter();
      released.await();
    }

    /** Called by a body that waits for something else. */
    void enter() {
      thread = Thread.currentThread();
    }

    void release() throws InterruptedException {
      released.countDown();
      join(get());
    }

    Thread get() {
      Eventually.until("the body runs", () -> thread != null);
      return requireNonNull(thread);
    }
  }

  private Trips() {}

  /** Runs all trips. */
  public static void main(String[] args) throws Exception {
    twice(Trips::awaitMono);
    twice(Trips::buildMono);
    twice(Trips::emit);
    twice(Trips::iterate);
    twice(Trips::forkAndJoin);
    twice(Trips::cancel);
  }

  private static void twice(Trip trip) throws Exception {
    trip.run();
    trip.run();
  }

  /** The await parks, and another thread brings the value. */
  private static void awaitMono() throws InterruptedException {
    Sinks.One<Integer> sink = Sinks.one();
    Mono<Integer> source = sink.asMono();
    Thread waiting = Thread.ofVirtual().unstarted(() -> await(source));
    Marks.begin("await");
    waiting.start();
    untilParked(waiting);
    sink.tryEmitValue(1).orThrow();
    join(waiting);
    Marks.end();
  }

  /** From the builder to the subscriber's {@code onNext}. */
  private static void buildMono() throws InterruptedException {
    BodyThread body = new BodyThread();
    Marks.begin("mono");
    var unused =
        mono(
                () -> {
                  body.hold();
                  return 1;
                })
            .subscribe(value -> Marks.end());
    body.release();
  }

  /** From the builder to the {@code onNext} of an item. */
  private static void emit() throws InterruptedException {
    BodyThread body = new BodyThread();
    Marks.begin("emit");
    var unused =
        flux(
                (Emitter<Integer> emitter) -> {
                  body.hold();
                  emitter.emit(1);
                })
            .subscribe(item -> Marks.end());
    body.release();
  }

  /** A loop over one item, from its start to its end. */
  private static void iterate() {
    Flux<Integer> source = Flux.just(1).hide();
    int sum = 0;
    Marks.begin("iterate");
    try (Cursor<Integer> items = Publishers.iterate(source)) {
      for (Integer item : items) {
        sum += item;
      }
    }
    Marks.end();
    require(sum == 1, "one item");
  }

  /** A scope from its start to its end; its owner parks in the join. */
  private static void forkAndJoin() throws InterruptedException {
    Thread owner = Thread.currentThread();
    BodyThread body = new BodyThread();
    Marks.begin("fork and join");
    try (CoroutineScope<Object, ?> scope = CoroutineScope.open()) {
      scope.fork(() -> {
        body.enter();
        untilParked(owner);
        return 1;
      });
      scope.join();
    }
    join(body.get());
    Marks.end();
  }

  /** A cancel of a coroutine that is parked in an await, until its thread has ended. */
  private static void cancel() throws InterruptedException {
    Sinks.One<Integer> sink = Sinks.one();
    BodyThread body = new BodyThread();
    Coroutine<@Nullable Integer> coroutine =
        Coroutine.start(() -> {
          body.enter();
          return await(sink.asMono());
        });
    untilParked(body.get());
    Marks.begin("cancel");
    coroutine.cancel();
    join(body.get());
    Marks.end();
    require(sink.currentSubscriberCount() == 0, "the source is cancelled");
  }

  private static void untilParked(Thread thread) {
    Eventually.until("parked", () -> thread.getState() == Thread.State.WAITING);
  }

  private static void join(Thread thread) throws InterruptedException {
    require(thread.join(Eventually.DEADLINE), "the thread ends");
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }
}
