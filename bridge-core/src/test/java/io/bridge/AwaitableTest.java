package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Subscription;

@DisplayName("B9 awaitable(publisher): a source of awaitAll and awaitAny")
@Timeout(60)
class AwaitableTest {

  /** Inside request: an item, then {@code meanwhile}, then items until it is cancelled. */
  private static Probe<String> endless(Runnable meanwhile) {
    return new Probe<String>()
        .onRequest(probe -> {
          probe.next("a");
          meanwhile.run();
          for (int i = 0; i < 3 && probe.cancels() == 0; i++) {
            probe.next("b");
          }
        });
  }

  @Test
  @DisplayName("B12 cold, and each await subscribes once")
  void cold() {
    Probe<String> probe = new Probe<String>().onRequest(p -> p.next("a").complete());
    Awaitable<@Nullable String> source = Await.awaitable(probe);
    Awaitable<@Nullable String> flow = Await.awaitable(FlowAdapters.toFlowPublisher(probe));
    assertThat(probe.subscriptions()).isZero();
    assertThat(Await.<@Nullable String>await(source)).isEqualTo("a");
    assertThat(Await.<@Nullable String>awaitAll(source, source, flow)).containsOnly("a").hasSize(3);
    assertThat(probe.subscriptions()).isEqualTo(4);
    assertThat(probe.requests()).containsOnly(Long.MAX_VALUE);
    assertThat(probe.cancels()).isZero();
  }

  @Test
  @DisplayName("A18 A1 empty is null; a value awaits the end; two are too many")
  void items() {
    assertThat(Await.<@Nullable String>awaitAll(Await.awaitable(Items.of()))).containsOnlyNulls();
    Probe<String> probe = new Probe<>();
    Fork<List<@Nullable String>> fork =
        Fork.<List<@Nullable String>>virtual(
            () -> Await.<@Nullable String>awaitAll(Await.awaitable(probe)));
    probe.awaitRequest().next("a");
    fork.awaitParked();
    probe.complete();
    assertThat(fork.join()).containsExactly("a");
    Items two = Items.of("a", "b");
    Hand<String> other = new Hand<>();
    assertThatThrownBy(() -> Await.<@Nullable String>awaitAll(other, Await.awaitable(two)))
        .isExactlyInstanceOf(IllegalArgumentException.class);
    assertThat(two.cancels).isEqualTo(1);
    assertThat(other.cancels).hasSize(1);
  }

  @Test
  @DisplayName("A7 failures arrive as of await(publisher)")
  void failures() {
    IllegalStateException failure = new IllegalStateException("source");
    Awaitable<@Nullable String> source = Await.awaitable(Items.failing(failure));
    assertThat(catchThrowable(() -> Await.<@Nullable String>await(source))).isSameAs(failure);
    assertThat(catchThrowable(() -> Await.<@Nullable String>awaitAll(source))).isSameAs(failure);
    Awaitable<@Nullable String> throwing =
        Await.awaitable(
            new Probe<String>()
                .onSubscribe(p -> {
                  throw failure;
                }));
    assertThat(catchThrowable(() -> Await.<@Nullable String>awaitAll(throwing))).isSameAs(failure);
  }

  @Test
  @DisplayName("A11 a second onSubscribe is cancelled, the first goes on")
  void secondOnSubscribe() {
    AtomicInteger cancelled = new AtomicInteger();
    Subscription second =
        new Subscription() {
          @Override
          public void request(long n) {
            throw new AssertionError("requested");
          }

          @Override
          public void cancel() {
            cancelled.incrementAndGet();
          }
        };
    Probe<String> probe = new Probe<>();
    probe.onSubscribe(p -> {
      p.subscriber().onSubscribe(p);
      p.subscriber().onSubscribe(second);
      p.next("a").complete();
    });
    assertThat(Await.<@Nullable String>awaitAll(Await.awaitable(probe))).containsExactly("a");
    assertThat(cancelled).hasValue(1);
    assertThat(probe.cancels()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName("A6 A12 emitting inside request is stopped at the next item, in awaitAll too")
  void endlessIsStopped(Victim.By by) {
    CountDownLatch emitting = new CountDownLatch(1);
    Probe<String> probe =
        endless(() -> {
          emitting.countDown();
          Victim.untilStopped();
        });
    Hand<String> before = new Hand<>();
    Hand<String> behind = new Hand<>();
    try (Undelivered lost = new Undelivered()) {
      Victim victim =
          Victim.start(
              by, () -> Await.<@Nullable String>awaitAll(before, Await.awaitable(probe), behind));
      Eventually.until("emitting", () -> emitting.getCount() == 0);
      victim.stop();
      assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
      assertThat(victim.endedWithFlag()).isTrue();
      assertThat(probe.cancelThreads()).containsExactly(victim.thread());
      assertThat(before.cancels).containsExactly(victim.thread());
      assertThat(behind.subscribers).isEmpty();
      assertThat(lost.values()).containsExactlyInAnyOrder("a", "b");
      assertThat(lost.failures()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName(
      "A6 B6 a source that is stopped so and then throws an interruption: no noise, flag up")
  void endlessThenInterrupted(Victim.By by) {
    CountDownLatch emitting = new CountDownLatch(1);
    Probe<String> probe =
        new Probe<String>()
            .onRequest(p -> {
              p.next("a");
              emitting.countDown();
              Victim.untilStopped();
              p.next("b");
              AwaitableTest.<RuntimeException>sleepUnchecked(); // throws at once
            });
    Awaitable<@Nullable String> source = Await.awaitable(probe);
    try (Undelivered lost = new Undelivered()) {
      Victim victim = Victim.start(by, () -> Await.<@Nullable String>awaitAll(source));
      Eventually.until("emitting", () -> emitting.getCount() == 0);
      victim.stop();
      assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
      assertThat(victim.endedWithFlag()).isTrue();
      assertThat(probe.cancels()).isEqualTo(1);
      assertThat(lost.failures()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName("A6 A9 stopped at its next item, and the source swallows the flag: nothing hangs")
  void flagSwallowedInRequest(Victim.By by) {
    for (boolean alone : new boolean[] {true, false}) {
      CountDownLatch emitting = new CountDownLatch(1);
      Probe<String> probe =
          endless(() -> {
            emitting.countDown();
            Victim.untilStopped();
          });
      Awaitable<@Nullable String> stopped = Await.awaitable(probe);
      Awaitable<@Nullable String> source =
          suspension -> {
            stopped.subscribe(suspension);
            Thread.interrupted(); // as bad libraries do
          };
      Victim victim =
          Victim.start(
              by,
              () -> {
                if (alone) {
                  Await.<@Nullable String>await(source);
                } else {
                  Await.<@Nullable String>awaitAll(source);
                }
              });
      Eventually.until("emitting", () -> emitting.getCount() == 0);
      victim.stop();
      assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
      assertThat(probe.cancels()).isEqualTo(1);
    }
  }

  @Test
  @DisplayName("A6 a source inside request is stopped by the failure of another, or its win")
  void endlessAfterTheEnd() {
    IllegalStateException failure = new IllegalStateException("another's");
    for (boolean any : new boolean[] {false, true}) {
      Hand<@Nullable String> other = new Hand<>();
      Probe<String> probe = endless(() -> end(other, any, failure));
      Awaitable<@Nullable String> source = Await.awaitable(probe);
      Hand<@Nullable String> behind = new Hand<>();
      try (Undelivered lost = new Undelivered()) {
        if (any) {
          assertThat(Await.<@Nullable String>awaitAny(other, source, behind)).isEqualTo("won");
        } else {
          assertThat(catchThrowable(() -> Await.<@Nullable String>awaitAll(other, source, behind)))
              .isSameAs(failure);
        }
        assertThat(probe.cancelThreads()).containsExactly(Thread.currentThread());
        assertThat(behind.subscribers).isEmpty();
        assertThat(lost.failures()).isEmpty();
        assertThat(lost.values()).containsExactlyInAnyOrder("a", "b");
      }
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // erased
  private static <X extends Throwable> void sleepUnchecked() throws X {
    try {
      Thread.sleep(60_000);
    } catch (InterruptedException e) {
      throw (X) e;
    }
  }

  private static void end(Hand<@Nullable String> hand, boolean win, Throwable failure) {
    if (win) {
      hand.resume("won");
    } else {
      hand.fail(failure);
    }
  }

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName("A5 onSubscribe after the cancellation: cancelled by its bringer, no request")
  void lateOnSubscribe(Victim.By by) {
    Probe<String> probe = new Probe<String>().onSubscribe(p -> {});
    Victim victim =
        Victim.start(by, () -> Await.<@Nullable String>awaitAll(Await.awaitable(probe)));
    probe.awaitSubscriber();
    victim.awaitParked().stop();
    assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
    probe.subscriber().onSubscribe(probe);
    assertThat(probe.cancelThreads()).containsExactly(Thread.currentThread());
    assertThat(probe.requests()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName("A5 A6 A12 cancelled while it waits: once, on the awaiting thread; late signals")
  void cancelled(Victim.By by) {
    IllegalStateException failure = new IllegalStateException("late");
    Probe<String> a = new Probe<>();
    Probe<String> b = new Probe<>();
    try (Undelivered lost = new Undelivered()) {
      Victim victim =
          Victim.start(
              by, () -> Await.<@Nullable String>awaitAll(Await.awaitable(a), Await.awaitable(b)));
      b.awaitRequest();
      victim.awaitParked();
      a.next("had come");
      victim.stop();
      assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
      assertThat(a.cancelThreads()).containsExactly(victim.thread());
      assertThat(b.cancelThreads()).containsExactly(victim.thread());
      a.next("late").complete();
      b.fail(failure);
      assertThat(lost.values()).containsExactly("had come", "late");
      assertThat(lost.failures()).containsExactly(failure);
    }
  }
}
