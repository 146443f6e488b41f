package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Eventually;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

@DisplayName("B8 mapAwait: from the item to the value; order, bounds, demand, completion")
@Timeout(60)
class MapAwaitTest {

  private static final int MANY = 100_000;

  private static Drain all() {
    return new Drain(Long.MAX_VALUE);
  }

  @Test
  @DisplayName("B8 in order: a value waits for those of the items before it")
  void ordered() {
    Drain drain = all();
    Mapping mapping = new Mapping().subscribe(3, true, drain).send("a", "b", "c");
    mapping.finish("c").finish("b");
    assertThat(drain.items()).isEmpty();
    mapping.finish("a");
    assertThat(drain.items()).containsExactly("A", "B", "C");
    mapping.source.complete();
    assertThat(drain.awaitEnd().failure()).isNull();
    assertThat(drain.wasLawful()).isTrue();
    assertThat(mapping.threads).hasSize(3).doesNotHaveDuplicates().allMatch(Thread::isVirtual);
  }

  @Test
  @DisplayName("B8 unordered: values come as the bodies end")
  void unordered() {
    Drain drain = all();
    Mapping mapping = new Mapping().subscribe(3, false, drain).send("a", "b", "c");
    for (String item : List.of("c", "a", "b")) {
      mapping.finish(item);
    }
    assertThat(drain.items()).containsExactly("C", "A", "B");
    mapping.source.complete();
    assertThat(drain.awaitEnd().failure()).isNull();
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("B8 a value that was delivered lets one more item in, one that waits does not")
  void oneMoreForEachDelivered(boolean ordered) {
    Drain drain = new Drain(0);
    Mapping mapping = new Mapping().subscribe(2, ordered, drain);
    assertThat(mapping.source.requests()).containsExactly(2L);
    mapping.send("a", "b").finish("a").finish("b");
    assertThat(mapping.requested()).isEqualTo(2);
    drain.request(1);
    assertThat(drain.items()).containsExactly("A");
    assertThat(mapping.requested()).isEqualTo(3);
    mapping.send("c");
    drain.request(2);
    assertThat(drain.items()).containsExactly("A", "B");
    assertThat(mapping.requested()).isEqualTo(4);
    mapping.finish("c");
    assertThat(drain.items()).containsExactly("A", "B", "C");
    assertThat(mapping.requested()).isEqualTo(5);
    assertThat(mapping.source.overlapped()).isFalse();
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("B8 never more than concurrency requested, running or waiting, whatever the pace")
  void bounds(boolean ordered) {
    int concurrency = 3;
    int items = 3_000;
    AtomicLong requested = new AtomicLong();
    AtomicLong delivered = new AtomicLong();
    AtomicInteger alive = new AtomicInteger();
    AtomicInteger mostAlive = new AtomicInteger();
    AtomicLong mostAhead = new AtomicLong();
    Counted source =
        new Counted(
            items,
            n -> mostAhead.accumulateAndGet(requested.addAndGet(n) - delivered.get(), Math::max));
    Drain drain = new Drain(1);
    drain.onNext((self, item) -> {
      delivered.incrementAndGet();
      self.request(1);
    });
    Mapping.<Integer, String>subscribe(
        concurrency,
        ordered,
        item -> {
          mostAlive.accumulateAndGet(alive.incrementAndGet(), Math::max);
          LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(20_000));
          alive.decrementAndGet();
          if (item % 7 == 0) {
            delivered.incrementAndGet(); // as good as
            return null;
          }
          return item.toString();
        },
        source,
        drain);
    assertThat(drain.awaitEnd().failure()).isNull();
    assertThat(drain.wasLawful()).isTrue();
    assertThat(drain.items())
        .hasSize((int) IntStream.range(0, items).filter(i -> i % 7 != 0).count());
    assertThat(mostAlive.get()).isEqualTo(concurrency);
    assertThat(mostAhead.get()).isEqualTo(concurrency);
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("B8 RS 1.1 no value without a request; then exactly as many, then all")
  void demand(boolean ordered) {
    Drain drain = new Drain(0);
    Mapping mapping = new Mapping().subscribe(4, ordered, drain).send("a", "b", "c", "d");
    for (String item : List.of("a", "b", "c", "d")) {
      mapping.finish(item);
    }
    assertThat(drain.items()).isEmpty();
    assertThat(drain.request(1).items()).containsExactly("A");
    assertThat(drain.request(2).items()).containsExactly("A", "B", "C");
    mapping.source.complete();
    assertThat(drain.ends()).isZero();
    drain.request(Long.MAX_VALUE);
    drain.request(Long.MAX_VALUE); // RS 3.17
    assertThat(drain.items()).containsExactly("A", "B", "C", "D");
    assertThat(drain.ends()).isEqualTo(1);
    assertThat(drain.failure()).isNull();
  }

  @Test
  @DisplayName("B8 without a bound upstream is asked for everything")
  void unboundedConcurrency() {
    Mapping mapping = new Mapping().subscribe(Integer.MAX_VALUE, true, all());
    assertThat(mapping.source.requests()).containsExactly(Long.MAX_VALUE);
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName(
      "B8 null is no value: it needs no demand, lets one more item in, and may be the last")
  void nullValues(boolean ordered) {
    Drain drain = new Drain(0);
    Mapping mapping = new Mapping().subscribe(1, ordered, drain);
    mapping.send("a").finish("a", null);
    assertThat(mapping.requested()).isEqualTo(2);
    mapping.send("b");
    mapping.source.complete();
    assertThat(drain.ends()).isZero();
    mapping.finish("b", null);
    assertThat(drain.awaitEnd().failure()).isNull();
    assertThat(drain.items()).isEmpty();
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("B8 an empty source ends the stream without demand")
  void empty(boolean ordered) {
    Drain drain = new Drain(0);
    new Mapping().subscribe(1, ordered, drain).source.complete();
    assertThat(drain.ends()).isEqualTo(1);
    assertThat(drain.failure()).isNull();
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("B8 the end of the source waits for the runs, and for the demand of their values")
  void completionWhileRunning(boolean ordered) {
    Drain drain = new Drain(1);
    Mapping mapping = new Mapping().subscribe(2, ordered, drain).send("a", "b");
    mapping.source.complete();
    mapping.finish("a");
    assertThat(drain.items()).containsExactly("A");
    mapping.finish("b");
    assertThat(drain.ends()).isZero();
    drain.request(1);
    assertThat(drain.items()).containsExactly("A", "B");
    assertThat(drain.ends()).isEqualTo(1);
    assertThat(mapping.source.cancels()).isZero();
    assertThat(drain.wasLawful()).isTrue();
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("A10 B8 what waits for demand or for a body has no thread that could spin")
  void quiet(boolean ordered) {
    Drain drain = new Drain(0);
    Mapping mapping = new Mapping().subscribe(2, ordered, drain).send("a", "b").finish("a");
    Thread ended = mapping.threads.get(mapping.begun.indexOf("a"));
    Thread waiting = mapping.threads.get(mapping.begun.indexOf("b"));
    Eventually.until("the thread of a has ended", () -> !ended.isAlive());
    Eventually.until("that of b is parked", () -> waiting.getState() == Thread.State.WAITING);
    mapping.finish("b");
    Eventually.until("the thread of b has ended", () -> !waiting.isAlive());
    assertThat(drain.items()).isEmpty();
    drain.cancel();
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("B8 RS 3.3 a source that emits inside request, 100 000 items: the stack stays flat")
  void synchronousSource(boolean ordered) {
    AtomicInteger deepest = new AtomicInteger();
    Counted source = new Counted(MANY, n -> deepest.accumulateAndGet(stackDepth(), Math::max));
    AtomicLong received = new AtomicLong();
    Drain drain = new Drain(1);
    drain.onNext((self, item) -> {
      self.items().clear(); // a CopyOnWriteArrayList
      deepest.accumulateAndGet(stackDepth(), Math::max);
      received.incrementAndGet();
      self.request(1);
    });
    Mapping.<Integer, String>subscribe(4, ordered, Object::toString, source, drain);
    assertThat(drain.awaitEnd().failure()).isNull();
    assertThat(received.get()).isEqualTo(MANY);
    assertThat(source.deepest.get()).as("requests inside each other").isEqualTo(1);
    assertThat(deepest.get()).isLessThan(150);
  }

  private static int stackDepth() {
    return StackWalker.getInstance().walk(frames -> (int) frames.count());
  }

  @Test
  @DisplayName("B12 each subscriber has runs of its own")
  void cold() {
    Mapping mapping = new Mapping();
    for (int i = 1; i <= 2; i++) {
      Drain drain = all();
      mapping.subscribe(1, true, drain);
      assertThat(mapping.source.subscriptions()).isEqualTo(i);
      mapping.send("a" + i).finish("a" + i);
      assertThat(drain.items()).containsExactly("A" + i);
    }
  }

  @Test
  @DisplayName("B8 a run that has ended keeps the stream usable for a slow source")
  void slowSource() {
    Drain drain = all();
    Mapping mapping = new Mapping().subscribe(1, true, drain);
    for (String item : List.of("a", "b", "c")) {
      mapping.send(item).finish(item);
    }
    assertThat(drain.items()).containsExactly("A", "B", "C");
    assertThat(mapping.source.requests()).containsExactly(1L, 1L, 1L, 1L);
    assertThat(mapping.mostAlive()).isEqualTo(1);
  }

  /** Numbers from 0, sent inside request as many as it says; no loop but that. */
  private static final class Counted implements Publisher<Integer> {

    private final int count;
    private final LongConsumer onRequest;
    final AtomicInteger deepest = new AtomicInteger();
    private final AtomicInteger inside = new AtomicInteger();

    Counted(int count, LongConsumer onRequest) {
      this.count = count;
      this.onRequest = onRequest;
    }

    @Override
    public void subscribe(Subscriber<? super Integer> subscriber) {
      AtomicInteger next = new AtomicInteger();
      subscriber.onSubscribe(
          new Subscription() {
            @Override
            public void request(long n) {
              deepest.accumulateAndGet(inside.incrementAndGet(), Math::max);
              onRequest.accept(n);
              for (long left = n; left > 0 && next.get() < count; left--) {
                subscriber.onNext(next.getAndIncrement());
                if (next.get() == count) {
                  subscriber.onComplete();
                }
              }
              inside.decrementAndGet();
            }

            @Override
            public void cancel() {}
          });
    }
  }
}
