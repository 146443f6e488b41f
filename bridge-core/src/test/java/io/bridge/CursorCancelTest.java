package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import io.bridge.fixtures.ThreadCpu;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("A2 A3 A5 A6 A9 A10 cancellation, interrupt and timeout of a loop")
@Timeout(60)
class CursorCancelTest {

  private final Probe<String> probe = new Probe<>();

  private static boolean isFork(Thread thread) {
    return thread.getName().equals("fork");
  }

  @Test
  @DisplayName("A2 a refused thread: nothing is subscribed")
  void refused() {
    try (Registration rejection = Await.rejectOn(CursorCancelTest::isFork)) {
      assertThat(Fork.platform(() -> Publishers.iterate(probe).close()).joinFailure())
          .isExactlyInstanceOf(IllegalStateException.class)
          .hasMessageContaining("CursorCancelTest");
      assertThat(Fork.platform(() -> Publishers.stream(probe).close()).joinFailure())
          .isExactlyInstanceOf(IllegalStateException.class);
      assertThat(Fork.platform(() -> Publishers.forEach(probe, item -> {})).joinFailure())
          .isExactlyInstanceOf(IllegalStateException.class);
      assertThat(probe.subscriptions()).isZero();
      assertThat(rejection).isNotNull();
    }
  }

  @Test
  @DisplayName(
      "A2 a refused thread that gets the cursor of another, whether there is an item or not")
  void refusedLater() {
    try (Registration rejection = Await.rejectOn(CursorCancelTest::isFork);
        Cursor<String> items = Publishers.iterate(probe)) {
      assertThat(Fork.platform(() -> items.hasNext()).joinFailure())
          .isExactlyInstanceOf(IllegalStateException.class);
      probe.next("a");
      assertThat(Fork.platform(() -> items.next()).joinFailure())
          .isExactlyInstanceOf(IllegalStateException.class);
      assertThat(items.next()).as("nothing is lost by that").isEqualTo("a");
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
              Publishers.iterate(probe).close();
            });
    assertThat(victim.stop().failure()).isInstanceOf(CancellationException.class);
    assertThat(probe.subscriptions()).isZero();
    assertThat(victim.endedWithFlag()).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName(
      "A3 A9 cancelled in the body of the loop: the next look throws, though items are there")
  void cancelledInBody(Victim.By by) {
    probe.onRequest(p -> p.next("a").next("b"));
    AtomicBoolean inBody = new AtomicBoolean();
    AtomicReference<@Nullable Throwable> again = new AtomicReference<>();
    try (Undelivered lost = new Undelivered()) {
      Victim victim =
          Victim.start(
              by,
              () -> {
                Cursor<String> items = Publishers.iterate(probe);
                assertThat(items.next()).isEqualTo("a");
                inBody.set(true);
                Victim.untilStopped();
                Throwable first = catchThrowable(items::hasNext);
                again.set(catchThrowable(items::hasNext));
                throw (CancellationException) first;
              });
      Eventually.until("the body", inBody::get);
      assertThat(victim.stop().failure()).isInstanceOf(CancellationException.class);
      assertThat(again.get()).as("sticky").isInstanceOf(CancellationException.class);
      assertThat(probe.cancels()).isEqualTo(1);
      assertThat(lost.values()).containsExactly("b");
      assertThat(victim.endedWithFlag()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A5 A6 cancelled while it waits: its own thread cancels upstream, once, flag down")
  void cancelledWaiting(Victim.By by) {
    AtomicBoolean flag = new AtomicBoolean();
    probe.onCancel(p -> flag.set(Thread.currentThread().isInterrupted()));
    Victim victim = Victim.start(by, () -> Publishers.<String>iterate(probe).next());
    probe.awaitRequest();
    assertThat(victim.awaitParked().stop().failure()).isInstanceOf(CancellationException.class);
    assertThat(probe.cancelThreads()).containsExactly(victim.thread());
    assertThat(flag).as("B6").isFalse();
    assertThat(victim.endedWithFlag()).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A6 a source that emits for ever inside request stops at its next item, flag down")
  void endless(Victim.By by) {
    AtomicBoolean emitting = new AtomicBoolean();
    AtomicBoolean flag = new AtomicBoolean();
    probe.onCancel(p -> flag.set(Thread.currentThread().isInterrupted()));
    probe.onRequest(p -> {
      while (p.cancels() == 0) {
        p.next("a");
        emitting.set(true);
      }
    });
    try (Undelivered lost = new Undelivered()) {
      Victim victim = Victim.start(by, () -> Publishers.iterate(probe, Integer.MAX_VALUE).next());
      Eventually.until("it emits", emitting::get);
      assertThat(victim.stop().failure()).isInstanceOf(CancellationException.class);
      assertThat(probe.cancelThreads()).containsExactly(victim.thread());
      assertThat(probe.overlapped()).isFalse();
      assertThat(flag).as("what stops a source is not cut short (B6)").isFalse();
      assertThat(victim.endedWithFlag()).isTrue();
      assertThat(lost.values()).isNotEmpty();
    }
  }

  @Test
  @DisplayName(
      "A6 RS 2.7 closed by another thread while the loop is inside a renewal: that one cancels")
  void closedInsideRequest() {
    AtomicBoolean inside = new AtomicBoolean();
    AtomicBoolean closed = new AtomicBoolean();
    probe.onRequest(p -> {
      if (p.requests().size() == 2) {
        inside.set(true);
        Eventually.until("closed", closed::get);
        p.next("c");
        assertThat(p.cancels()).as("cancelled at the next item").isEqualTo(1);
      }
    });
    Cursor<String> items = Publishers.iterate(probe, 2);
    Fork<String> loop =
        Fork.virtual(() -> {
          probe.next("a").next("b");
          items.next();
          items.next(); // the second renews
          assertThat(items.hasNext()).isFalse();
        });
    try (Undelivered lost = new Undelivered()) {
      Eventually.until("inside request", inside::get);
      items.close();
      assertThat(probe.cancels()).as("RS 2.7").isZero();
      closed.set(true);
      assertThat(loop.join()).isEqualTo("done");
      assertThat(lost.values()).containsExactly("c");
    }
    assertThat(probe.cancelThreads()).containsExactly(loop.thread());
    assertThat(probe.overlapped()).isFalse();
  }

  @Test
  @DisplayName("A5 an onSubscribe after the close is cancelled by its bringer, without a request")
  void lateOnSubscribe() {
    probe.onSubscribe(withheld -> {});
    Publishers.iterate(probe).close();
    Fork<String> bringer = Fork.platform(() -> probe.subscriber().onSubscribe(probe));
    assertThat(bringer.join()).isEqualTo("done");
    assertThat(probe.requests()).isEmpty();
    assertThat(probe.cancelThreads()).containsExactly(bringer.thread());
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("A5 the same after a cancelled wait for its first item")
  void lateOnSubscribeAfterCancel(Victim.By by) {
    probe.onSubscribe(withheld -> {});
    Victim victim = Victim.start(by, () -> Publishers.<String>iterate(probe).next());
    probe.awaitSubscriber();
    assertThat(victim.awaitParked().stop().failure()).isInstanceOf(CancellationException.class);
    probe.subscriber().onSubscribe(probe);
    assertThat(probe.requests()).isEmpty();
    assertThat(probe.cancels()).isEqualTo(1);
  }

  @Test
  @DisplayName(
      "A9 T1 a timeout around hasNext ends the wait and the cursor; the loop is not ended silently")
  void timeout() throws Exception {
    TestTime time = new TestTime();
    Fork<String> loop =
        Fork.virtual(() ->
            time.run(() -> {
              Cursor<String> items = Publishers.iterate(probe);
              assertThatThrownBy(() -> Coroutine.withTimeout(Duration.ofSeconds(1), items::hasNext))
                  .isInstanceOf(AwaitTimeoutException.class);
              assertThatThrownBy(items::hasNext).isInstanceOf(CancellationException.class);
              return "timed out";
            }));
    probe.awaitRequest();
    time.awaitScheduled(1);
    loop.awaitParked();
    time.advance(Duration.ofSeconds(1));
    assertThat(loop.join()).isEqualTo("timed out");
    assertThat(probe.cancelThreads()).containsExactly(loop.thread());
  }

  @Test
  @DisplayName("A9 a shield around the loop: it goes on in a cancelled coroutine")
  void shield() {
    AtomicBoolean begun = new AtomicBoolean();
    AtomicReference<@Nullable String> seen = new AtomicReference<>();
    Coroutine<String> coroutine =
        Coroutine.start(() -> {
          begun.set(true);
          Victim.untilStopped();
          return Coroutine.shield(() -> {
            try (Cursor<String> items = Publishers.iterate(probe)) {
              seen.set(items.next());
              return "shielded";
            }
          });
        });
    Eventually.until("it runs", begun::get);
    coroutine.cancel();
    probe.awaitRequest();
    assertThat(seen).hasNullValue();
    probe.next("a");
    Eventually.until("its end", coroutine::isDone);
    assertThat(seen).hasValue("a");
    assertThat(coroutine.get()).isEqualTo("shielded");
    assertThat(probe.cancels()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName(
      "A9 an InterruptedException that a source throws in place is our cancellation, flag up")
  void interruptedInPlace(Victim.By by) {
    Probe<String> sleeping =
        new Probe<String>()
            .onRequest(p -> {
              try {
                Thread.sleep(Duration.ofMinutes(5));
              } catch (InterruptedException e) {
                p.fail(e);
              }
            });
    Victim victim = Victim.start(by, () -> Publishers.<String>iterate(sleeping).next());
    sleeping.awaitRequest();
    victim.awaitParked();
    assertThat(victim.stop().failure()).isInstanceOf(CancellationException.class);
    assertThat(victim.endedWithFlag()).isTrue();
    assertThat(sleeping.cancels()).as("it has ended by itself").isZero();
  }

  @Test
  @DisplayName("A10 a loop that waits uses no CPU after a stray wake-up: 1 s, under 20 ms")
  void noSpin() {
    Fork<String> loop =
        Fork.platform(() -> {
          try (Cursor<String> items = Publishers.iterate(probe)) {
            return items.next();
          }
        });
    probe.awaitRequest();
    loop.awaitParked();
    Duration before = ThreadCpu.of(loop.thread());
    LockSupport.unpark(loop.thread());
    long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
    Eventually.until("a second is over", () -> System.nanoTime() - end > 0);
    assertThat(ThreadCpu.of(loop.thread()).minus(before)).isLessThan(Duration.ofMillis(20));
    probe.next("a");
    assertThat(loop.join()).isEqualTo("a");
  }
}
