package io.bridge;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Probe;
import io.bridge.fixtures.Race;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The loop that parks, against what it waits for. */
@DisplayName("A10 I5 a loop that parks: no wake-up is lost")
@Timeout(600)
class CursorParkRaceTest {

  private static final String LOOP = "the loop came first";
  private static final String SOURCE = "the source came first";

  /** After that, a wake-up counts as lost. */
  private static final long PATIENCE_NANOS = 5_000_000_000L;

  /** The loop on the left, one signal on the right. */
  private abstract static class ParkRound implements Race.Round {
    final Probe<String> probe = new Probe<>();
    final Cursor<String> cursor = Publishers.iterate(probe);
    private final AtomicBoolean sent = new AtomicBoolean();
    private final AtomicBoolean seen = new AtomicBoolean();
    private boolean loopFirst;
    private volatile @Nullable Thread loop;

    abstract void signal();

    abstract void look();

    @Override
    public void left() {
      loop = Thread.currentThread();
      loopFirst = !sent.get();
      look();
      seen.set(true);
    }

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // right with any scheduler, kind to a busy one
    public void right() {
      sent.set(true);
      signal();
      long start = System.nanoTime();
      for (int looks = 0; !seen.get(); looks++) {
        if (looks % 100 == 0) {
          Thread.yield();
        }
        if (System.nanoTime() - start > PATIENCE_NANOS) {
          requireNonNull(loop).interrupt();
          throw new AssertionError("a lost wake-up");
        }
      }
    }

    @Override
    public String outcome() {
      cursor.close();
      return loopFirst ? LOOP : SOURCE;
    }
  }

  @Test
  @DisplayName("I5 A10 an item against the loop that parks: its wake-up is not lost")
  void itemAgainstPark() throws Exception {
    assertBoth(() ->
        new ParkRound() {
          @Override
          void signal() {
            probe.next("a");
          }

          @Override
          void look() {
            assertThat(cursor.next()).isEqualTo("a");
          }
        });
  }

  @Test
  @DisplayName("I1 A10 the end against the loop that parks: its wake-up is not lost")
  void endAgainstPark() throws Exception {
    assertBoth(() ->
        new ParkRound() {
          @Override
          void signal() {
            probe.complete();
          }

          @Override
          void look() {
            assertThat(cursor.hasNext()).isFalse();
          }
        });
  }

  @Test
  @DisplayName("I1 A10 a close from another thread against the loop that parks: it ends the loop")
  void closeAgainstPark() throws Exception {
    assertBoth(() ->
        new ParkRound() {
          @Override
          void signal() {
            cursor.close();
          }

          @Override
          void look() {
            assertThat(cursor.hasNext()).isFalse();
          }

          @Override
          public String outcome() {
            assertThat(probe.cancels()).isEqualTo(1);
            return super.outcome();
          }
        });
  }

  private static void assertBoth(Race.Rounds rounds) throws Exception {
    Races.assertAll(Race.balanced(Races.ROUNDS, LOOP, SOURCE, rounds), List.of(LOOP, SOURCE));
  }
}
