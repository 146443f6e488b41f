package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Race;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("B9 races of one value as a publisher: delivered or given up, never both, never none")
@Timeout(300)
class ConversionRaceTest {

  private static final String DELIVERED = "delivered";
  private static final String GIVEN_UP = "given up";

  /** One subscription, what happens to it on two threads, and what became of its outcome. */
  private abstract static class Round implements Race.Round {
    final Hand<@Nullable String> source = new Hand<>();
    final SignalLog log = new SignalLog();
    final Races.Lost lost;

    Round(Races.Lost lost) {
      this.lost = lost;
      Publishers.<String>toPublisher(source).subscribe(log);
    }

    /** The value was delivered, or discarded, exactly one of the two. */
    final String ofValue() {
      int delivered = count("next a");
      int discarded = lost.values();
      assertThat(delivered + discarded).as("%s, discarded %s", signals(), discarded).isEqualTo(1);
      assertThat(lost.failures()).isZero();
      return delivered == 1 ? DELIVERED : GIVEN_UP;
    }

    final int count(String signal) {
      return (int) signals().stream().filter(signal::equals).count();
    }

    final List<String> signals() {
      return log.signals();
    }
  }

  /** The two sides meet in the cell of the demand. */
  private static final class RequestAgainstValue extends Round {
    private final List<Thread> requester = new CopyOnWriteArrayList<>();

    RequestAgainstValue(Races.Lost lost) {
      super(lost);
    }

    @Override
    public void left() {
      requester.add(Thread.currentThread());
      log.request(1);
    }

    @Override
    public void right() {
      source.resume("a");
    }

    @Override
    public String outcome() {
      assertThat(ofValue()).isEqualTo(DELIVERED);
      assertThat(signals()).containsExactly("next a", "complete");
      return log.threads().equals(List.of(requester.get(0), requester.get(0)))
          ? "value"
          : "request";
    }
  }

  @Test
  @DisplayName("B9 request against value: delivered once, by whoever comes second")
  void requestAgainstValue() throws Exception {
    try (Races.Lost lost = new Races.Lost()) {
      Map<String, Integer> outcomes =
          Race.balanced(Races.ROUNDS, "request", "value", () -> new RequestAgainstValue(lost));
      Races.assertAll(outcomes, List.of("request", "value"));
    }
  }

  /** The two sides meet in the cell of the sink, or in that of the demand. */
  private static final class CancelAgainstValue extends Round {
    CancelAgainstValue(Races.Lost lost) {
      super(lost);
      log.request(1);
    }

    @Override
    public void left() {
      log.cancel();
    }

    @Override
    public void right() {
      source.resume("a");
    }

    @Override
    public String outcome() {
      String outcome = ofValue();
      assertThat(source.cancels).hasSizeLessThanOrEqualTo(1);
      if (outcome.equals(DELIVERED)) {
        assertThat(source.cancels).isEmpty();
        assertThat(signals()).startsWith("next a").hasSizeLessThanOrEqualTo(2);
      } else {
        assertThat(signals()).isEmpty();
      }
      return outcome;
    }
  }

  @Test
  @DisplayName("B9 A12 cancel against value: delivered or discarded, never both, never none")
  void cancelAgainstValue() throws Exception {
    try (Races.Lost lost = new Races.Lost()) {
      Map<String, Integer> outcomes =
          Race.balanced(Races.ROUNDS, GIVEN_UP, DELIVERED, () -> new CancelAgainstValue(lost));
      Races.assertAll(outcomes, List.of(DELIVERED, GIVEN_UP));
    }
  }

  /** The same without a request: the value that comes first is held, and given up by the cancel. */
  private static final class CancelAgainstUnrequested extends Round {
    CancelAgainstUnrequested(Races.Lost lost) {
      super(lost);
    }

    @Override
    public void left() {
      log.cancel();
    }

    @Override
    public void right() {
      source.resume("a");
    }

    @Override
    public String outcome() {
      assertThat(ofValue()).isEqualTo(GIVEN_UP);
      assertThat(signals()).isEmpty();
      return source.cancels.isEmpty() ? "value" : "cancel";
    }
  }

  @Test
  @DisplayName("B9 A12 cancel against a value without a request: discarded once, by either")
  void cancelAgainstUnrequested() throws Exception {
    try (Races.Lost lost = new Races.Lost()) {
      Map<String, Integer> outcomes =
          Race.balanced(Races.ROUNDS, "cancel", "value", () -> new CancelAgainstUnrequested(lost));
      Races.assertAll(outcomes, List.of("cancel", "value"));
    }
  }

  /** The value is held; one of the two takes it. */
  private static final class CancelAgainstRequest extends Round {
    CancelAgainstRequest(Races.Lost lost) {
      super(lost);
      source.resume("a");
    }

    @Override
    public void left() {
      log.cancel();
    }

    @Override
    public void right() {
      log.request(1);
    }

    @Override
    public String outcome() {
      String outcome = ofValue();
      assertThat(source.cancels).isEmpty();
      if (outcome.equals(GIVEN_UP)) {
        assertThat(signals()).isEmpty();
      }
      return outcome;
    }
  }

  @Test
  @DisplayName("B9 A12 cancel against request with a held value: delivered or discarded")
  void cancelAgainstRequest() throws Exception {
    try (Races.Lost lost = new Races.Lost()) {
      Map<String, Integer> outcomes =
          Race.balanced(Races.ROUNDS, GIVEN_UP, DELIVERED, () -> new CancelAgainstRequest(lost));
      Races.assertAll(outcomes, List.of(DELIVERED, GIVEN_UP));
    }
  }

  /** Either the stream fails and the value is discarded, or it is delivered. */
  private static final class BadRequestAgainstValue extends Round {
    BadRequestAgainstValue(Races.Lost lost) {
      super(lost);
      log.request(1);
    }

    @Override
    public void left() {
      log.request(0);
    }

    @Override
    public void right() {
      source.resume("a");
    }

    @Override
    public String outcome() {
      String outcome = ofValue();
      if (outcome.equals(GIVEN_UP)) {
        assertThat(signals()).containsExactly("error");
        assertThat(log.failure()).isExactlyInstanceOf(IllegalArgumentException.class);
      } else {
        assertThat(signals()).startsWith("next a").hasSize(2);
        assertThat(source.cancels).isEmpty();
      }
      return outcome;
    }
  }

  @Test
  @DisplayName(
      "B2 RS 3.9 request(0) against value: the value is delivered or discarded, and there is an"
          + " end")
  void badRequestAgainstValue() throws Exception {
    try (Races.Lost lost = new Races.Lost()) {
      Map<String, Integer> outcomes =
          Race.balanced(Races.ROUNDS, GIVEN_UP, DELIVERED, () -> new BadRequestAgainstValue(lost));
      Races.assertAll(outcomes, List.of(DELIVERED, GIVEN_UP));
    }
  }

  /** One of two requests, the other of which is none, takes the held value. */
  private static final class BadRequestAgainstRequest extends Round {
    BadRequestAgainstRequest(Races.Lost lost) {
      super(lost);
      source.resume("a");
    }

    @Override
    public void left() {
      log.request(0);
    }

    @Override
    public void right() {
      log.request(1);
    }

    @Override
    public String outcome() {
      String outcome = ofValue();
      if (outcome.equals(GIVEN_UP)) {
        assertThat(signals()).containsExactly("error");
        assertThat(log.failure()).isExactlyInstanceOf(IllegalArgumentException.class);
      } else {
        assertThat(signals()).startsWith("next a").hasSize(2);
      }
      return outcome;
    }
  }

  @Test
  @DisplayName("B2 RS 3.9 request(0) against request with a held value, and there is an end")
  void badRequestAgainstRequest() throws Exception {
    try (Races.Lost lost = new Races.Lost()) {
      Map<String, Integer> outcomes =
          Race.balanced(
              Races.ROUNDS, GIVEN_UP, DELIVERED, () -> new BadRequestAgainstRequest(lost));
      Races.assertAll(outcomes, List.of(DELIVERED, GIVEN_UP));
    }
  }

  /** The failure is delivered, or reported. */
  private static final class CancelAgainstFailure extends Round {
    CancelAgainstFailure(Races.Lost lost) {
      super(lost);
    }

    @Override
    public void left() {
      log.cancel();
    }

    @Override
    public void right() {
      source.fail(new IllegalStateException("late or not"));
    }

    @Override
    public String outcome() {
      int delivered = count("error");
      int reported = lost.failures();
      assertThat(delivered + reported).as("%s, reported %s", signals(), reported).isEqualTo(1);
      assertThat(lost.values()).isZero();
      assertThat(source.cancels).hasSizeLessThanOrEqualTo(1 - delivered);
      return delivered == 1 ? DELIVERED : GIVEN_UP;
    }
  }

  @Test
  @DisplayName("B9 A12 cancel against failure: delivered or reported, never both, never none")
  void cancelAgainstFailure() throws Exception {
    try (Races.Lost lost = new Races.Lost()) {
      Map<String, Integer> outcomes =
          Race.balanced(Races.ROUNDS, GIVEN_UP, DELIVERED, () -> new CancelAgainstFailure(lost));
      Races.assertAll(outcomes, List.of(DELIVERED, GIVEN_UP));
    }
  }
}
