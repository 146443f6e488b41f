package io.bridge;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("S7 mapConcurrent of an Iterable")
class MapConcurrentIterableTest {

  private static List<Integer> numbers(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 64, Integer.MAX_VALUE})
  @DisplayName("S7 the values come in the order of their items")
  void ordered(int limit) {
    List<String> values = Await.mapConcurrent(numbers(500), limit, i -> "v" + i);
    assertThat(values).hasSize(500).startsWith("v0", "v1", "v2").endsWith("v499");
    assertThat(values).isEqualTo(numbers(500).stream().map(i -> "v" + i).toList());
  }

  @Test
  @DisplayName("S7 unordered, the values come in the order of their ends")
  void unordered() {
    CountDownLatch third = new CountDownLatch(1);
    List<Integer> values =
        Await.mapConcurrentUnordered(
            List.of(1, 2, 3),
            2,
            i -> {
              if (i == 1) {
                third.await(); // which begins when the second has ended
              } else if (i == 3) {
                third.countDown();
              }
              return i;
            });
    assertThat(values).startsWith(2).containsExactlyInAnyOrder(1, 2, 3);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  @DisplayName("S7 at most limit bodies run, and as many do")
  void limit(int limit) {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Semaphore full = new Semaphore(0);
    Await.mapConcurrent(
        numbers(limit * 20),
        limit,
        i -> {
          int now = running.incrementAndGet();
          most.accumulateAndGet(now, Math::max);
          if (now == limit) {
            full.release(limit * 20);
          }
          full.acquire(); // nobody ends before as many have begun
          running.decrementAndGet();
          return i;
        });
    assertThat(most).hasValue(limit);
  }

  @Test
  @DisplayName("S7 the iterator is asked for one item more than the coroutines take")
  void iteratesAsItGoes() {
    Semaphore permits = new Semaphore(0);
    AtomicInteger asked = new AtomicInteger();
    Iterable<Integer> items =
        () ->
            new Iterator<>() {
              @Override
              public boolean hasNext() {
                return asked.get() < 10;
              }

              @Override
              public Integer next() {
                return asked.getAndIncrement();
              }
            };
    Fork<List<Integer>> all =
        Fork.virtual(() ->
            Await.mapConcurrent(
                items,
                3,
                i -> {
                  permits.acquire();
                  return i;
                }));
    Eventually.until("3 run, 1 waits", () -> permits.getQueueLength() == 3 && asked.get() == 4);
    permits.release();
    Eventually.until("1 more", () -> permits.getQueueLength() == 3 && asked.get() == 5);
    permits.release(9);
    assertThat(all.join()).isEqualTo(numbers(10));
  }

  @RepeatedTest(200)
  @DisplayName("S4 S7 the first failure cancels the others, and no more items are taken")
  void failure() {
    IllegalStateException failure = new IllegalStateException("item 3");
    CountDownLatch ended = new CountDownLatch(3);
    CountDownLatch all = new CountDownLatch(3);
    AtomicInteger began = new AtomicInteger();
    assertThatThrownBy(() ->
            Await.mapConcurrent(
                numbers(1_000_000),
                3,
                i -> {
                  began.incrementAndGet();
                  all.countDown();
                  try {
                    all.await();
                    if (i == 2) {
                      throw failure;
                    }
                    return new Semaphore(0).tryAcquire(1, TimeUnit.DAYS);
                  } finally {
                    ended.countDown();
                  }
                }))
        .isSameAs(failure);
    assertThat(ended.getCount()).as("waited for").isZero();
    assertThat(began.get()).isEqualTo(3);
  }

  @Test
  @DisplayName("A7 S7 a checked failure is the cause of a CompletionException")
  void checked() {
    IOException failure = new IOException("item");
    assertThatThrownBy(() ->
            Await.mapConcurrent(
                List.of(1),
                1,
                i -> {
                  throw failure;
                }))
        .isInstanceOf(CompletionException.class)
        .hasCause(failure);
  }

  @Test
  @DisplayName("A5 S7 the iterator's own failure cancels what runs")
  void iteratorThrows() {
    IllegalStateException failure = new IllegalStateException("iterator");
    CountDownLatch interrupted = new CountDownLatch(1);
    CountDownLatch began = new CountDownLatch(1);
    Iterator<Integer> broken =
        new Iterator<>() {
          private int next;

          @Override
          public boolean hasNext() {
            return true;
          }

          @Override
          public Integer next() {
            if (next == 1) {
              Await.await(
                  (Awaitable<String>)
                      s ->
                          Coroutine.start(() -> {
                            began.await();
                            s.resume("began");
                          }));
              throw failure;
            }
            return next++;
          }
        };
    assertThatThrownBy(() ->
            Await.mapConcurrent(
                () -> broken,
                2,
                i -> {
                  began.countDown();
                  try {
                    new CountDownLatch(1).await();
                  } catch (InterruptedException e) {
                    interrupted.countDown();
                  }
                  return i;
                }))
        .isSameAs(failure);
    assertThat(interrupted.getCount()).isZero();
  }

  /** Blocks for its second item, and says in its own way that it was interrupted. */
  private static final class Blocking implements Iterator<Integer> {
    private final CountDownLatch blocking = new CountDownLatch(1);
    private boolean first = true;

    @Override
    public boolean hasNext() {
      return true;
    }

    @Override
    public Integer next() {
      if (first) {
        first = false;
        return 1;
      }
      blocking.countDown();
      try {
        new CountDownLatch(1).await();
        return 2;
      } catch (InterruptedException e) {
        throw new IllegalStateException("no more items", e);
      }
    }
  }

  @Test
  @DisplayName("S4 S7 the first failure, when it interrupts an iterator that blocks")
  void iteratorBlocks() {
    IllegalStateException failure = new IllegalStateException("item 1");
    Blocking items = new Blocking();
    try (Undelivered lost = new Undelivered()) {
      assertThatThrownBy(() ->
              Await.mapConcurrent(
                  () -> items,
                  2,
                  i -> {
                    items.blocking.await();
                    throw failure;
                  }))
          .isSameAs(failure);
      assertThat(lost.failures()).isEmpty();
    }
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @Test
  @DisplayName("A9 S7 a cancel of the caller cancels what runs and is waited for")
  void cancelled() throws InterruptedException {
    CountDownLatch began = new CountDownLatch(2);
    AtomicInteger ended = new AtomicInteger();
    Coroutine<List<Integer>> caller =
        Coroutine.start(() -> {
          try {
            return Await.<Integer, Integer>mapConcurrent(
                numbers(10),
                2,
                i -> {
                  began.countDown();
                  try {
                    new CountDownLatch(1).await();
                  } finally {
                    ended.incrementAndGet();
                  }
                  return i;
                });
          } finally {
            assertThat(ended).hasValue(2);
          }
        });
    began.await();
    caller.cancel();
    assertThatThrownBy(caller::await).hasCauseInstanceOf(CancellationException.class);
    assertThat(caller.state()).isEqualTo(Coroutine.State.CANCELLED);
  }

  @Test
  @DisplayName("T1 S7 a timeout around it")
  void timeout() {
    assertThatThrownBy(() ->
            Coroutine.withTimeout(
                Duration.ofMillis(20),
                () ->
                    Await.mapConcurrent(
                        numbers(5),
                        1,
                        i -> {
                          Await.delay(Duration.ofDays(1));
                          return i;
                        })))
        .isExactlyInstanceOf(AwaitTimeoutException.class);
  }

  @Test
  @DisplayName("S7 null values are values; no items")
  void values() {
    List<@Nullable Integer> nulls =
        Await.<Integer, @Nullable Integer>mapConcurrent(
            List.of(1, 2, 3), 2, i -> i == 2 ? null : i);
    assertThat(nulls).containsExactly(1, null, 3);
    assertThat(Await.mapConcurrent(List.<Integer>of(), 1, i -> i)).isEmpty();
  }

  @Test
  @DisplayName("S7 a body that cancels its own coroutine leaves the list without a value: an error")
  void cancelsItself() {
    assertThatThrownBy(() ->
            Await.mapConcurrent(
                List.of(1),
                1,
                i -> {
                  requireNonNull(Coroutine.current()).cancel("by itself");
                  Coroutine.checkCancelled();
                  return i;
                }))
        .hasCauseInstanceOf(CancellationException.class);
  }

  @Test
  @DisplayName("A3 S7 in a cancelled coroutine nothing is iterated")
  void cancelledBefore() {
    AtomicInteger asked = new AtomicInteger();
    Coroutine<List<Integer>> caller =
        Coroutine.start(() -> {
          requireNonNull(Coroutine.current()).cancel();
          return Await.<Integer, Integer>mapConcurrent(
              () -> {
                asked.incrementAndGet();
                return List.of(1).iterator();
              },
              1,
              i -> i);
        });
    assertThatThrownBy(caller::await).hasCauseInstanceOf(CancellationException.class);
    assertThat(asked).hasValue(0);
  }

  @Test
  @DisplayName("section 8: null and a limit below 1 are refused by name")
  void badUse() {
    List<@Nullable Integer> withNull = Arrays.asList(1, null);
    assertThatThrownBy(() -> Await.mapConcurrent(withNull, 1, i -> i))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("items[1]");
    assertThatThrownBy(() -> Await.mapConcurrent(List.of(1), 0, i -> i))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("limit");
    assertThatThrownBy(() -> Await.mapConcurrentUnordered(List.of(1), -1, i -> i))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("limit");
  }
}
