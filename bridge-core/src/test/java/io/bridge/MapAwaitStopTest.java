package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("B8 mapAwait: two things at once, one step after the other")
@Timeout(60)
class MapAwaitStopTest {

  private final Undelivered lost = new Undelivered();

  @AfterEach
  void close() {
    lost.close();
  }

  private static Drain all() {
    return new Drain(Long.MAX_VALUE);
  }

  /** Nothing of a stream runs any more, and each item was taken by a body or given up. */
  private void assertOver(Mapping mapping, String lateItem) {
    Eventually.until(
        "the late run has begun, or never will",
        () -> mapping.begun.contains(lateItem) || lost.values().contains(lateItem));
    if (mapping.begun.contains(lateItem)) {
      mapping.awaitStopped(lateItem);
    }
    assertThat(mapping.begun.contains(lateItem)).isNotEqualTo(lost.values().contains(lateItem));
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("B8 A12 a run that begins while the subscriber cancels ends with the others")
  void startsWhileCancelled(boolean ordered) throws Exception {
    Drain drain = all();
    Mapping mapping = new Mapping().subscribe(2, ordered, drain).send("a");
    Starting.with(drain::cancel, () -> mapping.source.next("late"));
    mapping.awaitStopped("a");
    assertOver(mapping, "late");
    assertThat(lost.failures()).isEmpty();
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("B8 A12 a run that begins while another one fails ends with the others")
  void startsWhileAnotherFails(boolean ordered) throws Exception {
    Drain drain = all();
    IOException failure = new IOException("a");
    Mapping mapping = new Mapping().subscribe(3, ordered, drain).send("a", "b");
    Starting.with(() -> mapping.fail("a", failure), () -> mapping.source.next("late"));
    mapping.awaitStopped("b");
    assertOver(mapping, "late");
    assertThat(drain.failure()).isSameAs(failure);
    assertThat(lost.failures()).isEmpty();
  }

  /** The run of a is inside onNext, and leaves it when upstream is being cancelled. */
  private static Mapping insideOnNext(boolean ordered, Drain drain) throws Exception {
    CountDownLatch leave = new CountDownLatch(1);
    drain.onNext((self, item) -> Eventually.until("leave", () -> leave.getCount() == 0));
    Mapping mapping = new Mapping().subscribe(3, ordered, drain).send("a", "b", "c");
    mapping.source.onCancel(probe -> {
      leave.countDown();
      mapping.awaitSettled("a"); // which has looked at what there is to do, and done it
    });
    Fork.virtual(() -> mapping.finish("a"));
    drain.awaitItems(1);
    return mapping;
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("B8 a cancel whose end is dealt with by the thread in onNext stops the runs")
  void cancelBesideOnNext(boolean ordered) throws Exception {
    Drain drain = all();
    Mapping mapping = insideOnNext(ordered, drain);
    drain.cancel();
    mapping.awaitStopped("b", "c");
    assertThat(drain.items()).containsExactly("A");
    assertThat(drain.ends()).isZero();
    assertThat(lost.failures()).isEmpty();
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("B8 a failure that is signalled by the thread in onNext stops the runs")
  void failureBesideOnNext(boolean ordered) throws Exception {
    Drain drain = all();
    IOException failure = new IOException("c");
    Mapping mapping = insideOnNext(ordered, drain);
    mapping.fail("c", failure).awaitStopped("b");
    assertThat(drain.failure()).isSameAs(failure);
    assertThat(drain.wasLawful()).isTrue();
    assertThat(lost.failures()).isEmpty();
  }

  @Test
  @DisplayName("A12 a failure that a cancel overtakes is reported, of the source or of a run")
  void failureOvertaken() {
    IOException failure = new IOException("source");
    Drain drain = all();
    Mapping mapping = new Mapping();
    drain.onNext((self, item) -> {
      mapping.source.fail(failure); // its onError is due after this onNext
      self.cancel();
    });
    mapping.subscribe(2, true, drain).send("a").finish("a");
    assertThat(drain.ends()).isZero();
    assertThat(lost.failures()).containsExactly(failure);

    IOException another = new IOException("b");
    Drain second = all();
    Mapping runs = new Mapping();
    second.onNext((self, item) -> {
      runs.fail("b", another);
      self.cancel();
    });
    runs.subscribe(2, true, second).send("a", "b").finish("a");
    assertThat(second.ends()).isZero();
    assertThat(lost.failures()).containsExactly(failure, another);
  }

  @Test
  @DisplayName(
      "B6 RS 3.9 an illegal request that its own subscriber's cancel overtakes is no noise")
  void illegalRequestOvertaken() {
    Drain drain = all();
    drain.onNext((self, item) -> self.request(0).cancel());
    new Mapping().subscribe(1, true, drain).send("a").finish("a");
    assertThat(drain.ends()).isZero();
    assertThat(lost.failures()).isEmpty();
  }
}
