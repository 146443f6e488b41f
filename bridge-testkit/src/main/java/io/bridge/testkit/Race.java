package io.bridge.testkit;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Repeats two actions at about the same moment and counts how each round ended. The moment is
 * shifted at random, or by what the rounds before have shown, so that every order comes up.
 */
public final class Race {

  /** One round: fresh objects, two sides, one outcome. */
  public interface Round {

    /** Runs on the first thread. */
    void left() throws Exception;

    /** Runs on the second thread. */
    void right() throws Exception;

    /** How the round ended, after both; an outcome that must not be throws. */
    String outcome() throws Exception;
  }

  /** Makes a round. */
  @FunctionalInterface
  public interface Rounds {
    /** A fresh round. */
    Round next();
  }

  /** How the two sides are moved against each other. */
  private interface Shift {
    /** Runs on the first thread, when both have met. */
    void left();

    /** Runs on the second thread, when both have met. */
    void right();

    /** Runs on the first thread, between two rounds. */
    default void learn(String outcome) {}
  }

  /** Each side comes later by a random time, on a loaded machine by much. */
  private static final class RandomShift implements Shift {

    private static final int POWERS = 14;

    @Override
    public void left() {
      ThreadLocalRandom random = ThreadLocalRandom.current();
      for (int i = random.nextInt(1 << random.nextInt(POWERS)); i > 0; i--) {
        Thread.onSpinWait();
      }
    }

    @Override
    public void right() {
      left();
    }
  }

  /**
   * The side that won comes later in the next round, by a small step, so that both go on winning;
   * the random rest makes the sides cross each other at ever new places. From an outcome between
   * the two it goes on in its direction, faster and faster.
   */
  private static final class LearningShift implements Shift {

    private static final long STEP_NANOS = 100;
    private static final long MAX_STEP_NANOS = 10_000;
    private static final long JITTER_NANOS = 500;

    /** Beyond what a side takes by itself: time lost to another process is not to be learnt. */
    private static final long MAX_NANOS = 300_000;

    private final String leftFirst;
    private final String rightFirst;

    // written between two rounds; positive: the right side comes later
    private long lag;

    // by the first thread
    private long step = STEP_NANOS;

    LearningShift(String leftFirst, String rightFirst) {
      this.leftFirst = leftFirst;
      this.rightFirst = rightFirst;
    }

    @Override
    public void left() {
      spin(-lag);
    }

    @Override
    public void right() {
      spin(lag);
    }

    @Override
    public void learn(String outcome) {
      if (outcome.equals(leftFirst)) {
        step = -STEP_NANOS;
      } else if (outcome.equals(rightFirst)) {
        step = STEP_NANOS;
      } else if (Math.abs(step) < MAX_STEP_NANOS) {
        step *= 2; // on to the other end of a gap of unknown width
      }
      lag += step;
      if (Math.abs(lag) > MAX_NANOS) {
        step = -Long.signum(lag) * STEP_NANOS;
        lag = Long.signum(lag) * MAX_NANOS;
      }
    }

    /** A long wait lets others have the carrier: an order may need a third thread to get on. */
    @SuppressWarnings("ThreadPriorityCheck") // as in meet
    private static void spin(long nanos) {
      long start = System.nanoTime();
      long wait = Math.max(nanos, 0) + ThreadLocalRandom.current().nextLong(JITTER_NANOS);
      for (int i = 1; System.nanoTime() - start < wait; i++) {
        Thread.onSpinWait();
        if (i % SPINS == 0) {
          Thread.yield();
        }
      }
    }
  }

  private static final int SPINS = 200;

  /** Of a balanced race, each order comes up in one round of so many. */
  private static final int ROUNDS_PER_ORDER = 100;

  private Race() {}

  /**
   * Runs {@code count} rounds, the left sides on the calling thread, the right ones on a platform
   * thread.
   *
   * @return how often each outcome came up
   */
  public static Map<String, Integer> run(int count, Rounds rounds) throws Exception {
    return race(rounds, new RandomShift(), Fork::platform, (played, outcomes) -> played < count);
  }

  /**
   * Runs {@code count} rounds and sees to it that both orders come up, whatever the load: after
   * each round the side that won is delayed a little more, and there are more rounds, for as long
   * as a deadline, when one of the two has won fewer than one in a hundred. Any outcome besides the
   * two is between them.
   *
   * <p>Both sides run on virtual threads: coroutines of the rounds share their carriers and get
   * their turn as soon as a side yields, while a carrier of their own would have to be woken first,
   * or wait for a processor.
   *
   * @param leftFirst the outcome when the left side has won
   * @param rightFirst the outcome when the right side has won
   * @return how often each outcome came up
   * @throws AssertionError when one of the two never came up: such a race proves nothing
   */
  public static Map<String, Integer> balanced(
      int count, String leftFirst, String rightFirst, Rounds rounds) throws Exception {
    Shift shift = new LearningShift(leftFirst, rightFirst);
    Enough enough = new Enough(count, leftFirst, rightFirst);
    Fork<Map<String, Integer>> left =
        Fork.virtual(() -> race(rounds, shift, Fork::virtual, enough::goesOn));
    left.thread().join(); // each of its rounds has a deadline, all of them together have none
    Map<String, Integer> outcomes = left.join();
    if (!outcomes.containsKey(leftFirst) || !outcomes.containsKey(rightFirst)) {
      throw new AssertionError("the sides never crossed: " + outcomes);
    }
    return outcomes;
  }

  /** Decides before each round whether there is one. */
  @FunctionalInterface
  private interface More {
    boolean goesOn(int played, Map<String, Integer> outcomes);
  }

  /** Until both orders have come up often enough, or the time for more rounds is over. */
  private static final class Enough {

    private final int count;
    private final String leftFirst;
    private final String rightFirst;
    private long end;

    Enough(int count, String leftFirst, String rightFirst) {
      this.count = count;
      this.leftFirst = leftFirst;
      this.rightFirst = rightFirst;
    }

    boolean goesOn(int played, Map<String, Integer> outcomes) {
      if (played < count) {
        return true;
      }
      if (played == count) {
        end = System.nanoTime() + Eventually.DEADLINE.toNanos();
      }
      int rarer =
          Math.min(outcomes.getOrDefault(leftFirst, 0), outcomes.getOrDefault(rightFirst, 0));
      return rarer < count / ROUNDS_PER_ORDER && System.nanoTime() - end < 0;
    }
  }

  private static Map<String, Integer> race(
      Rounds rounds, Shift shift, Function<Fork.Action, Fork<String>> fork, More more)
      throws Exception {
    Map<String, Integer> histogram = new TreeMap<>();
    @Nullable Round[] current = new Round[1];
    AtomicLong arrivals = new AtomicLong();
    AtomicBoolean leftFailed = new AtomicBoolean();
    Fork<String> right =
        fork.apply(() -> {
          meet(arrivals, leftFailed::get);
          for (Round round = current[0]; round != null; round = current[0]) {
            shift.right();
            round.right();
            meet(arrivals, leftFailed::get);
            meet(arrivals, leftFailed::get);
          }
        });
    try {
      for (int i = 0; more.goesOn(i, histogram); i++) {
        Round round = rounds.next();
        current[0] = round;
        meet(arrivals, () -> hasFailed(right));
        shift.left();
        round.left();
        meet(arrivals, () -> hasFailed(right));
        String outcome = round.outcome();
        histogram.merge(outcome, 1, Integer::sum);
        shift.learn(outcome);
      }
      current[0] = null;
      meet(arrivals, () -> hasFailed(right));
    } catch (Throwable t) {
      leftFailed.set(true);
      throw t;
    }
    right.join();
    return histogram;
  }

  /** Rethrows the failure of the other side. */
  private static boolean hasFailed(Fork<String> right) {
    return right.isDone() && right.join().isEmpty();
  }

  /**
   * Returns when both have arrived. It spins, because a parked thread would wake some microseconds
   * after the other one is gone, and the race would always have the same winner.
   */
  @SuppressWarnings("ThreadPriorityCheck") // right with any scheduler, kind to a busy one
  private static void meet(AtomicLong arrivals, BooleanSupplier otherIsGone) {
    long both = (arrivals.getAndIncrement() / 2 + 1) * 2;
    long end = System.nanoTime() + Eventually.DEADLINE.toNanos();
    for (int i = 1; arrivals.get() < both; i++) {
      Thread.onSpinWait();
      if (i % SPINS == 0) {
        if (i % (SPINS * SPINS) == 0) {
          LockSupport.parkNanos(1); // two virtual threads that only yield can starve a third
        } else {
          Thread.yield();
        }
        if (arrivals.get() < both && otherIsGone.getAsBoolean()) {
          throw new AssertionError("the other side of the race has failed");
        }
        if (System.nanoTime() - end > 0) {
          throw new AssertionError("the other side of the race hangs");
        }
      }
    }
  }
}
