package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Nulls;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("section 2, awaitAny: the first value, or the last failure")
@Timeout(60)
class AwaitAnyTest {

  /** A failure whose getCause is as hostile as a source's own type may be. */
  private static final class HostileCause extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private boolean armed = true;

    @Override
    public synchronized @Nullable Throwable getCause() {
      if (armed) {
        throw new IllegalStateException("getCause");
      }
      return null;
    }

    synchronized void disarm() {
      armed = false;
    }
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  @DisplayName("A5 A12 the first value wins, losers are cancelled once by the awaiting thread")
  void first(Where where) {
    Hand<String> a = new Hand<>();
    Hand<String> b = new Hand<>();
    Hand<String> c = new Hand<>();
    IllegalStateException late = new IllegalStateException("late");
    try (Undelivered lost = new Undelivered()) {
      Fork<String> fork = where.<String>fork(() -> Await.<String>awaitAny(a, b, c));
      c.get();
      fork.awaitParked();
      b.resume("b");
      assertThat(fork.join()).isEqualTo("b");
      assertThat(a.cancels).containsExactly(fork.thread());
      assertThat(b.cancels).isEmpty();
      assertThat(c.cancels).containsExactly(fork.thread());
      a.resume("a");
      c.fail(late);
      assertThat(lost.values()).containsExactly("a");
      assertThat(lost.failures()).containsExactly(late);
    }
  }

  @Test
  @DisplayName("A18 null wins too; a value in place: sources behind it are not subscribed")
  void inPlace() {
    Hand<@Nullable String> before = new Hand<>();
    Hand<@Nullable String> behind = new Hand<>();
    Awaitable<@Nullable String> none = s -> s.resume(Nulls.<String>smuggled());
    assertThat(Await.<@Nullable String>awaitAny(List.of(before, none, behind))).isNull();
    assertThat(before.cancels).containsExactly(Thread.currentThread());
    assertThat(behind.subscribers).isEmpty();
  }

  @Test
  @DisplayName("section 8: nothing to await is an IllegalArgumentException")
  void empty() {
    assertThatThrownBy(() -> Await.<String>awaitAny(List.of()))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessage("awaitables is empty");
    assertThatThrownBy(() -> Await.<String>awaitAny())
        .isExactlyInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @DisplayName("A12 failures before the win go nowhere")
  void failuresBeforeTheWin() throws Exception {
    IllegalStateException failure = new IllegalStateException("before");
    try (Undelivered lost = new Undelivered()) {
      String value =
          Await.<String>awaitAny(
              List.of(
                  s -> s.fail(failure),
                  s -> {
                    throw new IOException("before");
                  },
                  s -> s.resume("won")));
      assertThat(value).isEqualTo("won");
      assertThat(lost.failures()).isEmpty();
      assertThat(lost.values()).isEmpty();
    }
    assertThat(failure).hasNoSuppressedExceptions();
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  @DisplayName("A7 A8 all failed: the last is thrown, the others and the place are suppressed")
  void allFailed(Where where) {
    IllegalStateException first = new IllegalStateException("first");
    IllegalStateException second = new IllegalStateException("second");
    IllegalStateException last = new IllegalStateException("last");
    Hand<String> a = new Hand<>();
    Hand<String> b = new Hand<>();
    Hand<String> c = new Hand<>();
    Fork<String> fork = where.<String>fork(() -> Await.<String>awaitAny(a, b, c));
    c.fail(first);
    b.fail(second);
    fork.awaitParked();
    a.fail(last);
    assertThat(fork.joinFailure()).isSameAs(last);
    assertThat(last.getSuppressed()).hasSize(3).startsWith(first, second);
    assertThat(last.getSuppressed()[2]).hasToString(last.getSuppressed()[2].getMessage());
    assertThat(last.getSuppressed()[2].getMessage()).contains("io.bridge.AwaitAnyTest.");
  }

  @Test
  @DisplayName("A7 the last failure is checked: the siblings are on it, in its CompletionException")
  void lastIsChecked() {
    IllegalStateException first = new IllegalStateException("first");
    IOException last = new IOException("last");
    assertThatThrownBy(() -> Await.<String>awaitAny(List.of(s -> s.fail(first), s -> s.fail(last))))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isSameAs(last);
    assertThat(last.getSuppressed()).containsExactly(first);
  }

  @Test
  @DisplayName("A8 of 20 failures at most 8 go onto the last, with the place")
  void bound() {
    List<Awaitable<String>> failing = new ArrayList<>();
    IntStream.range(0, 20)
        .forEach(i -> failing.add(s -> s.fail(new IllegalStateException("no " + i))));
    Throwable thrown = catchThrowable(() -> Await.<String>awaitAny(failing));
    assertThat(thrown).hasMessage("no 19");
    assertThat(thrown.getSuppressed()).hasSize(8);
  }

  @Test
  @DisplayName(
      "A8 a failure that the other one has as its cause, and the same object, are not added")
  void reachable() {
    IllegalStateException cause = new IllegalStateException("cause");
    IllegalStateException effect = new IllegalStateException("effect", cause);
    for (List<IllegalStateException> pair :
        List.of(List.of(cause, effect), List.of(effect, cause), List.of(cause, cause))) {
      assertThat(
              catchThrowable(() ->
                  Await.<String>awaitAny(
                      List.of(s -> s.fail(pair.get(0)), s -> s.fail(pair.get(1))))))
          .isSameAs(pair.get(1));
    }
    assertThat(cause.getSuppressed()).doesNotContain(cause, effect);
    assertThat(effect.getSuppressed()).doesNotContain(cause, effect);
  }

  @Test
  @DisplayName("A8 no cycle: two shared failures, each the last one once")
  void noCycle() {
    IllegalStateException a = new IllegalStateException("a");
    IllegalStateException b = new IllegalStateException("b");
    Awaitable<String> failingA = s -> s.fail(a);
    Awaitable<String> failingB = s -> s.fail(b);
    assertThat(catchThrowable(() -> Await.<String>awaitAny(failingA, failingB))).isSameAs(b);
    assertThat(catchThrowable(() -> Await.<String>awaitAny(failingB, failingA))).isSameAs(a);
    assertThat(catchThrowable(() -> Await.<String>awaitAny(failingA, failingB))).isSameAs(b);
    assertThat(b.getSuppressed()).containsOnlyOnce(a);
    assertThat(a.getSuppressed()).doesNotContain(b);
  }

  @Test
  @DisplayName("A11 a failure whose getCause throws ends the await, and nothing hits its source")
  void hostileFailure() {
    HostileCause hostile = new HostileCause();
    IllegalStateException other = new IllegalStateException("other");
    Throwable first =
        catchThrowable(
            () -> Await.<String>awaitAny(List.of(s -> s.fail(other), s -> s.fail(hostile))));
    Throwable second =
        catchThrowable(
            () -> Await.<String>awaitAny(List.of(s -> s.fail(hostile), s -> s.fail(other))));
    hostile.disarm();
    assertThat(first).isSameAs(hostile);
    assertThat(second).isSameAs(other);
  }

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName("A5 A6 own cancellation cancels all once, on the awaiting thread")
  void cancelled(Victim.By by) {
    Hand<String> a = new Hand<>();
    Hand<String> b = new Hand<>();
    Victim victim = Victim.start(by, () -> Await.<String>awaitAny(a, b));
    b.get();
    victim.awaitParked().stop();
    assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
    assertThat(victim.endedWithFlag()).isTrue();
    assertThat(a.cancels).containsExactly(victim.thread());
    assertThat(b.cancels).containsExactly(victim.thread());
  }

  @Test
  @DisplayName("A7 a foreign cancellation is a failure like any other")
  void foreignCancellation() {
    CancellationException foreign = new CancellationException("somebody else's");
    assertThat(Await.<String>awaitAny(List.of(s -> s.fail(foreign), s -> s.resume("a"))))
        .isEqualTo("a");
    assertThatThrownBy(() -> Await.<String>awaitAny(List.of(s -> s.fail(foreign))))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isSameAs(foreign);
  }
}
