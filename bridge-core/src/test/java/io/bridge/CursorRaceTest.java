package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import io.bridge.fixtures.Race;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The races of one cursor: the loop, the source, and whoever closes. */
@DisplayName("I1 I6 a cursor under races: no wake-up is lost, no item, and none comes twice")
@Timeout(600)
class CursorRaceTest {

  private static final String LOOP = "the loop came first";
  private static final String SOURCE = "the source came first";
  private static final String CLOSE = "the close came first";
  private static final String BETWEEN = "between";

  private static final int ITEMS = 4;

  /** About what a parked loop takes to wake. */
  private static final long WAKE_NANOS = 5_000;

  /** A loop on a thread of its own that counts what it takes; closed on the left. */
  private abstract static class CloseRound implements Race.Round {
    final Probe<String> probe = new Probe<>();
    final AtomicInteger taken = new AtomicInteger();
    final Cursor<String> cursor = Publishers.iterate(probe, ITEMS);
    final Fork<String> loop = start();

    private Fork<String> start() {
      return Fork.virtual(() -> {
        while (cursor.hasNext()) {
          cursor.next();
          taken.incrementAndGet();
        }
      });
    }

    @Override
    public void left() {
      cursor.close();
    }

    @Override
    public String outcome() {
      Races.spinUntil("the end of the loop", loop::isDone);
      assertThat(probe.overlapped()).as("RS 2.7").isFalse();
      return "";
    }
  }

  @Test
  @DisplayName("I6 A12 a close from another thread against items: each is taken or given up, once")
  void closeAgainstItems() throws Exception {
    try (Races.Lost lost = new Races.Lost()) {
      Map<String, Integer> outcomes =
          Race.balanced(
              Races.ROUNDS,
              CLOSE,
              SOURCE,
              () ->
                  new CloseRound() {
                    private volatile int sent;
                    private int sentBefore; // the loop itself may have no processor meanwhile

                    @Override
                    public void left() {
                      sentBefore = sent;
                      super.left();
                    }

                    @Override
                    public void right() {
                      for (int i = 1; i <= ITEMS; i++) {
                        probe.next("a");
                        sent = i;
                        Races.spinNanos(ThreadLocalRandom.current().nextLong(WAKE_NANOS));
                      }
                    }

                    @Override
                    public String outcome() {
                      super.outcome();
                      assertThat(loop.join()).isEqualTo("done");
                      assertThat(taken.get() + lost.values())
                          .as("taken or given up, %d taken", taken.get())
                          .isEqualTo(ITEMS);
                      assertThat(probe.cancels()).isEqualTo(1);
                      return sentBefore == 0 ? CLOSE : sentBefore == ITEMS ? SOURCE : BETWEEN;
                    }
                  });
      Races.assertAll(outcomes, List.of(CLOSE, SOURCE), BETWEEN);
    }
  }

  @Test
  @DisplayName(
      "I1 A12 a close from another thread against the source's failure: thrown or reported")
  void closeAgainstFailure() throws Exception {
    IllegalStateException failure = new IllegalStateException("source");
    try (Races.Lost lost = new Races.Lost()) {
      Map<String, Integer> outcomes =
          Race.balanced(
              Races.ROUNDS,
              CLOSE,
              SOURCE,
              () ->
                  new CloseRound() {
                    @Override
                    public void right() {
                      probe.fail(failure);
                    }

                    @Override
                    public String outcome() {
                      super.outcome();
                      boolean thrown = isThrown();
                      assertThat(lost.failures()).as("reported").isEqualTo(thrown ? 0 : 1);
                      assertThat(probe.cancels()).isLessThanOrEqualTo(1);
                      return thrown ? SOURCE : CLOSE;
                    }

                    private boolean isThrown() {
                      try {
                        loop.join();
                        return false;
                      } catch (IllegalStateException e) {
                        assertThat(e).isSameAs(failure);
                        return true;
                      }
                    }
                  });
      Races.assertAll(outcomes, List.of(CLOSE, SOURCE));
    }
  }

  @Test
  @DisplayName("I6 A12 a close by another thread against the first look: taken or given up, once")
  void closeAgainstFirstLook() throws Exception {
    try (Races.Lost lost = new Races.Lost()) {
      Map<String, Integer> outcomes =
          Race.balanced(
              Races.ROUNDS,
              CLOSE,
              LOOP,
              () ->
                  new Race.Round() {
                    private final Probe<String> probe = new Probe<>();
                    private final Cursor<String> cursor = Publishers.iterate(probe);
                    private int taken;

                    {
                      probe.next("a").next("b");
                    }

                    @Override
                    public void left() {
                      cursor.close();
                    }

                    @Override
                    public void right() {
                      while (taken < 2 && cursor.hasNext()) {
                        assertThat(cursor.next()).isEqualTo(taken == 0 ? "a" : "b");
                        taken++;
                      }
                    }

                    @Override
                    public String outcome() {
                      assertThat(cursor.hasNext()).isFalse(); // gives up what was left to the loop
                      assertThat(lost.values() + taken).isEqualTo(2);
                      assertThat(probe.cancels()).isEqualTo(1);
                      return taken == 0 ? CLOSE : taken == 2 ? LOOP : BETWEEN;
                    }
                  });
      Races.assertAll(outcomes, List.of(CLOSE, LOOP), BETWEEN);
    }
  }

  @Test
  @DisplayName(
      "RS 2.7 a renewal against a close from another thread: request and cancel are serial")
  void renewalAgainstClose() throws Exception {
    Map<String, Integer> outcomes =
        Race.balanced(
            Races.ROUNDS,
            CLOSE,
            LOOP,
            () ->
                new Race.Round() {
                  private final Probe<String> probe = new Probe<>();
                  private final Cursor<String> cursor = Publishers.iterate(probe, 2);

                  {
                    probe.onRequest(
                        p -> Races.spinNanos(ThreadLocalRandom.current().nextLong(500)));
                    probe.next("a").next("b");
                  }

                  @Override
                  public void left() {
                    cursor.close();
                  }

                  @Override
                  public void right() {
                    for (int i = 0; i < 2 && cursor.hasNext(); i++) {
                      cursor.next();
                    }
                  }

                  @Override
                  public String outcome() {
                    assertThat(probe.overlapped()).as("RS 2.7").isFalse();
                    assertThat(probe.cancels()).as("cancels").isEqualTo(1);
                    return probe.requests().size() == 1 ? CLOSE : LOOP;
                  }
                });
    Races.assertAll(outcomes, List.of(CLOSE, LOOP));
  }

  @Test
  @DisplayName("A5 A12 a cancel of the coroutine against an item: taken or given up, once")
  void cancelAgainstItem() throws Exception {
    try (Races.Lost lost = new Races.Lost()) {
      Map<String, Integer> outcomes =
          Race.balanced(
              Races.ROUNDS,
              CLOSE,
              SOURCE,
              () ->
                  new Race.Round() {
                    private final Probe<String> probe = new Probe<>();
                    private final AtomicInteger taken = new AtomicInteger();
                    private final Coroutine<String> coroutine = start();

                    private Coroutine<String> start() {
                      Coroutine<String> started =
                          Coroutine.start(() -> {
                            Cursor<String> cursor = Publishers.iterate(probe);
                            cursor.next();
                            taken.incrementAndGet();
                            return cursor.next();
                          });
                      Races.spinUntil("a request", () -> !probe.requests().isEmpty());
                      return started;
                    }

                    @Override
                    public void left() {
                      coroutine.cancel();
                    }

                    @Override
                    public void right() {
                      probe.next("a");
                    }

                    @Override
                    public String outcome() {
                      Races.spinUntil("the end", coroutine::isDone);
                      assertThat(coroutine.state()).isEqualTo(Coroutine.State.CANCELLED);
                      assertThat(probe.cancels()).as("cancels").isEqualTo(1);
                      assertThat(taken.get() + lost.values()).isEqualTo(1);
                      return taken.get() == 0 ? CLOSE : SOURCE;
                    }
                  });
      Races.assertAll(outcomes, List.of(CLOSE, SOURCE));
    }
  }

  @Test
  @DisplayName("A9 A12 an interrupt of a plain thread against an item: taken or given up, once")
  void interruptAgainstItem() throws Exception {
    try (Races.Lost lost = new Races.Lost()) {
      Map<String, Integer> outcomes =
          Race.balanced(
              Races.ROUNDS,
              CLOSE,
              SOURCE,
              () ->
                  new Race.Round() {
                    private final Probe<String> probe = new Probe<>();
                    private final AtomicBoolean over = new AtomicBoolean();
                    private final Fork<String> loop = start();

                    private Fork<String> start() {
                      Fork<String> started =
                          Fork.<String>virtual(() -> {
                            try (Cursor<String> cursor = Publishers.iterate(probe)) {
                              return cursor.next();
                            } catch (CancellationException e) {
                              return CLOSE;
                            } finally {
                              Races.spinUntil("the interrupt", over::get);
                              assertThat(Thread.interrupted()).as("the flag").isTrue();
                            }
                          });
                      Races.spinUntil("a request", () -> !probe.requests().isEmpty());
                      return started;
                    }

                    @Override
                    public void left() {
                      loop.interrupt();
                      over.set(true);
                    }

                    @Override
                    public void right() {
                      probe.next(SOURCE);
                    }

                    @Override
                    public String outcome() {
                      Races.spinUntil("the end", loop::isDone);
                      assertThat(probe.cancels()).isEqualTo(1);
                      String outcome = loop.join();
                      assertThat(lost.values()).isEqualTo(outcome.equals(SOURCE) ? 0 : 1);
                      return outcome;
                    }
                  });
      Races.assertAll(outcomes, List.of(CLOSE, SOURCE));
    }
  }
}
