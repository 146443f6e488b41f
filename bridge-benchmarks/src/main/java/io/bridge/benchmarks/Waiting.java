package io.bridge.benchmarks;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReferenceArray;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Waiters, each awaiting one fresh sink after the other, and a platform thread that goes round and
 * emits to whoever has subscribed. So every await waits, and none is started for one await alone.
 */
final class Waiting {

  private final int awaits;
  private final AtomicReferenceArray<Sinks.One<Integer>> sinks;
  private final CountDownLatch done;

  Waiting(int waiters, int awaitsOfEach) {
    this.awaits = waiters * awaitsOfEach;
    this.sinks = new AtomicReferenceArray<>(waiters);
    this.done = new CountDownLatch(waiters);
  }

  /** The next source of a waiter. */
  Mono<Integer> next(int waiter) {
    Sinks.One<Integer> sink = Sinks.one();
    sinks.set(waiter, sink);
    return sink.asMono();
  }

  /** Counted down by each waiter at its end. */
  CountDownLatch done() {
    return done;
  }

  /** Emits to all, and returns when all waiters have ended. */
  void finish() throws InterruptedException {
    Thread emitter = Thread.ofPlatform().daemon().start(this::emitAll);
    done.await();
    emitter.join();
  }

  @SuppressWarnings("ThreadPriorityCheck") // nobody has subscribed: a waiter needs the processor
  private void emitAll() {
    int left = awaits;
    while (left > 0) {
      int emitted = emitRound();
      left -= emitted;
      if (emitted == 0) {
        Thread.yield();
      }
    }
  }

  private int emitRound() {
    int emitted = 0;
    for (int waiter = 0; waiter < sinks.length(); waiter++) {
      Sinks.One<Integer> sink = sinks.get(waiter);
      if (sink != null && sink.currentSubscriberCount() > 0) {
        sinks.set(waiter, null); // before the emission, after which there is the next one
        sink.tryEmitValue(1).orThrow();
        emitted++;
      }
    }
    return emitted;
  }
}
