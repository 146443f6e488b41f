package io.bridge;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.LiveThreads;
import io.bridge.fixtures.Probe;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

@DisplayName("S7 mapConcurrent of a publisher: order, bounds, demand, the end")
@Timeout(60)
class MapConcurrentTest {

  private static final String NAME = "bridge-mapConcurrent";
  private static final CoroutineContext.Key<String> KEY = CoroutineContext.Key.of("key");

  private final Mapping mapping = new Mapping();
  private final Undelivered lost = new Undelivered();

  @AfterEach
  void quiet() {
    LiveThreads.awaitNone(NAME);
    lost.close();
    assertThat(mapping.source.overlapped()).as("RS 2.7").isFalse();
    assertThat(Thread.interrupted()).isFalse();
  }

  static <A, B> Cursor<B> open(
      boolean ordered,
      Publisher<A> items,
      int limit,
      ItemBody<? super A, @Nullable B, ? extends Exception> body) {
    return ordered
        ? Await.<A, B>mapConcurrent(items, limit, body)
        : Await.<A, B>mapConcurrentUnordered(items, limit, body);
  }

  @Test
  @DisplayName("S7 in order: a value waits for those of the items before it")
  void ordered() {
    try (Cursor<String> values = mapping.open(3, true)) {
      mapping.send("a", "b", "c").finish("c").finish("b");
      Fork<String> loop = Fork.virtual(values::next);
      loop.awaitParked();
      mapping.finish("a");
      assertThat(loop.join()).isEqualTo("A");
      mapping.source.complete();
      assertThat(values.next()).isEqualTo("B");
      assertThat(values.next()).isEqualTo("C");
      assertThat(values.hasNext()).isFalse();
    }
    assertThat(mapping.threads)
        .hasSize(3)
        .doesNotHaveDuplicates()
        .allMatch(Thread::isVirtual)
        .allMatch(thread -> thread.getName().equals(NAME));
    assertThat(mapping.source.cancels()).isZero();
  }

  @Test
  @DisplayName("S7 unordered: values come as the bodies end")
  void unordered() {
    try (Cursor<String> values = mapping.open(3, false)) {
      mapping.send("a", "b", "c");
      for (String item : List.of("c", "a", "b")) {
        mapping.finish(item);
      }
      mapping.source.complete();
      List<String> seen = new ArrayList<>();
      values.forEachRemaining(seen::add);
      assertThat(seen).containsExactly("C", "A", "B");
    }
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("S7 I3 limit items are requested, and one more for each that the loop has taken")
  void demand(boolean ordered) {
    try (Cursor<String> values = mapping.open(3, ordered)) {
      assertThat(mapping.source.requests()).containsExactly(3L);
      mapping.send("a", "b", "c").finish("a").finish("b").finish("c");
      assertThat(mapping.requested()).as("values wait").isEqualTo(3);
      assertThat(values.hasNext()).isTrue();
      assertThat(mapping.requested()).as("what hasNext has found is taken").isEqualTo(4);
      assertThat(values.hasNext()).isTrue();
      assertThat(values.next()).isEqualTo("A");
      assertThat(mapping.requested()).isEqualTo(4);
      assertThat(values.next()).isEqualTo("B");
      assertThat(mapping.requested()).isEqualTo(5);
      mapping.send("d", "e").finish("d").finish("e");
      assertThat(mapping.requested()).isEqualTo(5);
      assertThat(values.next()).isEqualTo("C");
      assertThat(values.next()).isEqualTo("D");
      assertThat(values.next()).isEqualTo("E");
      assertThat(mapping.requested()).isEqualTo(8);
    }
    assertThat(mapping.mostAlive()).isEqualTo(3);
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("S7 one at a time: the next item runs while the loop has the value before it")
  void one(boolean ordered) {
    try (Cursor<String> values = mapping.open(1, ordered)) {
      assertThat(mapping.source.requests()).containsExactly(1L);
      mapping.send("a").finish("a");
      assertThat(mapping.requested()).isEqualTo(1);
      assertThat(values.next()).isEqualTo("A");
      assertThat(mapping.source.requests()).containsExactly(1L, 1L);
      mapping.send("b").finish("b");
      assertThat(values.next()).isEqualTo("B");
    }
    assertThat(mapping.mostAlive()).isEqualTo(1);
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("S7 Integer.MAX_VALUE requests everything, once")
  void unbounded(boolean ordered) {
    try (Cursor<String> values = mapping.open(Integer.MAX_VALUE, ordered)) {
      mapping.send("a", "b").finish("a").finish("b");
      assertThat(values.next() + values.next()).isEqualTo("AB");
    }
    assertThat(mapping.source.requests()).containsExactly(Long.MAX_VALUE);
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("S7 null is no value: it is skipped, lets one more item in, and may be the last")
  void nullValues(boolean ordered) {
    try (Cursor<String> values = mapping.open(2, ordered)) {
      mapping.send("a", "b").finish("a", null);
      assertThat(mapping.requested()).isEqualTo(3);
      mapping.finish("b").send("c");
      mapping.source.complete();
      assertThat(values.next()).isEqualTo("B");
      mapping.finish("c", null);
      assertThat(values.hasNext()).isFalse();
    }
    assertThat(lost.values()).isEmpty();
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("S7 an empty source is an empty loop")
  void empty(boolean ordered) {
    mapping.source.onRequest(Probe::complete);
    try (Cursor<String> values = mapping.open(2, ordered)) {
      assertThat(values.hasNext()).isFalse();
    }
    assertThat(mapping.source.cancels()).isZero();
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("S7 an unbounded publisher: a loop that is left by break ends it and the bodies")
  void unboundedPublisher(boolean ordered) {
    Numbers numbers = new Numbers(Integer.MAX_VALUE);
    AtomicInteger begun = new AtomicInteger();
    AtomicInteger ended = new AtomicInteger();
    int sum = 0;
    try (Cursor<Integer> values =
        open(
            ordered,
            numbers,
            4,
            (Integer item) -> {
              begun.incrementAndGet();
              try {
                if (item >= 10) {
                  LockSupport.park(); // until the interrupt
                }
                return item;
              } finally {
                ended.incrementAndGet();
              }
            })) {
      for (int value : values) {
        sum += value;
        if (sum == 45) {
          break;
        }
      }
    }
    assertThat(sum).isEqualTo(45);
    assertThat(numbers.cancels).hasValue(1);
    assertThat(numbers.requested.get()).isBetween(10L, 14L);
    Eventually.until("the bodies have ended", () -> begun.get() == ended.get());
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("S7 never more than limit bodies, requested items and waiting values, at any pace")
  void bounds(boolean ordered) {
    int limit = 3;
    int count = 3_000;
    AtomicLong returned = new AtomicLong();
    AtomicInteger alive = new AtomicInteger();
    AtomicInteger mostAlive = new AtomicInteger();
    AtomicLong mostAhead = new AtomicLong();
    Numbers numbers = new Numbers(count);
    numbers.onRequest =
        () -> mostAhead.accumulateAndGet(numbers.requested.get() - returned.get(), Math::max);
    List<Integer> seen = new ArrayList<>();
    try (Cursor<Integer> values =
        open(
            ordered,
            numbers,
            limit,
            (Integer item) -> {
              mostAlive.accumulateAndGet(alive.incrementAndGet(), Math::max);
              LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(20_000));
              alive.decrementAndGet();
              if (item % 7 == 0) {
                returned.incrementAndGet(); // as good as
                return null;
              }
              return item;
            })) {
      for (Integer value : values) {
        returned.incrementAndGet();
        seen.add(value);
        if (value % 5 == 0) {
          LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(20_000));
        }
      }
    }
    List<Integer> expected = IntStream.range(0, count).filter(i -> i % 7 != 0).boxed().toList();
    assertThat(ordered ? seen : seen.stream().sorted().toList()).isEqualTo(expected);
    assertThat(mostAlive).hasValue(limit);
    assertThat(mostAhead).as("with the one that hasNext has found").hasValue(limit + 1);
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("S7 A13 100 000 items: what was taken is kept by nobody, and no thread is left")
  void manyItems(boolean ordered) {
    int count = 100_000;
    AtomicInteger alive = new AtomicInteger();
    AtomicInteger mostAlive = new AtomicInteger();
    AtomicReference<@Nullable WeakReference<Object>> earlyItem = new AtomicReference<>();
    WeakReference<Object> earlyValue = null;
    long sum = 0;
    int taken = 0;
    try (Cursor<int[]> values =
        open(
            ordered,
            new Mapped<Integer, Object>(new Numbers(count), number -> new int[] {number}),
            8,
            (Object item) -> {
              mostAlive.accumulateAndGet(alive.incrementAndGet(), Math::max);
              int number = ((int[]) item)[0];
              if (number == 1_000) {
                earlyItem.set(new WeakReference<>(item));
              }
              alive.decrementAndGet();
              return new int[] {number};
            })) {
      for (int[] value : values) {
        sum += value[0];
        if (++taken == 1_000) {
          earlyValue = new WeakReference<>(value);
        }
        if (taken == 90_000) {
          System.gc();
        }
      }
    }
    assertThat(taken).isEqualTo(count);
    assertThat(sum).isEqualTo((long) count * (count - 1) / 2);
    assertThat(mostAlive.get()).isBetween(1, 8);
    collected(requireNonNull(earlyItem.get()));
    collected(requireNonNull(earlyValue));
    LiveThreads.awaitNone(NAME);
  }

  static void collected(WeakReference<?> reference) {
    Eventually.until(
        "it is collected",
        () -> {
          System.gc();
          return reference.refersTo(null);
        });
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("S7 C1 bodies have the context of the code that opened, whoever sends the items")
  void context(boolean ordered) {
    Probe<String> probe = new Probe<>();
    List<@Nullable String> seen = new ArrayList<>();
    CoroutineContext.with(
        KEY,
        "loop",
        () -> {
          try (Cursor<String> values =
              open(
                  ordered,
                  probe,
                  2,
                  (String item) -> item + " " + CoroutineContext.current().get(KEY))) {
            Fork.virtual(
                    () -> CoroutineContext.with(KEY, "sender", () -> probe.next("a").complete()))
                .join();
            values.forEachRemaining(seen::add);
          }
        });
    assertThat(seen).containsExactly("a loop");
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("S7 a JDK publisher")
  void flowPublisher(boolean ordered) {
    var source = FlowAdapters.toFlowPublisher(Items.of("a", "b").async());
    AtomicInteger sum = new AtomicInteger();
    try (Cursor<Integer> values =
        ordered
            ? Await.<String, Integer>mapConcurrent(source, 2, String::length)
            : Await.<String, Integer>mapConcurrentUnordered(source, 2, String::length)) {
      values.forEachRemaining(sum::addAndGet);
    }
    assertThat(sum).hasValue(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
  @DisplayName("section 8: a limit below 1 is refused by name; nothing is subscribed")
  void refused(int limit) {
    assertThatThrownBy(() -> mapping.open(limit, true))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessage("limit: " + limit);
    assertThatThrownBy(() -> mapping.open(limit, false))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessage("limit: " + limit);
    var flow = FlowAdapters.toFlowPublisher(mapping.source);
    assertThatThrownBy(() -> Await.<String, String>mapConcurrent(flow, limit, mapping))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessage("limit: " + limit);
    assertThatThrownBy(() -> Await.<String, String>mapConcurrentUnordered(flow, limit, mapping))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessage("limit: " + limit);
    assertThat(mapping.source.subscriptions()).isZero();
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("I1 a cursor of mapConcurrent is iterated once")
  void once(boolean ordered) {
    AtomicBoolean second = new AtomicBoolean();
    try (Cursor<String> values = mapping.open(1, ordered)) {
      mapping.send("a").finish("a").source.complete();
      for (String value : values) {
        assertThat(value).isEqualTo("A");
        assertThatThrownBy(values::iterator).isInstanceOf(IllegalStateException.class);
        second.set(true);
      }
    }
    assertThat(second).isTrue();
  }

  /** Numbers from 0, sent inside request as many as it says, to one subscriber. */
  static final class Numbers implements Publisher<Integer> {

    private final int count;
    final AtomicLong requested = new AtomicLong();
    final AtomicInteger sent = new AtomicInteger();
    final AtomicInteger cancels = new AtomicInteger();
    volatile Runnable onRequest = () -> {};

    Numbers(int count) {
      this.count = count;
    }

    @Override
    public void subscribe(Subscriber<? super Integer> subscriber) {
      subscriber.onSubscribe(
          new Subscription() {
            @Override
            public void request(long n) {
              requested.accumulateAndGet(n, Numbers::sum);
              onRequest.run();
              for (long left = n; left > 0 && sent.get() < count && cancels.get() == 0; left--) {
                subscriber.onNext(sent.getAndIncrement());
                if (sent.get() == count) {
                  subscriber.onComplete();
                }
              }
            }

            @Override
            public void cancel() {
              cancels.incrementAndGet();
            }
          });
    }

    private static long sum(long a, long b) {
      return a + b < 0 ? Long.MAX_VALUE : a + b;
    }
  }
}
