package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.LiveThreads;
import io.bridge.fixtures.Nulls;
import io.bridge.fixtures.Probe;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("S7 mapConcurrent of a publisher: failures, cancellation, what is given up")
@Timeout(60)
class MapConcurrentStopTest {

  private static final String NAME = "bridge-mapConcurrent";

  private final Mapping mapping = new Mapping();
  private final Undelivered lost = new Undelivered();

  @AfterEach
  void quiet() {
    LiveThreads.awaitNone(NAME);
    lost.close();
    assertThat(mapping.source.overlapped()).as("RS 2.7").isFalse();
    assertThat(Thread.interrupted()).isFalse();
  }

  private static boolean isFork(Thread thread) {
    return thread.getName().equals("fork");
  }

  // failures

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("S7 I2 A7 the values before the first failure, then that; the rest is interrupted")
  void bodyFails(boolean ordered) {
    IOException failure = new IOException("c");
    try (Cursor<String> values = mapping.open(5, ordered)) {
      mapping.send("a", "b", "c", "d", "e").finish("a").finish("b").fail("c", failure);
      mapping.awaitStopped("d", "e");
      assertThat(mapping.source.cancels()).isEqualTo(1);
      assertThat(values.next()).isEqualTo("A");
      assertThat(values.next()).isEqualTo("B");
      assertThatThrownBy(values::hasNext).isInstanceOf(CompletionException.class).hasCause(failure);
      assertThatThrownBy(values::next).hasCause(failure);
    }
    assertThat(mapping.source.cancels()).isEqualTo(1);
    assertThat(lost.failures()).isEmpty();
    assertThat(lost.values()).isEmpty();
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("I2 a value that came while another thread was delivering comes before the failure")
  void valueBesideFailure(boolean ordered) {
    IllegalStateException failure = new IllegalStateException("c");
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    try (Cursor<String> values = mapping.open(3, ordered)) {
      mapping.send("null", "b", "c");
      mapping.source.onRequest(probe -> {
        inside.countDown();
        Eventually.until("leave", () -> leave.getCount() == 0);
      });
      Fork<?> skipped = Fork.virtual(() -> mapping.finish("null", null)); // requests one more
      Eventually.until("inside request", () -> inside.getCount() == 0);
      mapping.finish("b").fail("c", failure);
      leave.countDown();
      skipped.join();
      assertThat(values.next()).isEqualTo("B");
      assertThatThrownBy(values::next).isSameAs(failure);
    }
    assertThat(lost.values()).isEmpty();
  }

  @Test
  @DisplayName("S7 A12 in order, values behind the failed item are given up")
  void behindTheFailure() {
    IllegalStateException failure = new IllegalStateException("b");
    try (Cursor<String> values = mapping.open(3, true)) {
      mapping.send("a", "b", "c").finish("a").finish("c").fail("b", failure);
      assertThat(values.next()).isEqualTo("A");
      assertThatThrownBy(values::next).isSameAs(failure);
    }
    assertThat(lost.values()).containsExactly("C");
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName(
      "S7 I2 the source fails after values: those, then its failure; the runs are cancelled")
  void sourceFails(boolean ordered) {
    IllegalStateException failure = new IllegalStateException("source");
    try (Cursor<String> values = mapping.open(3, ordered)) {
      mapping.send("a", "b").finish("a").source.fail(failure);
      mapping.awaitStopped("b");
      assertThat(values.next()).isEqualTo("A");
      assertThatThrownBy(values::next).isSameAs(failure);
    }
    assertThat(mapping.source.cancels()).as("it has ended").isZero();
    assertThat(lost.failures()).isEmpty();
  }

  static Stream<Throwable> errors() {
    return Stream.of(
        new AssertionError("thrown by the test"),
        new NoClassDefFoundError("thrown by the test"),
        new OutOfMemoryError("thrown by the test"),
        new StackOverflowError("thrown by the test"));
  }

  @ParameterizedTest
  @MethodSource("errors")
  @DisplayName("S7 B11 an Error of a body is the failure, as itself; nobody waits for ever")
  void bodyThrowsError(Throwable error) {
    try (Cursor<String> values = mapping.open(2, false)) {
      mapping.send("a", "b").fail("a", error);
      assertThatThrownBy(values::hasNext).isSameAs(error);
      mapping.awaitStopped("b");
    }
    assertThat(lost.failures()).isEmpty();
  }

  @Test
  @DisplayName("A12 a second failure, and one that the loop was left before, are reported")
  void lostFailures() {
    IllegalStateException first = new IllegalStateException("a");
    IllegalStateException second = new IllegalStateException("b");
    Cursor<String> values = mapping.stubborn().open(2, true);
    mapping.send("a", "b").fail("a", first).fail("b", second);
    assertThat(lost.failures()).containsExactly(second);
    values.close();
    assertThat(lost.failures()).containsExactly(second, first);
  }

  @Test
  @DisplayName("A9 a foreign interrupt of a body's thread fails the loop, and does not cancel it")
  void bodyInterrupted() {
    try (Cursor<String> values = mapping.open(2, true)) {
      mapping.send("a", "b").threads.get(0).interrupt();
      assertThatThrownBy(values::hasNext)
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(InterruptedException.class);
      mapping.awaitStopped("b");
    }
  }

  // close

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("S7 A5 A12 close cancels source and bodies, once; what waited or comes is given up")
  void close(boolean ordered) {
    Cursor<String> values = mapping.open(4, ordered);
    mapping.send("a", "b", "c", "d").finish("a").finish("c");
    values.close();
    mapping.awaitStopped("b", "d");
    values.close();
    assertThat(mapping.source.cancelThreads()).containsExactly(Thread.currentThread());
    assertThat(lost.values()).containsExactlyInAnyOrder("A", "C");
    assertThat(lost.failures()).as("B6").isEmpty();
    assertThat(values.hasNext()).isFalse();
    mapping.source.next("late");
    assertThat(lost.values()).containsExactlyInAnyOrder("A", "C", "late");
    LiveThreads.awaitNone(NAME);
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName(
      "A6 A12 close does not wait for a body; the value it makes in spite of it is given up")
  void closeStubborn(boolean ordered) {
    Cursor<String> values = mapping.stubborn().open(2, ordered);
    mapping.send("a");
    values.close();
    assertThat(mapping.ended).isEmpty();
    mapping.finish("a");
    assertThat(lost.values()).containsExactly("A");
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("S7 A12 an item whose body is just about to start when the cursor is closed")
  void closeWhileStarting(boolean ordered) throws Exception {
    Cursor<String> values = mapping.open(2, ordered);
    mapping.send("a");
    Starting.with(values::close, () -> mapping.source.next("late"));
    mapping.awaitStopped("a");
    Eventually.until(
        "the late run has begun, or never will",
        () -> mapping.begun.contains("late") || lost.values().contains("late"));
    if (mapping.begun.contains("late")) {
      mapping.awaitStopped("late");
    }
    assertThat(lost.failures()).isEmpty();
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("S7 I1 break, return or an exception in the loop: close cancels the rest")
  void leave(boolean ordered) {
    IllegalStateException failure = new IllegalStateException("of the loop");
    assertThatThrownBy(
            () -> {
              try (Cursor<String> values = mapping.open(3, ordered)) {
                mapping.send("a", "b", "c").finish("a");
                for (String value : values) {
                  assertThat(value).isEqualTo("A");
                  throw failure;
                }
              }
            })
        .isSameAs(failure);
    mapping.awaitStopped("b", "c");
    assertThat(mapping.source.cancels()).isEqualTo(1);
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName(
      "A6 RS 2.7 closed by another thread while the loop is inside request: the bodies end now")
  void closeInsideRequest(boolean ordered) {
    AtomicBoolean inside = new AtomicBoolean();
    CountDownLatch stopped = new CountDownLatch(1);
    mapping.source.onRequest(probe -> {
      if (probe.requests().size() == 2) {
        inside.set(true);
        Eventually.until("the bodies have ended", () -> stopped.getCount() == 0);
      }
    });
    Cursor<String> values = mapping.open(2, ordered);
    mapping.send("a", "b").finish("a");
    Fork<Boolean> loop =
        Fork.virtual(() -> {
          values.next();
          return values.hasNext();
        });
    Eventually.until("inside request", inside::get);
    values.close();
    mapping.awaitStopped("b");
    assertThat(mapping.source.cancels()).as("RS 2.7").isZero();
    stopped.countDown();
    assertThat(loop.join()).isFalse();
    assertThat(mapping.source.cancelThreads()).containsExactly(loop.thread());
  }

  @Test
  @DisplayName("A5 an onSubscribe after the close is cancelled by its bringer, without a request")
  void lateOnSubscribe() {
    mapping.source.onSubscribe(withheld -> {});
    mapping.open(2, true).close();
    Fork<String> bringer =
        Fork.platform(() -> mapping.source.subscriber().onSubscribe(mapping.source));
    assertThat(bringer.join()).isEqualTo("done");
    assertThat(mapping.source.requests()).isEmpty();
    assertThat(mapping.source.cancelThreads()).containsExactly(bringer.thread());
  }

  // the code around

  @Test
  @DisplayName("A2 a refused thread: nothing is subscribed")
  void refused() {
    try (Registration rejection = Await.rejectOn(MapConcurrentStopTest::isFork)) {
      for (boolean ordered : new boolean[] {true, false}) {
        assertThat(Fork.platform(() -> mapping.open(2, ordered).close()).joinFailure())
            .isExactlyInstanceOf(IllegalStateException.class)
            .hasMessageContaining("Mapping.open");
      }
      assertThat(mapping.source.subscriptions()).isZero();
      assertThat(rejection).isNotNull();
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A3 cancelled or interrupted before: nothing is subscribed")
  void cancelledBefore(Victim.By by) {
    Victim victim =
        Victim.start(
            by,
            () -> {
              Victim.untilStopped();
              mapping.open(2, true).close();
            });
    assertThat(victim.stop().failure()).isInstanceOf(CancellationException.class);
    assertThat(mapping.source.subscriptions()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("S7 A5 A6 cancelled while it waits: source and bodies are, by its own thread, once")
  void cancelledWaiting(Victim.By by) {
    AtomicBoolean flag = new AtomicBoolean();
    mapping.source.onCancel(p -> flag.set(Thread.currentThread().isInterrupted()));
    Victim victim = Victim.start(by, () -> mapping.open(2, true).next());
    mapping.source.awaitRequest();
    mapping.send("a", "b");
    assertThat(victim.awaitParked().stop().failure()).isInstanceOf(CancellationException.class);
    mapping.awaitStopped("a", "b");
    assertThat(mapping.source.cancelThreads()).containsExactly(victim.thread());
    assertThat(flag).as("B6").isFalse();
    assertThat(victim.endedWithFlag()).isTrue();
    assertThat(lost.failures()).isEmpty();
  }

  @Test
  @DisplayName("I1 S7 a coroutine that ends with an open cursor cancels source and bodies")
  void coroutineEnds() {
    CountDownLatch opened = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    Coroutine<String> coroutine =
        Coroutine.start(() -> {
          mapping.open(2, true);
          opened.countDown();
          end.await();
          return "done";
        });
    Eventually.until("opened", () -> opened.getCount() == 0);
    mapping.send("a", "b");
    end.countDown();
    assertThat(coroutine.await()).isEqualTo("done");
    mapping.awaitStopped("a", "b");
    assertThat(mapping.source.cancels()).isEqualTo(1);
  }

  @Test
  @DisplayName("I1 S7 an unreachable cursor: source and bodies are cancelled, though they run")
  void unreachable() {
    MapConcurrentTest.collected(forgotten(mapping));
    mapping.awaitSettled("a", "b");
    mapping.source.awaitCancel();
    Eventually.until("the report", () -> !lost.failures().isEmpty());
    assertThat(lost.failures().get(0)).hasMessage("a cursor was not closed");
  }

  private static WeakReference<?> forgotten(Mapping mapping) {
    Cursor<String> values = mapping.open(2, true);
    mapping.send("a", "b");
    return new WeakReference<>(values);
  }

  @Test
  @DisplayName("A9 T1 a timeout around hasNext ends the wait, the source and the bodies")
  void timeout() throws Exception {
    TestTime time = new TestTime();
    Fork<String> loop =
        Fork.virtual(() ->
            time.run(() -> {
              Cursor<String> values = mapping.open(2, true);
              assertThatThrownBy(
                      () -> Coroutine.withTimeout(Duration.ofSeconds(1), values::hasNext))
                  .isInstanceOf(AwaitTimeoutException.class);
              assertThatThrownBy(values::hasNext).isInstanceOf(CancellationException.class);
              return "timed out";
            }));
    mapping.source.awaitRequest();
    mapping.send("a", "b");
    time.awaitScheduled(1);
    loop.awaitParked();
    time.advance(Duration.ofSeconds(1));
    assertThat(loop.join()).isEqualTo("timed out");
    mapping.awaitStopped("a", "b");
    assertThat(mapping.source.cancelThreads()).containsExactly(loop.thread());
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A6 a source that emits for ever inside request stops at its next item, flag down")
  void endless(Victim.By by) {
    AtomicBoolean emitting = new AtomicBoolean();
    AtomicBoolean flag = new AtomicBoolean();
    Probe<String> source = new Probe<>();
    source.onCancel(p -> flag.set(Thread.currentThread().isInterrupted()));
    AtomicBoolean stopped = new AtomicBoolean();
    AtomicBoolean seenInside = new AtomicBoolean();
    source.onRequest(p -> {
      for (int late = 0; p.cancels() == 0 && late < 1_000; late += stopped.get() ? 1 : 0) {
        p.next("a");
        emitting.set(true);
        Races.spinNanos(20_000); // each item has a thread
      }
      seenInside.set(p.cancels() == 1);
    });
    Victim victim =
        Victim.start(
            by,
            () ->
                Await.<String, String>mapConcurrent(source, Integer.MAX_VALUE, item -> null)
                    .next());
    Eventually.until("it emits", emitting::get);
    victim.stop();
    stopped.set(true);
    assertThat(victim.failure()).isInstanceOf(CancellationException.class);
    assertThat(seenInside).as("at its next item").isTrue();
    assertThat(source.cancelThreads()).containsExactly(victim.thread());
    assertThat(flag).as("what stops a source is not cut short (B6)").isFalse();
    assertThat(victim.endedWithFlag()).isTrue();
    assertThat(lost.failures()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName(
      "A9 an InterruptedException that a source throws in place is our cancellation, flag up")
  void interruptedInPlace(Victim.By by) {
    mapping.source.onRequest(p -> {
      try {
        Thread.sleep(Duration.ofMinutes(5));
      } catch (InterruptedException e) {
        p.fail(e);
      }
    });
    Victim victim = Victim.start(by, () -> mapping.open(2, true).next());
    mapping.source.awaitRequest();
    victim.awaitParked();
    assertThat(victim.stop().failure()).isInstanceOf(CancellationException.class);
    assertThat(victim.endedWithFlag()).isTrue();
    assertThat(lost.failures()).isEmpty();
  }

  // hostile sources

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("A11 RS 1.1 more items than requested: the values, then an IllegalStateException")
  void tooMany(boolean ordered) {
    try (Cursor<String> values = mapping.open(2, ordered)) {
      mapping.send("a", "b").finish("a").finish("b");
      mapping.source.next("c");
      assertThat(lost.values()).containsExactly("c");
      assertThat(mapping.source.cancels()).isEqualTo(1);
      assertThat(values.next() + values.next()).isEqualTo("AB");
      assertThatThrownBy(values::next).isExactlyInstanceOf(IllegalStateException.class);
    }
    assertThat(mapping.begun).containsExactlyInAnyOrder("a", "b");
    assertThat(lost.values()).containsExactly("c");
  }

  @Test
  @DisplayName("A11 A12 signals after the end, a second onSubscribe, null signals")
  void hostile() {
    IllegalStateException late = new IllegalStateException("late");
    try (Cursor<String> values = mapping.open(2, true)) {
      Probe<String> second = new Probe<>();
      mapping.source.subscriber().onSubscribe(second);
      assertThat(second.cancels()).as("RS 2.5").isEqualTo(1);
      mapping.send("a").finish("a").source.complete().next("b").fail(late).complete();
      List<String> seen = new ArrayList<>();
      values.forEachRemaining(seen::add);
      assertThat(seen).containsExactly("A");
    }
    assertThat(mapping.source.cancels()).isZero();
    assertThat(lost.values()).containsExactly("b");
    assertThat(lost.failures()).containsExactly(late);

    Mapping nulls = new Mapping();
    try (Cursor<String> values = nulls.open(2, true)) {
      assertThatThrownBy(() -> nulls.source.next(Nulls.<String>smuggled()))
          .as("RS 2.13")
          .isInstanceOf(NullPointerException.class);
      assertThatThrownBy(values::next).isInstanceOf(NullPointerException.class);
    }
    assertThat(nulls.source.cancels()).isEqualTo(1);
  }

  @Test
  @DisplayName("A11 a subscribe or a request that throws is the failure; upstream is cancelled")
  void throwing() {
    IllegalStateException failure = new IllegalStateException("thrown");
    mapping.source.onRequest(probe -> {
      throw failure;
    });
    try (Cursor<String> values = mapping.open(2, true)) {
      assertThatThrownBy(values::next).isSameAs(failure);
    }
    assertThat(mapping.source.cancels()).isEqualTo(1);
    mapping.source.onSubscribe(probe -> {
      throw failure;
    });
    try (Cursor<String> values = mapping.open(2, true)) {
      assertThatThrownBy(values::next).isSameAs(failure);
    }
    assertThat(lost.failures()).isEmpty();
  }

  @Test
  @DisplayName("A13 a source that keeps its subscriber keeps no value, cursor or loop thread")
  void keptSubscriber() {
    Probe<Object> probe = new Probe<>();
    WeakReference<?> thread =
        Fork.<WeakReference<?>>virtual(
                () -> {
                  try (Cursor<Object> values =
                      Await.<Object, Object>mapConcurrent(probe, 2, item -> item)) {
                    probe.next(new Object()).complete();
                    values.forEachRemaining(value -> {});
                  }
                  return new WeakReference<>(Thread.currentThread());
                })
            .join();
    MapConcurrentTest.collected(thread);
    assertThat(probe.subscriber()).isNotNull();
  }

  @Test
  @DisplayName("S7 A6 a source that fails by our interrupt inside subscribe: its runs end at once")
  void cancellationHandedBack() {
    CountDownLatch blocks = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    Probe<String> source =
        new Probe<String>()
            .onRequest(probe -> {
              probe.next("a");
              try {
                blocks.countDown();
                new CountDownLatch(1).await();
              } catch (InterruptedException ofOurs) {
                probe.fail(ofOurs);
              }
            });
    Coroutine<String> coroutine =
        Coroutine.start(() -> {
          Cursor<String> open =
              Await.mapConcurrent(
                  source,
                  2,
                  item -> {
                    try {
                      return Scopes.forever();
                    } finally {
                      stopped.countDown();
                    }
                  });
          Coroutine.shield(
              () -> Eventually.until("the run has ended", () -> stopped.getCount() == 0));
          return "not closed " + open.hasNext();
        });
    Eventually.until("it blocks", () -> blocks.getCount() == 0);
    coroutine.cancel("why");
    Scopes.awaitEnd(coroutine);

    assertThat(coroutine.failure())
        .isExactlyInstanceOf(CancellationException.class)
        .hasMessage("why");
    assertThat(lost.failures()).isEmpty();
  }
}
