package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Nulls;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("A16 any callback API: suspend and Awaitable")
@Timeout(60)
class SuspendTest {

  /** A callback API that keeps what it was given. */
  private static final class Callback implements Awaitable<String> {
    final AtomicReference<@Nullable Suspension<? super String>> suspension =
        new AtomicReference<>();
    final List<Thread> cancels = new CopyOnWriteArrayList<>();

    @Override
    public void subscribe(Suspension<? super String> newSuspension) {
      newSuspension.onCancel(() -> cancels.add(Thread.currentThread()));
      suspension.set(newSuspension);
    }

    Suspension<? super String> get() {
      Eventually.until("subscribed", () -> suspension.get() != null);
      Suspension<? super String> now = suspension.get();
      if (now == null) {
        throw new AssertionError();
      }
      return now;
    }
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  @DisplayName("A16 resume in place and later, on both kinds of thread")
  void resume(Where where) {
    assertThat(where.fork(() -> Await.<String>suspend(s -> s.resume("a"))).join()).isEqualTo("a");
    Callback callback = new Callback();
    Fork<String> fork = where.fork(() -> Await.<String>await(callback));
    callback.get();
    fork.awaitParked();
    callback.get().resume("b");
    assertThat(fork.join()).isEqualTo("b");
    assertThat(callback.cancels).isEmpty();
  }

  @Test
  @DisplayName("A16 A18 null is a value")
  void resumeNull() {
    assertThat(Await.<String>suspend(s -> s.resume(Nulls.<String>smuggled()))).isNull();
  }

  @Test
  @DisplayName("A16 fail ends the await, fail(null) as a NullPointerException")
  void fail() {
    IllegalStateException failure = new IllegalStateException("fail");
    assertThat(catchThrowable(() -> Await.<String>suspend(s -> s.fail(failure)))).isSameAs(failure);
    assertThatThrownBy(() -> Await.<String>suspend(s -> s.fail(Nulls.<Throwable>smuggled())))
        .isInstanceOf(NullPointerException.class);
  }

  @Test
  @DisplayName("A16 A12 a second outcome never throws and goes to Undeliverable")
  void secondOutcome() {
    IllegalStateException failure = new IllegalStateException("second");
    try (Undelivered lost = new Undelivered()) {
      String value =
          Await.suspend(s -> {
            s.resume("a");
            s.resume("b");
            s.fail(failure);
          });
      assertThat(value).isEqualTo("a");
      assertThat(lost.values()).containsExactly("b");
      assertThat(lost.failures()).containsExactly(failure);
    }
  }

  @Test
  @DisplayName("A16 A12 a failure first: a later value is discarded")
  void failThenResume() {
    IllegalStateException failure = new IllegalStateException("first");
    try (Undelivered lost = new Undelivered()) {
      assertThat(
              catchThrowable(() ->
                  Await.<String>suspend(s -> {
                    s.fail(failure);
                    s.resume("late");
                  })))
          .isSameAs(failure);
      assertThat(lost.values()).containsExactly("late");
      assertThat(lost.failures()).isEmpty();
    }
  }

  @Test
  @DisplayName("A16 A7 a throwing body counts as fail; checked, unchecked and Error")
  void throwingBody() {
    IllegalStateException unchecked = new IllegalStateException("body");
    assertThat(
            catchThrowable(() ->
                Await.<String>suspend(s -> {
                  throw unchecked;
                })))
        .isSameAs(unchecked);
    IOException checked = new IOException("body");
    assertThatThrownBy(() ->
            Await.<String>suspend(s -> {
              throw checked;
            }))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isSameAs(checked);
    AssertionError error = new AssertionError("body");
    assertThat(
            catchThrowable(() ->
                Await.<String>suspend(s -> {
                  throw error;
                })))
        .isSameAs(error);
  }

  @Test
  @DisplayName("A16 A5 a body that throws after onCancel has its work stopped")
  void throwingBodyCancels() {
    Callback callback = new Callback();
    IllegalStateException failure = new IllegalStateException("body");
    assertThat(
            catchThrowable(() ->
                Await.<String>suspend(s -> {
                  callback.subscribe(s);
                  throw failure;
                })))
        .isSameAs(failure);
    assertThat(callback.cancels).containsExactly(Thread.currentThread());
  }

  @Test
  @DisplayName("A16 A12 a body that throws after resume: the value wins, no onCancel action runs")
  void throwingBodyAfterResume() {
    Callback callback = new Callback();
    IllegalStateException failure = new IllegalStateException("body");
    try (Undelivered lost = new Undelivered()) {
      String value =
          Await.suspend(s -> {
            callback.subscribe(s);
            s.resume("a");
            throw failure;
          });
      callback.get().onCancel(() -> callback.cancels.add(Thread.currentThread()));
      assertThat(value).isEqualTo("a");
      assertThat(lost.failures()).containsExactly(failure);
      assertThat(callback.cancels).as("never after an outcome").isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName("A16 A6 onCancel runs once, on the awaiting thread")
  void onCancel(Victim.By by) {
    Callback callback = new Callback();
    Victim victim = Victim.start(by, () -> Await.<String>await(callback));
    callback.get();
    victim.awaitParked().stop();
    assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
    assertThat(callback.cancels).containsExactly(victim.thread());
  }

  @Test
  @DisplayName("A16 several onCancel actions run in order, a throwing one is reported")
  void severalActions() {
    CountDownLatch inside = new CountDownLatch(1);
    List<Integer> order = new CopyOnWriteArrayList<>();
    IllegalStateException failure = new IllegalStateException("action");
    try (Undelivered lost = new Undelivered()) {
      Victim victim =
          Victim.start(
              Victim.By.CANCEL,
              () ->
                  Await.<String>suspend(s -> {
                    s.onCancel(() -> order.add(1));
                    s.onCancel(() -> {
                      throw failure;
                    });
                    s.onCancel(() -> order.add(2));
                    inside.countDown();
                  }));
      Eventually.until("inside", () -> inside.getCount() == 0);
      victim.awaitParked().stop();
      assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
      assertThat(order).containsExactly(1, 2);
      assertThat(lost.failures()).containsExactly(failure);
    }
  }

  @Test
  @DisplayName("A16 A5 onCancel after the cancellation runs at once on the calling thread")
  void lateOnCancel() {
    AtomicReference<@Nullable Suspension<? super String>> kept = new AtomicReference<>();
    List<Thread> ran = new CopyOnWriteArrayList<>();
    Victim victim = Victim.start(Victim.By.CANCEL, () -> Await.<String>suspend(kept::set));
    Eventually.until("subscribed", () -> kept.get() != null);
    victim.awaitParked().stop();
    assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
    Suspension<? super String> suspension = kept.get();
    assertThat(suspension).isNotNull();
    if (suspension != null) {
      suspension.onCancel(() -> ran.add(Thread.currentThread()));
    }
    assertThat(ran).containsExactly(Thread.currentThread());
  }

  @Test
  @DisplayName("A16 A12 outcomes after the cancellation go to Undeliverable")
  void lateOutcome() {
    Callback callback = new Callback();
    IllegalStateException failure = new IllegalStateException("late");
    try (Undelivered lost = new Undelivered()) {
      Victim victim = Victim.start(Victim.By.CANCEL, () -> Await.<String>await(callback));
      callback.get();
      victim.awaitParked().stop();
      assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
      callback.get().resume("late");
      callback.get().fail(failure);
      assertThat(lost.values()).containsExactly("late");
      assertThat(lost.failures()).containsExactly(failure);
    }
  }

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName("A7 A9 a body that blocks in place is interrupted: CancellationException, flag up")
  void blockingBody(Victim.By by) {
    CountDownLatch inside = new CountDownLatch(1);
    Victim victim =
        Victim.start(
            by,
            () ->
                Await.<String>suspend(s -> {
                  inside.countDown();
                  Thread.sleep(60_000);
                }));
    Eventually.until("inside", () -> inside.getCount() == 0);
    victim.awaitParked().stop();
    assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
    assertThat(victim.endedWithFlag()).as("the interrupt flag").isTrue();
  }

  @Test
  @DisplayName("A13 actions before resume happen-before the return of the await")
  void happensBefore() {
    for (int i = 0; i < 200; i++) {
      int[] plain = new int[1];
      int expected = i + 1;
      Await.<String>suspend(s ->
          Thread.startVirtualThread(() -> {
            plain[0] = expected;
            s.resume("a");
          }));
      assertThat(plain[0]).isEqualTo(expected);
    }
  }
}
