package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Race;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("races of awaitAll and awaitAny: only legal outcomes, nothing vanishes")
@Timeout(300)
class AwaitAllRaceTest {

  /** Two hands that a coroutine awaits, and what happens to them on two threads. */
  private abstract static class Awaited<T> implements Race.Round {
    final Hand<String> a = new Hand<>();
    final Hand<String> b = new Hand<>();
    final Coroutine<T> coroutine = Coroutine.start(this::await);

    Awaited() {
      Races.spinUntil("subscribed", () -> !b.subscribers.isEmpty());
      b.get();
    }

    abstract T await();

    final String state() {
      Races.spinUntil("the end", coroutine::isDone);
      return coroutine.state().toString();
    }
  }

  private abstract static class All extends Awaited<List<String>> {
    @Override
    List<String> await() {
      return Await.<String>awaitAll(a, b);
    }
  }

  private abstract static class Any extends Awaited<String> {
    @Override
    String await() {
      return Await.<String>awaitAny(a, b);
    }
  }

  /** Nothing was discarded and both were received, or all values were discarded, once each. */
  private static final class CancelAgainstLast extends All {
    private final Races.Lost lost;

    CancelAgainstLast(Races.Lost lost) {
      this.lost = lost;
      a.resume("a");
    }

    @Override
    public void left() {
      coroutine.cancel();
    }

    @Override
    public void right() {
      b.resume("b");
    }

    @Override
    public String outcome() {
      String state = state();
      boolean succeeded = state.equals("SUCCEEDED");
      assertThat(lost.values()).as("discarded when %s", state).isEqualTo(succeeded ? 0 : 2);
      assertThat(lost.failures()).isZero();
      assertThat(a.cancels).isEmpty();
      if (succeeded) {
        assertThat(coroutine.get()).containsExactly("a", "b");
        assertThat(b.cancels).isEmpty();
      }
      return state;
    }
  }

  /** The failure is thrown; the value is discarded. */
  private static final class ValueAgainstFailure extends All {
    private final Races.Lost lost;

    ValueAgainstFailure(Races.Lost lost) {
      this.lost = lost;
    }

    @Override
    public void left() {
      a.resume("a");
    }

    @Override
    public void right() {
      b.fail(new IllegalStateException("b"));
    }

    @Override
    public String outcome() {
      String state = state();
      assertThat(coroutine.failure()).hasMessage("b");
      assertThat(lost.values()).isEqualTo(1);
      assertThat(lost.failures()).isZero();
      return state;
    }
  }

  /** One wins, the other is discarded. */
  private static final class TwoValues extends Any {
    private final Races.Lost lost;

    TwoValues(Races.Lost lost) {
      this.lost = lost;
    }

    @Override
    public void left() {
      a.resume("a");
    }

    @Override
    public void right() {
      b.resume("b");
    }

    @Override
    public String outcome() {
      assertThat(state()).isEqualTo("SUCCEEDED");
      assertThat(lost.values()).isEqualTo(1);
      return coroutine.get();
    }
  }

  /** Two failures, or a cancel: nobody hangs, and each is thrown, suppressed or reported. */
  private static final class TwoFailures extends Any {
    private final Races.Lost lost;

    TwoFailures(Races.Lost lost) {
      this.lost = lost;
    }

    @Override
    public void left() {
      a.fail(new IllegalStateException("a"));
    }

    @Override
    public void right() {
      b.fail(new IllegalStateException("b"));
    }

    @Override
    public String outcome() {
      assertThat(state()).isEqualTo("FAILED");
      Throwable last = coroutine.failure();
      assertThat(last).isNotNull();
      String message = last == null ? "" : String.valueOf(last.getMessage());
      String other = message.equals("a") ? "b" : "a";
      assertThat(last == null ? new Throwable[0] : last.getSuppressed())
          .extracting(Throwable::getMessage)
          .containsOnlyOnce(other);
      assertThat(lost.failures()).isZero();
      return message;
    }
  }

  private static Map<String, Integer> race(Supplier<Race.Round> rounds) throws Exception {
    return Race.run(Races.ROUNDS, rounds::get);
  }

  @Test
  @DisplayName("A5 A12 cancel against the last value: the list, or every value discarded once")
  void cancelAgainstLastValue() throws Exception {
    try (Races.Lost lost = new Races.Lost()) {
      Races.assertOnly(race(() -> new CancelAgainstLast(lost)), "SUCCEEDED", "CANCELLED");
    }
  }

  @Test
  @DisplayName("A12 a value against a failure: the failure is thrown, the value discarded once")
  void valueAgainstFailure() throws Exception {
    try (Races.Lost lost = new Races.Lost()) {
      Races.assertOnly(race(() -> new ValueAgainstFailure(lost)), "FAILED");
    }
  }

  @Test
  @DisplayName("A12 two values in awaitAny: one wins, the other is discarded once")
  void twoValues() throws Exception {
    try (Races.Lost lost = new Races.Lost()) {
      Races.assertOnly(race(() -> new TwoValues(lost)), "a", "b");
    }
  }

  @Test
  @DisplayName("A8 two failures in awaitAny: the last is thrown, the other suppressed once")
  void twoFailures() throws Exception {
    try (Races.Lost lost = new Races.Lost()) {
      Races.assertOnly(race(() -> new TwoFailures(lost)), "a", "b");
    }
  }

  /** Two awaits of the same two failures, each with another one last. */
  private static final class SharedFailures implements Race.Round {
    private final IllegalStateException a = new IllegalStateException("a");
    private final IllegalStateException b = new IllegalStateException("b");
    private final AtomicInteger thrown = new AtomicInteger();

    private void await(Throwable first, Throwable last) {
      try {
        Await.<String>awaitAny(List.of(s -> s.fail(first), s -> s.fail(last)));
      } catch (IllegalStateException e) {
        thrown.incrementAndGet();
      }
    }

    @Override
    public void left() {
      await(a, b);
    }

    @Override
    public void right() {
      await(b, a);
    }

    @Override
    public String outcome() {
      assertThat(thrown).hasValue(2);
      boolean inA = Arrays.asList(a.getSuppressed()).contains(b);
      boolean inB = Arrays.asList(b.getSuppressed()).contains(a);
      return inA && inB ? "cycle" : "no cycle";
    }
  }

  @Test
  @DisplayName("A8 two awaits of shared failures never make a cycle")
  void sharedFailures() throws Exception {
    Races.assertOnly(race(SharedFailures::new), "no cycle");
  }

  /** Two signals at once and a thread that is on its way into the park. */
  @Test
  @DisplayName("A10 no lost wake-up: many sources that end on many threads")
  void manySources() {
    for (int round = 0; round < 500; round++) {
      List<Hand<Integer>> hands =
          List.of(new Hand<Integer>(), new Hand<Integer>(), new Hand<Integer>());
      List<Fork<String>> forks =
          hands.stream().map(hand -> Fork.virtual(() -> hand.resume(1))).toList();
      assertThat(Await.<Integer>awaitAll(hands)).containsExactly(1, 1, 1);
      forks.forEach(Fork::join);
    }
  }
}
