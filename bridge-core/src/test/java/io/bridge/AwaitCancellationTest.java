package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collector;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A3 A5 A6 A9 A12 cancelling an await, in every window")
@Timeout(60)
class AwaitCancellationTest {

  static Stream<Arguments> everyWay() {
    return Stream.of(Kind.values())
        .flatMap(kind -> Stream.of(Victim.By.values()).map(by -> Arguments.of(kind, by)));
  }

  /** The awaits that take more than one item. */
  static Stream<Arguments> everyWayOfMany() {
    return Stream.of(Kind.LAST, Kind.LIST, Kind.COLLECT, Kind.COMPLETION)
        .flatMap(kind -> Stream.of(Victim.By.values()).map(by -> Arguments.of(kind, by)));
  }

  /** A3, A9: the code is cancelled, and stays so. */
  private static void assertCancelled(Victim victim, Victim.By by) {
    assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
    if (by == Victim.By.CANCEL) {
      assertThat(victim.failure()).hasMessage("stopped");
    } else {
      assertThat(victim.endedWithFlag()).as("the interrupt flag").isTrue();
    }
    if (by.isCoroutine()) {
      Eventually.until("the coroutine ends", () -> victim.coroutine().isDone());
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("everyWay")
  @DisplayName("A5 A6 A9 parked: the awaiting thread cancels upstream once, the flag is up again")
  void parked(Kind kind, Victim.By by) {
    Probe<String> probe = new Probe<>();
    Victim victim = Victim.start(by, () -> kind.of(probe));
    probe.awaitRequest();
    victim.awaitParked().stop();
    assertCancelled(victim, by);
    assertThat(probe.cancelThreads()).containsExactly(victim.thread());
    assertThat(probe.overlapped()).as("RS 2.7").isFalse();
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("everyWay")
  @DisplayName("A3 A9 stopped before: every await throws without subscribing")
  void before(Kind kind, Victim.By by) {
    Probe<String> probe = new Probe<>();
    Victim victim =
        Victim.start(
            by,
            () -> {
              Victim.untilStopped();
              assertThat(catchThrowable(() -> kind.of(probe)))
                  .isExactlyInstanceOf(CancellationException.class);
              kind.of(probe); // sticky
            });
    victim.stop();
    assertCancelled(victim, by);
    assertThat(probe.subscriptions()).isZero();
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("everyWay")
  @DisplayName("A5 stopped inside subscribe: the subscription that then comes gets no request")
  void insideSubscribe(Kind kind, Victim.By by) {
    CountDownLatch inside = new CountDownLatch(1);
    Probe<String> probe =
        new Probe<String>()
            .onSubscribe(p -> {
              inside.countDown();
              Victim.untilStopped();
              p.subscriber().onSubscribe(p);
            });
    Victim victim = Victim.start(by, () -> kind.of(probe));
    Eventually.until("inside subscribe", () -> inside.getCount() == 0);
    victim.stop();
    assertCancelled(victim, by);
    assertThat(probe.cancelThreads()).containsExactly(victim.thread());
    assertThat(probe.requests()).isEmpty();
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("everyWay")
  @DisplayName("A5 onSubscribe after the cancelled await: cancelled by its bringer, no request")
  void lateOnSubscribe(Kind kind, Victim.By by) {
    Probe<String> probe = new Probe<String>().onSubscribe(p -> {});
    Victim victim = Victim.start(by, () -> kind.of(probe));
    probe.awaitSubscriber();
    victim.awaitParked().stop();
    assertCancelled(victim, by);
    assertThat(probe.cancels()).isZero();
    probe.subscriber().onSubscribe(probe);
    assertThat(probe.cancelThreads()).containsExactly(Thread.currentThread());
    assertThat(probe.requests()).isEmpty();
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("everyWayOfMany")
  @DisplayName("A6 a source that emits for ever inside request is stopped at its next item")
  void endlessSource(Kind kind, Victim.By by) {
    CountDownLatch inside = new CountDownLatch(1);
    AtomicBoolean sent = new AtomicBoolean();
    Probe<String> probe =
        new Probe<String>()
            .onRequest(p -> {
              inside.countDown();
              Eventually.until(
                  "the source is stopped",
                  () -> {
                    p.next("x");
                    return p.cancels() > 0;
                  });
              sent.set(true);
            });
    Victim victim = Victim.start(by, () -> kind.of(probe));
    Eventually.until("inside request", () -> inside.getCount() == 0);
    victim.stop();
    assertCancelled(victim, by);
    assertThat(sent).isTrue();
    assertThat(probe.cancelThreads()).containsExactly(victim.thread());
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("everyWay")
  @DisplayName("A6 stopped inside a silent request: cancelled on its return")
  void insideRequest(Kind kind, Victim.By by) {
    CountDownLatch inside = new CountDownLatch(1);
    AtomicBoolean cancelledInside = new AtomicBoolean();
    Probe<String> probe =
        new Probe<String>()
            .onRequest(p -> {
              inside.countDown();
              Victim.untilStopped();
              cancelledInside.set(p.cancels() > 0);
            });
    Victim victim = Victim.start(by, () -> kind.of(probe));
    Eventually.until("inside request", () -> inside.getCount() == 0);
    victim.stop();
    assertCancelled(victim, by);
    assertThat(cancelledInside).isFalse();
    assertThat(probe.cancelThreads()).containsExactly(victim.thread());
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("everyWay")
  @DisplayName("A6 RS 2.7 request blocks another thread: the await ends, that thread cancels later")
  void requestOnAnotherThread(Kind kind, Victim.By by) {
    CountDownLatch release = new CountDownLatch(1);
    AtomicReference<Fork<String>> bringer = new AtomicReference<>();
    Probe<String> probe =
        new Probe<String>()
            .onSubscribe(p -> bringer.set(Fork.platform(() -> p.subscriber().onSubscribe(p))))
            .onRequest(p -> Eventually.until("released", () -> release.getCount() == 0));
    Victim victim = Victim.start(by, () -> kind.of(probe));
    probe.awaitRequest();
    victim.awaitParked().stop();
    assertCancelled(victim, by);
    assertThat(probe.cancels()).as("while another thread is in request").isZero();
    release.countDown();
    bringer.get().join();
    assertThat(probe.cancelThreads()).containsExactly(bringer.get().thread());
    assertThat(probe.overlapped()).as("RS 2.7").isFalse();
  }

  @Test
  @DisplayName("A6 Coroutine.cancel returns while the source still blocks inside request")
  void cancelNeverWaits() {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Probe<String> probe =
        new Probe<String>()
            .onRequest(p -> {
              inside.countDown();
              Eventually.until("released", () -> release.getCount() == 0);
            });
    Victim victim = Victim.start(Victim.By.CANCEL, () -> Await.await(probe));
    Eventually.until("inside request", () -> inside.getCount() == 0);
    victim.stop(); // would hang here until the deadline
    assertThat(probe.cancels()).isZero();
    release.countDown();
    assertCancelled(victim, Victim.By.CANCEL);
    assertThat(probe.cancels()).isEqualTo(1);
  }

  @Test
  @DisplayName("A6 a source that blocks inside request is reached by the interrupt")
  void blockingRequestIsInterrupted() {
    CountDownLatch inside = new CountDownLatch(1);
    AtomicBoolean interrupted = new AtomicBoolean();
    Probe<String> probe =
        new Probe<String>()
            .onRequest(p -> {
              inside.countDown();
              try {
                Thread.sleep(60_000);
              } catch (InterruptedException e) {
                interrupted.set(true);
              }
            });
    Victim victim = Victim.start(Victim.By.CANCEL, () -> Await.await(probe));
    Eventually.until("inside request", () -> inside.getCount() == 0);
    victim.awaitParked().stop();
    assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
    assertThat(interrupted).isTrue();
    assertThat(probe.cancels()).isEqualTo(1);
  }

  @Test
  @DisplayName("A9 a cancel whose interrupt was eaten by foreign code still ends the await")
  void eatenInterrupt() {
    Probe<String> probe = new Probe<>();
    Victim victim =
        Victim.start(
            Victim.By.CANCEL,
            () -> {
              Victim.untilStopped();
              Eventually.until("our interrupt came", Thread::interrupted);
              Await.await(probe);
            });
    victim.stop();
    assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
    assertThat(probe.subscriptions()).isZero();
  }

  @Test
  @DisplayName("A5 a cancel that throws does not hurt the await; it is reported (A12)")
  void throwingCancel() {
    IllegalStateException failure = new IllegalStateException("cancel");
    Probe<String> probe =
        new Probe<String>()
            .onCancel(p -> {
              throw failure;
            });
    try (Undelivered lost = new Undelivered()) {
      Victim victim = Victim.start(Victim.By.CANCEL, () -> Await.await(probe));
      probe.awaitRequest();
      victim.awaitParked().stop();
      assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
      assertThat(lost.failures()).containsExactly(failure);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  @DisplayName("A12 after a cancelled await a late item is discarded, a late failure reported")
  void lateSignals(Kind kind) {
    IllegalStateException failure = new IllegalStateException("late");
    Probe<String> probe = new Probe<>();
    try (Undelivered lost = new Undelivered()) {
      Victim victim = Victim.start(Victim.By.CANCEL, () -> kind.of(probe));
      probe.awaitRequest();
      victim.awaitParked().stop();
      assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
      probe.next("late").fail(failure);
      assertThat(lost.values()).containsExactly("late");
      assertThat(lost.failures()).containsExactly(failure);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"AWAIT", "SINGLE", "OPTIONAL", "LAST", "LAST_OR_NULL"})
  @DisplayName("A12 an item that came before the cancel, but not the end, is discarded once")
  void itemThenCancel(Kind kind) {
    Probe<String> probe = new Probe<>();
    try (Undelivered lost = new Undelivered()) {
      Victim victim = Victim.start(Victim.By.CANCEL, () -> kind.of(probe));
      probe.awaitRequest();
      probe.next("a");
      victim.awaitParked().stop();
      assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
      assertThat(lost.values()).containsExactly("a");
    }
  }

  @Test
  @DisplayName("A12 a cancel between the last item and the outcome: the items are given up singly")
  void cancelWhileFinishing() {
    try (Undelivered undelivered = new Undelivered()) {
      Probe<String> probe = new Probe<>();
      AtomicReference<Coroutine<List<String>>> victim = new AtomicReference<>();
      Collector<String, List<String>, List<String>> collector =
          Collector.of(
              ArrayList::new,
              List::add,
              (left, right) -> left,
              items -> {
                victim.get().cancel();
                Eventually.until("the await has ended", () -> victim.get().isDone());
                return List.copyOf(items);
              });
      victim.set(Coroutine.start(() -> Await.awaitCollect(probe, collector)));
      probe.awaitRequest().next("a").next("b").complete();
      assertThat(victim.get().state()).isEqualTo(Coroutine.State.CANCELLED);
      assertThat(undelivered.values()).containsExactly("a", "b");
    }
  }

  @Test
  @DisplayName("A12 B6 the source's echo of our own cancel is no noise")
  void echoOfCancel() {
    Probe<String> probe =
        new Probe<String>().onCancel(p -> p.fail(new CancellationException("echo")));
    try (Undelivered lost = new Undelivered()) {
      Victim victim = Victim.start(Victim.By.CANCEL, () -> Await.await(probe));
      probe.awaitRequest();
      victim.awaitParked().stop();
      assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
      assertThat(lost.failures()).isEmpty();
    }
  }

  @Test
  @DisplayName("A9 a foreign interrupt of a coroutine's thread cancels the coroutine")
  void foreignInterrupt() {
    Probe<String> probe = new Probe<>();
    Victim victim = Victim.start(Victim.By.INTERRUPT_OF_COROUTINE, () -> Await.await(probe));
    probe.awaitRequest();
    victim.awaitParked().stop();
    assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
    Coroutine<String> second =
        Coroutine.start(() -> {
          Thread.currentThread().interrupt();
          assertThat(catchThrowable(() -> Await.await(probe)))
              .isInstanceOf(CancellationException.class);
          assertThat(Thread.interrupted()).isTrue();
          assertThat(Coroutine.isCancelled()).isTrue();
          return Await.awaitFirst(probe); // sticky without the flag too
        });
    assertThatThrownBy(second::await).hasCauseInstanceOf(CancellationException.class);
    assertThat(second.state()).isEqualTo(Coroutine.State.CANCELLED);
    assertThat(probe.subscriptions()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  @DisplayName("A9 a plain thread is not sticky: with the flag lowered it awaits again")
  void plainThreadIsNotSticky(Where where) {
    Fork<String> fork =
        where.fork(() -> {
          Thread.currentThread().interrupt();
          assertThat(catchThrowable(() -> Await.await(Items.of("a"))))
              .isExactlyInstanceOf(CancellationException.class);
          assertThat(Thread.interrupted()).isTrue();
          return Await.awaitSingle(Items.of("b"));
        });
    assertThat(fork.join()).isEqualTo("b");
  }
}
