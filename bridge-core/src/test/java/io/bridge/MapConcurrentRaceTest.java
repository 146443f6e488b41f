package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("S7 A12 mapConcurrent against a close and a failure at any moment")
@Timeout(120)
class MapConcurrentRaceTest {

  private static final int ROUNDS = Races.ROUNDS / 10;
  private static final int ITEMS = 24;

  // of all rounds: what never began, or began last, may be given up after its own
  private final AtomicInteger sent = new AtomicInteger();
  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();
  private final AtomicInteger itemsGivenUp = new AtomicInteger();
  private final Set<Object> made = ConcurrentHashMap.newKeySet();
  private final Set<Object> givenUp = ConcurrentHashMap.newKeySet();
  private final Set<Object> returned = new HashSet<>();

  private final AtomicBoolean twice = new AtomicBoolean();
  private final AtomicInteger failures = new AtomicInteger();
  private final Registration onFailure = Undeliverable.onFailure(f -> failures.incrementAndGet());
  private final Registration onDiscard = Undeliverable.onDiscard(this::discarded);

  @AfterEach
  void close() {
    onFailure.close();
    onDiscard.close();
  }

  private void discarded(Object itemOrValue) {
    if ((int) itemOrValue >= 0) {
      itemsGivenUp.incrementAndGet();
    } else if (!givenUp.add(itemOrValue)) {
      twice.set(true);
    }
  }

  private Integer body(int round, int item, int failAt) {
    Coroutine<?> run = Coroutine.current();
    if (run != null) {
      run.onCompletion(c -> ended.incrementAndGet()); // behind the signals
    }
    begun.incrementAndGet();
    if (item == failAt) {
      throw new IllegalStateException("body");
    }
    if (item % 3 == 0) {
      LockSupport.parkNanos(1_000);
    }
    Integer value = -1 - item - round * ITEMS;
    made.add(value);
    return value;
  }

  @ParameterizedTest(name = "ordered {0}, failing {1}")
  @CsvSource({"true, false", "false, false", "true, true", "false, true"})
  @DisplayName("each value is returned or given up, once; each item, too, that no body has taken")
  void once(boolean ordered, boolean failing) {
    for (int i = 0; i < ROUNDS; i++) {
      round(i, ordered, failing ? ThreadLocalRandom.current().nextInt(ITEMS) : -1);
    }
    Eventually.until(
        "every item was given up, or its body has ended",
        () -> sent.get() == begun.get() + itemsGivenUp.get() && ended.get() == begun.get());
    assertThat(returned.size()).as("a close or a failure came").isLessThan(ROUNDS * ITEMS);
    assertThat(twice).as("given up twice").isFalse();
    assertThat(Collections.disjoint(returned, givenUp)).as("returned and given up").isTrue();
    returned.addAll(givenUp);
    assertThat(returned.equals(made)).as("every value that was made, and no other").isTrue();
    assertThat(failures.get()).as("lost failures").isLessThanOrEqualTo(failing ? ROUNDS : 0);
  }

  private void round(int round, boolean ordered, int failAt) {
    MapConcurrentTest.Numbers numbers = new MapConcurrentTest.Numbers(ITEMS);
    try (Cursor<Integer> values =
        MapConcurrentTest.open(ordered, numbers, 4, (Integer item) -> body(round, item, failAt))) {
      Runnable close = values::close;
      Fork<?> closer =
          Fork.virtual(() -> {
            Races.spinNanos(ThreadLocalRandom.current().nextLong(150_000));
            close.run();
          });
      try {
        while (values.hasNext()) {
          assertThat(returned.add(values.next())).as("returned once").isTrue();
        }
      } catch (IllegalStateException ofBody) {
        assertThat(failAt).isNotNegative();
      }
      closer.join();
    }
    sent.addAndGet(numbers.sent.get());
  }
}
