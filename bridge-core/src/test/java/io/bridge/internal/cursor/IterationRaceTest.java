package io.bridge.internal.cursor;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Race;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The races of an iteration that need a source which is just past its own look at the end. */
@DisplayName("I6 an iteration under races, without a subscriber before it")
@Timeout(600)
class IterationRaceTest {

  private static final int ROUNDS = 20_000;
  private static final int ITEMS = 8;

  private static final String TAKEN = "all before the close were taken";
  private static final String GIVEN_UP = "some were given up";

  /** A loop that has items on the left; on the right a close, and a source that it overtakes. */
  private static final class Round implements Race.Round, Iteration.Source {
    private final Iteration<Integer> iteration = Iteration.open(ITEMS);
    private final AtomicIntegerArray seen = new AtomicIntegerArray(ITEMS);
    private final AtomicInteger stops = new AtomicInteger();
    private final AtomicInteger taken = new AtomicInteger();

    Round() {
      iteration.begin(this, () -> {});
      for (int i = 0; i < ITEMS / 2; i++) {
        assertThat(iteration.offer(i)).isTrue();
      }
    }

    @Override
    public void left() {
      while (iteration.hasNext()) {
        seen.incrementAndGet(iteration.next());
        taken.incrementAndGet();
      }
    }

    /** At any place of the loop, as often as at any other, whatever the processors do. */
    @Override
    @SuppressWarnings("ThreadPriorityCheck") // two virtual threads may have one processor
    public void right() {
      int before = ThreadLocalRandom.current().nextInt(ITEMS / 2 + 1);
      while (taken.get() < before) {
        Thread.yield();
      }
      iteration.close();
      for (int i = ITEMS / 2; i < ITEMS; i++) {
        assertThat(iteration.offer(i)).isTrue();
      }
    }

    @Override
    public String outcome() {
      for (int i = 0; i < ITEMS; i++) { // without one more call of the loop, which need not come
        assertThat(seen.get(i)).as("item %d, %s were taken", i, taken).isEqualTo(1);
      }
      assertThat(iteration.hasNext()).isFalse();
      assertThat(stops).hasValue(1);
      return taken.get() >= ITEMS / 2 ? TAKEN : GIVEN_UP;
    }

    @Override
    public void discard(@Nullable Object item) {
      seen.incrementAndGet(requireNonNull((Integer) item));
    }

    @Override
    public void stop() {
      stops.incrementAndGet();
    }

    @Override
    public void request(long items) {}

    @Override
    public void completed() {}

    @Override
    public void reportLost(Throwable failure) {
      throw new AssertionError(failure);
    }
  }

  @Test
  @DisplayName(
      "I6 A12 items that come beside a close by another thread: one thread polls, each once")
  void onePoller() throws Exception {
    Map<String, Integer> outcomes = Race.balanced(ROUNDS, TAKEN, GIVEN_UP, Round::new);
    assertThat(outcomes).containsOnlyKeys(TAKEN, GIVEN_UP);
  }
}
