package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Nulls;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("section 2, awaitAll: all values, or the first failure")
@Timeout(60)
class AwaitAllTest {

  private static final Duration SECOND = Duration.ofSeconds(1);

  @ParameterizedTest
  @EnumSource(Where.class)
  @DisplayName("A18 values in the order of the sources, null too; returns when the last has come")
  void order(Where where) {
    Hand<@Nullable String> a = new Hand<>();
    Hand<@Nullable String> b = new Hand<>();
    Hand<@Nullable String> c = new Hand<>();
    Fork<List<@Nullable String>> fork =
        where.<List<@Nullable String>>fork(() -> Await.<@Nullable String>awaitAll(a, b, c));
    c.resume("c");
    b.resume(null);
    fork.awaitParked();
    a.resume("a");
    List<@Nullable String> values = fork.join();
    assertThat(values).containsExactly("a", null, "c");
    assertThatThrownBy(values::clear).isInstanceOf(UnsupportedOperationException.class);
    for (Hand<@Nullable String> hand : List.of(a, b, c)) {
      assertThat(hand.cancels).isEmpty();
      assertThat(hand.subscribers).containsExactly(fork.thread());
    }
  }

  @Test
  @DisplayName("a collection, a pair, a triple; values in place")
  void forms() {
    Awaitable<String> a = s -> s.resume("a");
    Awaitable<Integer> one = s -> s.resume(1);
    Awaitable<Long> two = s -> s.resume(2L);
    assertThat(Await.<String>awaitAll(List.of(a, a))).containsExactly("a", "a");
    assertThat(Await.<Object>awaitAll(a, one)).containsExactly("a", 1);
    String pair = Await.<String, Integer, String>awaitAll(a, one, (x, y) -> x + y);
    assertThat(pair).isEqualTo("a1");
    String triple =
        Await.<String, Integer, Long, String>awaitAll(a, one, two, (x, y, z) -> x + y + z);
    assertThat(triple).isEqualTo("a12");
    IllegalStateException failure = new IllegalStateException("combiner");
    assertThat(
            catchThrowable(() ->
                Await.<String, Integer, String>awaitAll(
                    a,
                    one,
                    (x, y) -> {
                      throw failure;
                    })))
        .isSameAs(failure);
  }

  @Test
  @DisplayName("nothing to await is an empty list")
  void empty() {
    assertThat(Await.<String>awaitAll(List.of())).isEmpty();
    assertThat(Await.<String>awaitAll()).isEmpty();
  }

  @Test
  @DisplayName("A2 a refused thread is refused with nothing to await too, and nothing subscribed")
  void guard() {
    Hand<String> hand = new Hand<>();
    Thread own = Thread.currentThread();
    try (Registration refused = Await.rejectOn(thread -> thread == own)) {
      assertThat(refused).isNotNull();
      assertThatThrownBy(() -> Await.<String>awaitAll(List.of()))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> Await.<String>awaitAll(hand))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> Await.<String>awaitAny(hand))
          .isInstanceOf(IllegalStateException.class);
    }
    assertThat(hand.subscribers).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName("A3 cancelled or interrupted before: throws, with nothing to await too")
  void before(Victim.By by) {
    Hand<String> hand = new Hand<>();
    Victim victim =
        Victim.start(
            by,
            () -> {
              Victim.untilStopped();
              assertThatThrownBy(() -> Await.<String>awaitAll(hand))
                  .isExactlyInstanceOf(CancellationException.class);
              assertThatThrownBy(() -> Await.<String>awaitAny(hand))
                  .isExactlyInstanceOf(CancellationException.class);
              Await.<String>awaitAll(List.of());
            });
    victim.stop();
    assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
    assertThat(victim.endedWithFlag()).isTrue();
    assertThat(hand.subscribers).isEmpty();
  }

  @Test
  @DisplayName("section 8: a null source is named, and nothing is subscribed")
  void nullElement() {
    Hand<String> hand = new Hand<>();
    Awaitable<String> none = Nulls.<Awaitable<String>>smuggled();
    List<Awaitable<String>> list = new ArrayList<>(List.of(hand));
    list.add(none);
    for (Fork.Action call :
        List.<Fork.Action>of(
            () -> Await.<String>awaitAll(hand, none),
            () -> Await.<String>awaitAll(list),
            () -> Await.<String>awaitAny(hand, none),
            () -> Await.<String>awaitAny(list))) {
      assertThatThrownBy(call::run)
          .isExactlyInstanceOf(NullPointerException.class)
          .hasMessage("awaitables[1]");
    }
    assertThat(hand.subscribers).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  @DisplayName("A5 A7 A12 the first failure is thrown, the rest cancelled once by its thread")
  void firstFailure(Where where) {
    IllegalStateException failure = new IllegalStateException("first");
    Hand<String> a = new Hand<>();
    Hand<String> b = new Hand<>();
    Hand<String> c = new Hand<>();
    try (Undelivered lost = new Undelivered()) {
      Fork<List<String>> fork = where.fork(() -> Await.<String>awaitAll(a, b, c));
      c.get();
      fork.awaitParked();
      a.resume("had come");
      b.fail(failure);
      assertThat(fork.joinFailure()).isSameAs(failure);
      assertThat(a.cancels).isEmpty();
      assertThat(b.cancels).isEmpty();
      assertThat(c.cancels).containsExactly(fork.thread());
      assertThat(lost.values()).containsExactly("had come");
      assertThat(lost.failures()).isEmpty();
    }
  }

  @Test
  @DisplayName("A7 a checked failure, an Error and a foreign cancellation arrive as of one await")
  void failures() {
    IOException checked = new IOException("checked");
    CancellationException foreign = new CancellationException("somebody else's");
    AssertionError error = new AssertionError("an Error");
    for (Exception failure : List.of(checked, foreign)) {
      assertThatThrownBy(() -> Await.<String>awaitAll(List.of(s -> s.fail(failure))))
          .isInstanceOf(CompletionException.class)
          .cause()
          .isSameAs(failure);
    }
    assertThat(catchThrowable(() -> Await.<String>awaitAll(List.of(s -> s.fail(error)))))
        .isSameAs(error);
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  @DisplayName("A5 a failure while subscribing: sources behind it are not subscribed")
  void failureWhileSubscribing(Where where) {
    IllegalStateException failure = new IllegalStateException("in place");
    Hand<String> a = new Hand<>();
    Hand<String> b = new Hand<>();
    Fork<List<String>> fork =
        where.fork(
            () -> Await.<String>awaitAll(List.<Awaitable<String>>of(a, s -> s.fail(failure), b)));
    assertThat(fork.joinFailure()).isSameAs(failure);
    assertThat(a.cancels).containsExactly(fork.thread());
    assertThat(b.subscribers).isEmpty();
  }

  @Test
  @DisplayName("A16 A5 a throwing subscribe is a failure; what it registered is stopped, once")
  void subscribeThrows() {
    IOException failure = new IOException("subscribe");
    Hand<String> a = new Hand<>();
    Hand<String> throwing = new Hand<>();
    Hand<String> b = new Hand<>();
    Awaitable<String> second =
        s -> {
          throwing.subscribe(s);
          throw failure;
        };
    assertThatThrownBy(() -> Await.<String>awaitAll(a, second, b))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isSameAs(failure);
    throwing.get().onCancel(() -> throwing.cancels.add(Thread.currentThread()));
    Thread own = Thread.currentThread();
    assertThat(a.cancels).containsExactly(own);
    assertThat(throwing.cancels).as("the late action too").containsExactly(own, own);
    assertThat(b.subscribers).isEmpty();
  }

  @Test
  @DisplayName("A16 A5 what a throwing subscribe registered is stopped with the flag down")
  void subscribeThrows_flagDown() {
    List<Boolean> flags = Collections.synchronizedList(new ArrayList<>());
    IllegalStateException failure = new IllegalStateException("subscribe");
    Fork<Boolean> fork =
        Fork.virtual(() -> {
          assertThatThrownBy(() ->
                  Await.<String>awaitAll(
                      List.of(s -> {
                        s.onCancel(() -> flags.add(Thread.currentThread().isInterrupted()));
                        Thread.currentThread().interrupt();
                        throw failure;
                      })))
              .isSameAs(failure);
          return Thread.interrupted();
        });
    assertThat(fork.join()).as("the flag afterwards").isTrue();
    assertThat(flags).containsExactly(false);
  }

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName("A5 A6 A12 own cancellation cancels all once, on the awaiting thread")
  void cancelled(Victim.By by) {
    Hand<String> a = new Hand<>();
    Hand<String> b = new Hand<>();
    Hand<String> c = new Hand<>();
    try (Undelivered lost = new Undelivered()) {
      Victim victim = Victim.start(by, () -> Await.<String>awaitAll(a, b, c));
      c.get();
      victim.awaitParked();
      b.resume("had come");
      victim.stop();
      assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
      assertThat(victim.endedWithFlag()).isTrue();
      assertThat(a.cancels).containsExactly(victim.thread());
      assertThat(b.cancels).isEmpty();
      assertThat(c.cancels).containsExactly(victim.thread());
      assertThat(lost.values()).containsExactly("had come");
      assertThat(lost.failures()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  @DisplayName("T1 A5 a timeout cancels all once, on the awaiting thread")
  void timedOut(Where where) {
    TestTime time = new TestTime();
    Hand<String> a = new Hand<>();
    Hand<String> b = new Hand<>();
    Fork<List<String>> fork =
        where.<List<String>>fork(() ->
            time.run(() -> Coroutine.withTimeout(SECOND, () -> Await.<String>awaitAll(a, b))));
    b.get();
    fork.awaitParked();
    time.advance(SECOND);
    assertThat(fork.joinFailure()).isExactlyInstanceOf(AwaitTimeoutException.class);
    assertThat(a.cancels).containsExactly(fork.thread());
    assertThat(b.cancels).containsExactly(fork.thread());
  }

  @Test
  @DisplayName("A12 after a cancellation: values discarded, failures reported, the echo is not")
  void late() {
    IllegalStateException failure = new IllegalStateException("late");
    Hand<String> a = new Hand<>();
    Hand<String> b = new Hand<>();
    Hand<String> c = new Hand<>();
    try (Undelivered lost = new Undelivered()) {
      Victim victim = Victim.start(Victim.By.CANCEL, () -> Await.<String>awaitAll(a, b, c));
      c.get();
      victim.awaitParked().stop();
      assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
      a.resume("late");
      b.fail(failure);
      c.fail(new CancellationException("echo"));
      assertThat(lost.values()).containsExactly("late");
      assertThat(lost.failures()).containsExactly(failure);
    }
  }

  @Test
  @DisplayName("A16 A12 a second outcome of one source changes nothing and is not lost")
  void secondOutcome() {
    IllegalStateException failure = new IllegalStateException("second");
    try (Undelivered lost = new Undelivered()) {
      Awaitable<String> twice =
          s -> {
            s.resume("a");
            s.resume("b");
            s.fail(failure);
          };
      assertThat(Await.<String>awaitAll(twice, twice)).containsExactly("a", "a");
      assertThat(lost.values()).containsExactly("b", "b");
      assertThat(lost.failures()).containsExactly(failure, failure);
    }
  }

  @Test
  @DisplayName("S8 one park for all and no thread per source")
  void onePark() {
    List<Hand<Integer>> hands =
        IntStream.range(0, 1_000).mapToObj(i -> new Hand<Integer>()).toList();
    Fork<List<Integer>> fork = Fork.platform(() -> Await.<Integer>awaitAll(hands));
    hands.get(999).get();
    fork.awaitParked();
    Object blocker = LockSupport.getBlocker(fork.thread());
    Set<Thread> threads = Thread.getAllStackTraces().keySet();
    assertThat(threads.stream().filter(t -> t.getName().equals("fork"))).hasSize(1);
    assertThat(threads.stream().map(Thread::getName).filter(n -> n.startsWith("bridge-coroutine")))
        .isEmpty();
    for (int i = 0; i < 999; i++) {
      hands.get(i).resume(i);
      assertThat(LockSupport.getBlocker(fork.thread())).isSameAs(blocker);
    }
    hands.get(999).resume(999);
    assertThat(fork.join()).isEqualTo(IntStream.range(0, 1_000).boxed().toList());
    assertThat(hands).allSatisfy(h -> assertThat(h.subscribers).containsExactly(fork.thread()));
  }

  @Test
  @DisplayName("S1 coroutines inside coroutines; one that fails leaves the others running")
  void coroutines() {
    IllegalStateException failure = new IllegalStateException("child");
    CountDownLatch end = new CountDownLatch(1);
    Coroutine<String> slow =
        Coroutine.start(() -> {
          end.await();
          return "slow";
        });
    Coroutine<List<String>> inner =
        Coroutine.start(
            () -> Await.<String>awaitAll(Coroutine.start(() -> "a"), Coroutine.start(() -> "b")));
    Coroutine<List<List<String>>> outer =
        Coroutine.start(() -> Await.<List<String>>awaitAll(inner, inner));
    assertThat(outer.await()).containsExactly(List.of("a", "b"), List.of("a", "b"));
    Coroutine<String> failing =
        Coroutine.start(() -> {
          throw failure;
        });
    assertThat(catchThrowable(() -> Await.<String>awaitAll(slow, failing))).isSameAs(failure);
    assertThat(slow.isDone()).isFalse();
    end.countDown();
    assertThat(slow.await()).isEqualTo("slow");
  }

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName("A7 A9 a source that is interrupted in place ends the whole await as an interrupt")
  void blockingSource(Victim.By by) {
    Hand<String> a = new Hand<>();
    Hand<String> b = new Hand<>();
    CountDownLatch inside = new CountDownLatch(1);
    Awaitable<String> blocking =
        s -> {
          inside.countDown();
          Thread.sleep(60_000);
        };
    try (Undelivered lost = new Undelivered()) {
      Victim victim = Victim.start(by, () -> Await.<String>awaitAll(a, blocking, b));
      Eventually.until("inside", () -> inside.getCount() == 0);
      victim.awaitParked().stop();
      assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
      assertThat(victim.endedWithFlag()).isTrue();
      assertThat(a.cancels).containsExactly(victim.thread());
      assertThat(b.subscribers).isEmpty();
      assertThat(lost.failures()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Victim.By.class)
  @DisplayName("A9 A12 interrupted in place behind its value: the flag stays up, nothing is lost")
  void blockingBehindTheValue(Victim.By by) {
    Hand<String> never = new Hand<>();
    CountDownLatch inside = new CountDownLatch(1);
    Awaitable<String> blocking =
        s -> {
          s.resume("a");
          inside.countDown();
          Thread.sleep(60_000);
        };
    try (Undelivered lost = new Undelivered()) {
      Victim victim = Victim.start(by, () -> Await.<String>awaitAll(blocking, never));
      Eventually.until("inside", () -> inside.getCount() == 0);
      victim.awaitParked().stop();
      assertThat(victim.failure()).isExactlyInstanceOf(CancellationException.class);
      assertThat(victim.endedWithFlag()).isTrue();
      assertThat(lost.failures()).isEmpty();
      assertThat(lost.values()).containsExactly("a");
    }
  }
}
