package io.bridge.internal.cursor;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Fork;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("I3 I5 the buffer of a loop: in order, none lost, as many as were requested")
@Timeout(120)
class CursorBufferTest {

  private static final int ITEMS = 50_000;

  /** Not volatile: the buffer hands it over. */
  private static final class Item {
    int number;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 8, 9, 256, 16_384, 16_385})
  @DisplayName("I3 RS 1.1 exactly as many fit as were requested, at any place of the ring")
  void bound(int capacity) {
    CursorBuffer<Integer> buffer = CursorBuffer.of(capacity);
    int offered = 0;
    int polled = 0;
    for (int round = 0; round < 5; round++) {
      while (offered - polled < capacity) {
        assertThat(buffer.offer(offered++)).isTrue();
      }
      assertThat(buffer.offer(-1)).as("round %d", round).isFalse();
      int some = Math.max(1, capacity / 3);
      for (int i = 0; i < some; i++) {
        assertThat(buffer.isEmpty()).isFalse();
        assertThat(buffer.poll()).isEqualTo(polled++);
      }
    }
    while (polled < offered) {
      assertThat(buffer.poll()).isEqualTo(polled++);
    }
    assertThat(buffer.isEmpty()).isTrue();
    assertThat(buffer.poll()).isNull();
    assertThat(buffer.poll()).as("an empty look changes nothing").isNull();
    assertThat(buffer.offer(1)).isTrue();
    assertThat(buffer.poll()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 8, 9, 10, 15, 16, 17, 30})
  @DisplayName("I3 RS 1.1 the same where it grows, however the sides are apart then")
  void boundWhereItGrows(int capacity) {
    Random random = new Random(capacity);
    for (int round = 0; round < 300; round++) {
      CursorBuffer<Integer> buffer = CursorBuffer.of(capacity);
      Queue<Integer> expected = new ArrayDeque<>();
      int towardsFull = random.nextInt(1, 10);
      for (int step = 0; step < 6 * capacity; step++) {
        if (random.nextInt(10) < towardsFull) {
          boolean fits = expected.size() < capacity;
          assertThat(buffer.offer(step)).as("round %d step %d", round, step).isEqualTo(fits);
          if (fits) {
            expected.add(step);
          }
        } else {
          assertThat(buffer.isEmpty()).isEqualTo(expected.isEmpty());
          assertThat(buffer.poll()).isEqualTo(expected.poll());
        }
      }
    }
  }

  @Test
  @DisplayName("I3 without a bound everything fits")
  void unbounded() {
    CursorBuffer<Integer> buffer = CursorBuffer.of(Integer.MAX_VALUE);
    for (int i = 0; i < 100_000; i++) {
      assertThat(buffer.offer(i)).isTrue();
    }
    for (int i = 0; i < 100_000; i++) {
      assertThat(buffer.poll()).isEqualTo(i);
    }
    assertThat(buffer.isEmpty()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 7, 256, 20_000, Integer.MAX_VALUE})
  @DisplayName("I5 A13 two threads, no lock: each item once, in order, with all that was written")
  void twoThreads(int capacity) {
    CursorBuffer<Item> buffer = CursorBuffer.of(capacity);
    AtomicLong refused = new AtomicLong();
    Fork<String> offering =
        Fork.platform(() -> {
          for (int i = 1; i <= ITEMS; i++) {
            Item item = new Item();
            item.number = i;
            while (!buffer.offer(item)) {
              refused.incrementAndGet();
              pause();
            }
          }
        });
    for (int i = 1; i <= ITEMS; i++) {
      Item item = buffer.poll();
      for (; item == null; item = buffer.poll()) {
        pause();
      }
      if (item.number != i) { // an assertion of AssertJ would be most of this loop
        throw new AssertionError("item " + i + " was " + item.number);
      }
    }
    assertThat(offering.join()).isEqualTo("done");
    assertThat(buffer.isEmpty()).isTrue();
    assertThat(capacity > 20_000 ? refused.get() : 0).as("without a bound").isZero();
  }

  /** Both sides get ahead of each other, also on one processor. */
  private static void pause() {
    if (ThreadLocalRandom.current().nextInt(8) == 0) {
      LockSupport.parkNanos(1);
    } else {
      Thread.onSpinWait();
    }
  }
}
