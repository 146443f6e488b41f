package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Probe;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName(
    "B8 A12 mapAwait: failures and cancels; what is running ends, what is ready is given up")
@Timeout(60)
class MapAwaitEndTest {

  private final Undelivered lost = new Undelivered();

  @AfterEach
  void close() {
    lost.close();
  }

  private static Drain all() {
    return new Drain(Long.MAX_VALUE);
  }

  /** Where a stream stands whose first item has a value that nobody requested, the second none. */
  private static Mapping halfWay(boolean ordered, Drain drain) {
    return new Mapping().subscribe(3, ordered, drain).send("a", "b").finish("a");
  }

  private void assertLostNothingBut(Object... values) {
    assertThat(lost.values()).containsExactly(values);
    assertThat(lost.failures()).isEmpty();
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName(
      "B8 A12 a run that fails ends the stream at once, without demand, and everything in it")
  void runFails(boolean ordered) {
    Drain drain = new Drain(0);
    Mapping mapping = halfWay(ordered, drain).send("c");
    IOException failure = new IOException("c");
    mapping.fail("c", failure);
    assertThat(drain.failure()).isSameAs(failure);
    mapping.awaitSettled("b");
    assertThat(mapping.source.cancels()).isEqualTo(1);
    assertThat(mapping.source.requests()).containsExactly(3L);
    mapping.source.next("too late").complete();
    assertThat(drain.ends()).isEqualTo(1);
    assertThat(drain.items()).isEmpty();
    assertLostNothingBut("A", "too late");
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("B8 A12 a source that fails ends the stream at once, and everything in it")
  void sourceFails(boolean ordered) {
    Drain drain = new Drain(0);
    Mapping mapping = halfWay(ordered, drain);
    IOException failure = new IOException("source");
    mapping.source.fail(failure);
    assertThat(drain.failure()).isSameAs(failure);
    mapping.awaitSettled("b");
    assertThat(mapping.source.cancels()).isZero();
    assertThat(drain.request(1).items()).isEmpty();
    assertLostNothingBut("A");
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("B8 a run that fails after the end of the source fails the stream")
  void runFailsAfterCompletion(boolean ordered) {
    Drain drain = all();
    Mapping mapping = halfWay(ordered, drain);
    mapping.source.complete();
    Error failure = new AssertionError("b");
    mapping.fail("b", failure);
    assertThat(drain.items()).containsExactly("A");
    assertThat(drain.failure()).isSameAs(failure);
    assertThat(mapping.source.cancels()).isZero();
    assertLostNothingBut();
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("A5 B8 the first failure cancels what the other bodies await, once")
  void runFailsWhileOthersAwait(boolean ordered) {
    List<Probe<String>> awaited = List.of(new Probe<>(), new Probe<>(), new Probe<>());
    Probe<Integer> source = new Probe<>();
    Drain drain = all();
    Mapping.<Integer, String>subscribe(
        3, ordered, item -> Await.awaitSingle(awaited.get(item)), source, drain);
    source.next(0).next(1).next(2);
    awaited.forEach(Probe::awaitRequest);
    IllegalStateException failure = new IllegalStateException("disk");
    awaited.get(1).fail(failure);
    assertThat(drain.awaitEnd().failure()).isSameAs(failure);
    awaited.get(0).awaitCancel();
    awaited.get(2).awaitCancel();
    assertThat(awaited).extracting(Probe::cancels).containsExactly(1, 0, 1);
    assertLostNothingBut();
  }

  @Test
  @DisplayName(
      "A12 of two runs that fail the first is the stream's failure, the second is reported")
  void secondFailure() {
    Drain drain = all();
    Mapping mapping = new Mapping().stubborn().subscribe(3, true, drain).send("a", "b", "c");
    IOException first = new IOException("a");
    IOException second = new IOException("b");
    mapping.fail("a", first).fail("b", second).finish("c");
    assertThat(drain.failure()).isSameAs(first);
    assertThat(drain.ends()).isEqualTo(1);
    assertThat(lost.failures()).containsExactly(second);
    assertThat(lost.values()).containsExactly("C");
  }

  @Test
  @DisplayName("B8 B11 a run for which there is no thread fails the stream; its item is given up")
  void cannotStart() throws Exception {
    Drain drain = all();
    Mapping mapping = new Mapping().subscribe(2, true, drain).send("a");
    OutOfMemoryError failure = new OutOfMemoryError("no thread");
    Starting.with(
        () -> {
          throw failure;
        },
        () -> mapping.source.next("b"));
    assertThat(drain.failure()).isSameAs(failure);
    mapping.awaitSettled("a");
    assertThat(mapping.source.cancels()).isEqualTo(1);
    assertThat(mapping.begun).containsExactly("a");
    assertLostNothingBut("b");
  }

  @Test
  @DisplayName("B8 a body that cancels itself fails the stream with the cancellation")
  void selfCancelling() {
    Drain drain = all();
    Mapping mapping = new Mapping();
    Mapping.<String, String>subscribe(
        2,
        true,
        item -> {
          Coroutine<?> self = Coroutine.current();
          if (self != null) {
            self.cancel();
          }
          Coroutine.checkCancelled();
          return item;
        },
        mapping.source,
        drain);
    mapping.source.next("a");
    assertThat(drain.awaitEnd().failure()).isExactlyInstanceOf(CancellationException.class);
    assertThat(mapping.source.awaitCancel().cancels()).isEqualTo(1);
    assertLostNothingBut();
  }

  @Test
  @DisplayName("A9 B8 a foreign interrupt of a run's thread fails the stream")
  void foreignInterrupt() {
    Drain drain = all();
    Mapping mapping = new Mapping().subscribe(2, true, drain).send("a", "b");
    mapping.threads.get(0).interrupt();
    mapping.awaitSettled("a", "b");
    assertThat(drain.awaitEnd().failure()).isInstanceOf(InterruptedException.class);
    assertLostNothingBut();
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("B8 A5 A12 cancel: upstream once, the runs end, values are given up once, no signal")
  void cancel(boolean ordered) {
    Drain drain = new Drain(0);
    Mapping mapping = halfWay(ordered, drain);
    drain.cancel();
    drain.cancel();
    mapping.awaitSettled("b");
    assertThat(mapping.source.cancels()).isEqualTo(1);
    drain.request(5).request(0); // RS 3.6
    mapping.source.next("too late").complete();
    assertThat(drain.items()).isEmpty();
    assertThat(drain.ends()).isZero();
    assertThat(mapping.source.requests()).containsExactly(3L);
    assertLostNothingBut("A", "too late");
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("B8 a cancel after the end of the source, and after the end of the stream")
  void cancelAfterCompletion(boolean ordered) {
    Drain drain = new Drain(0);
    Mapping mapping = halfWay(ordered, drain);
    mapping.source.complete();
    drain.cancel();
    mapping.awaitSettled("b");
    assertThat(drain.ends()).isZero();
    assertLostNothingBut("A");

    Drain ended = new Drain(0);
    Mapping empty = new Mapping().subscribe(1, ordered, ended);
    empty.source.complete();
    ended.cancel().request(0);
    assertThat(ended.ends()).isEqualTo(1);
    assertThat(mapping.source.cancels() + empty.source.cancels()).isZero();
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("B8 B6 a cancel inside onNext: nothing comes after it, and no interrupt in it")
  void cancelInsideOnNext(boolean ordered) {
    Drain drain = new Drain(0);
    drain.onNext((self, item) -> self.cancel());
    Mapping mapping = halfWay(ordered, drain).send("c").finish("c");
    drain.request(3);
    mapping.awaitSettled("b");
    assertThat(drain.items()).containsExactly("A");
    assertThat(drain.ends()).isZero();
    assertThat(drain.wasLawful()).isTrue();
    assertThat(mapping.source.requests()).containsExactly(3L);
    assertLostNothingBut("C");
  }

  @Test
  @DisplayName("B8 B6 a body that returns or fails in spite of the cancel: its outcome is given up")
  void lateOutcomes() {
    Drain drain = all();
    Mapping mapping =
        new Mapping().stubborn().subscribe(5, true, drain).send("a", "b", "c", "d", "e");
    drain.cancel();
    IOException failure = new IOException("c");
    mapping.finish("b").finish("a", null).fail("c", failure);
    mapping.fail("d", new CancellationException("an echo"));
    mapping.fail("e", new IllegalStateException(new InterruptedException("a wrapped one")));
    assertThat(lost.values()).containsExactly("B");
    assertThat(lost.failures()).containsExactly(failure);
    assertThat(drain.ends()).isZero();
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("B8 RS 3.9 request(0) fails the stream, and everything in it")
  void illegalRequest(boolean ordered) {
    Drain drain = new Drain(0);
    Mapping mapping = halfWay(ordered, drain);
    drain.request(0).request(-1);
    assertThat(drain.failure()).isInstanceOf(IllegalArgumentException.class);
    mapping.awaitSettled("b");
    assertThat(mapping.source.cancels()).isEqualTo(1);
    assertThat(drain.ends()).isEqualTo(1);
    assertLostNothingBut("A");
  }

  @Test
  @DisplayName("B8 RS 3.9 request(0) inside onNext: one onError, after it")
  void illegalRequestInsideOnNext() {
    Drain drain = all();
    drain.onNext((self, item) -> {
      self.request(0);
      assertThat(self.ends()).isZero();
    });
    Mapping mapping = new Mapping().subscribe(1, true, drain).send("a").finish("a");
    assertThat(drain.failure()).isInstanceOf(IllegalArgumentException.class);
    assertThat(drain.wasLawful()).isTrue();
    assertThat(mapping.source.cancels()).isEqualTo(1);
    assertLostNothingBut();
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("B5 B8 an onNext that throws: everything ends, it is reported, no signal follows")
  void throwingOnNext(boolean ordered) {
    IllegalStateException thrown = new IllegalStateException("onNext");
    Drain drain = new Drain(0);
    drain.onNext((self, item) -> {
      throw thrown;
    });
    Mapping mapping = halfWay(ordered, drain).send("c").finish("c");
    drain.request(3); // RS 3.16: throws nothing
    mapping.awaitSettled("b");
    assertThat(mapping.source.cancels()).isEqualTo(1);
    assertThat(drain.items()).containsExactly("A");
    assertThat(drain.ends()).isZero();
    assertThat(lost.failures()).containsExactly(thrown);
    assertThat(lost.values()).containsExactly("C");
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("B8 RS 3.13 a cancelled subscriber is not kept by its source, nor by a body")
  void subscriberNotKept(boolean ordered) {
    Mapping mapping = new Mapping().stubborn();
    WeakReference<Drain> subscriber = subscribeAndCancel(mapping, ordered);
    Eventually.until(
        "the subscriber is collected",
        () -> {
          System.gc();
          return subscriber.get() == null;
        });
    assertThat(mapping.ended).isEmpty();
    mapping.finish("a");
    assertThat(mapping.source.subscriber()).isNotNull();
  }

  private static WeakReference<Drain> subscribeAndCancel(Mapping mapping, boolean ordered) {
    Drain drain = all();
    mapping.subscribe(2, ordered, drain).send("a");
    drain.cancel();
    return new WeakReference<>(drain);
  }
}
