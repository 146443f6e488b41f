package io.bridge;

import static io.bridge.Scopes.awaitEnd;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.CoroutineScope.Joiner;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A12 (2): what collects values gives up those that it returns to nobody, each once")
@Timeout(60)
class CollectedValuesTest {

  private final IllegalStateException failure = new IllegalStateException("item 1");
  private final Undelivered lost = new Undelivered();
  private final CountDownLatch never = new CountDownLatch(1);

  @AfterEach
  void close() {
    lost.close();
    assertThat(lost.failures()).isEmpty();
  }

  private static <A, B> List<B> map(
      boolean ordered, Iterable<A> items, ItemBody<A, B, Exception> body) {
    return ordered
        ? Await.<A, B>mapConcurrent(items, 8, body)
        : Await.<A, B>mapConcurrentUnordered(items, 8, body);
  }

  private String lateLoser() {
    try {
      never.await();
      return "never";
    } catch (InterruptedException cancelled) {
      return "late";
    }
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("A12 (2) S7: mapConcurrent of an Iterable, after the failure of another item")
  void failedItem(boolean ordered) {
    CountDownLatch others = new CountDownLatch(3);
    Throwable thrown =
        catchThrowable(() ->
            map(
                ordered,
                List.of(0, 1, 2, 3),
                item -> {
                  if (item == 1) {
                    others.await();
                    throw failure;
                  }
                  others.countDown();
                  return item == 3 ? lateLoser() : "value " + item;
                }));
    assertThat(thrown).isSameAs(failure);
    assertThat(lost.values()).containsExactlyInAnyOrder("value 0", "value 2", "late");
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("A12 (2) S7: mapConcurrent of an Iterable, whose iterator fails")
  void failedIterator(boolean ordered) {
    CountDownLatch begun = new CountDownLatch(1); // what is cancelled before has no value
    Iterable<Integer> items = () -> IntStream.range(0, 3).peek(i -> failAt(i, 2, begun)).iterator();
    assertThatThrownBy(() ->
            map(
                ordered,
                items,
                item -> {
                  if (item > 0) {
                    return "value";
                  }
                  begun.countDown();
                  return lateLoser();
                }))
        .isSameAs(failure);
    assertThat(lost.values()).contains("late");
    assertThat(lost.values()).isSubsetOf("late", "value");
  }

  private void failAt(int item, int at, CountDownLatch after) {
    if (item == at) {
      try {
        after.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      throw failure;
    }
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("A12 (2) S7: mapConcurrent of an Iterable, cancelled with the code around it")
  void cancelled(boolean ordered) throws Exception {
    CountDownLatch began = new CountDownLatch(2);
    Coroutine<List<String>> mapping =
        Coroutine.start(() ->
            map(
                ordered,
                List.of(0, 1),
                item -> {
                  began.countDown();
                  return item == 0 ? "value" : lateLoser();
                }));
    began.await();
    mapping.cancel();
    awaitEnd(mapping);
    assertThat(mapping.failure()).isInstanceOf(CancellationException.class);
    assertThat(lost.values()).containsExactlyInAnyOrder("value", "late");
  }

  @Test
  @DisplayName("A12 (2) S7: mapConcurrent of an Iterable, one of whose items cancels itself")
  void itemCancelsItself() {
    assertThatThrownBy(() ->
            map(
                true,
                List.of(0, 1),
                item -> {
                  if (item == 1) {
                    requireNonNull(Coroutine.current()).cancel();
                    Coroutine.checkCancelled();
                  }
                  return "value " + item;
                }))
        .hasRootCauseInstanceOf(CancellationException.class);
    assertThat(lost.values()).containsExactly("value 0");
  }

  @Test
  @DisplayName("A12 (2): what mapConcurrent returns is not given up")
  void returned() {
    assertThat(map(true, List.of(0, 1), item -> "value " + item)).hasSize(2);
    assertThat(map(false, List.of(0, 1), item -> "value " + item)).hasSize(2);
    assertThat(lost.values()).isEmpty();
  }

  @Test
  @DisplayName("A12 (2) S4: allSuccessfulOrThrow, after a failure; not what a handle was asked for")
  void allSuccessful() {
    try (var scope = CoroutineScope.open(Joiner.<String>allSuccessfulOrThrow())) {
      Coroutine<String> asked = scope.fork(() -> "asked");
      Coroutine<String> awaited = scope.fork(() -> "awaited");
      Coroutine<String> left = scope.fork(() -> "left");
      assertThat(awaited.await()).isEqualTo("awaited");
      awaitEnd(asked);
      awaitEnd(left);
      assertThat(asked.get()).isEqualTo("asked");
      scope.fork(this::lateLoser);
      scope.fork(() -> {
        throw failure;
      });
      assertThatThrownBy(scope::join).isSameAs(failure);
      assertThat(lost.values()).as("before the end").isEmpty();
    }
    assertThat(lost.values()).contains("left").isSubsetOf("left", "late");
    assertThat(lost.values()).as("once").doesNotHaveDuplicates();
  }

  @Test
  @DisplayName("A12 (2) S4: allSuccessfulOrThrow that nobody has joined")
  void notJoined() {
    try (var scope = CoroutineScope.open(Joiner.<String>allSuccessfulOrThrow())) {
      awaitEnd(scope.fork(() -> "left"));
    }
    assertThat(lost.values()).containsExactly("left");
  }

  @Test
  @DisplayName("A12 (2) S4: allSuccessfulOrThrow that was cancelled")
  void cancelledScope() {
    try (var scope = CoroutineScope.open(Joiner.<String>allSuccessfulOrThrow())) {
      awaitEnd(scope.fork(() -> "left"));
      scope.cancel();
      assertThatThrownBy(scope::join).isInstanceOf(CancellationException.class);
    }
    assertThat(lost.values()).containsExactly("left");
  }

  @Test
  @DisplayName("A12 (2) S4 T1: allSuccessfulOrThrow that ran out of time")
  void timedOutScope() throws Exception {
    TestTime time = new TestTime();
    time.run(() -> {
      try (var scope =
          CoroutineScope.open(
              Joiner.<String>allSuccessfulOrThrow(), config -> config.withTimeout(Scopes.SHORT))) {
        awaitEnd(scope.fork(() -> "left"));
        scope.fork(Scopes::forever);
        time.advance(Scopes.SHORT);
        return assertThatThrownBy(scope::join).isInstanceOf(AwaitTimeoutException.class);
      }
    });
    assertThat(lost.values()).containsExactly("left");
  }

  @Test
  @DisplayName("A12 (2) S4: anySuccessfulOrThrow gives up late losers, and a winner without a join")
  void anySuccessful() {
    CountDownLatch begun = new CountDownLatch(1);
    try (var scope = CoroutineScope.open(Joiner.<String>anySuccessfulOrThrow())) {
      scope.fork(() -> {
        begun.countDown();
        return lateLoser();
      });
      scope.fork(() -> {
        begun.await();
        return "winner";
      });
      assertThat(scope.join()).isEqualTo("winner");
    }
    assertThat(lost.values()).containsExactly("late");
    try (var scope = CoroutineScope.open(Joiner.<String>anySuccessfulOrThrow())) {
      awaitEnd(scope.fork(() -> "winner of nobody"));
    }
    assertThat(lost.values()).containsExactly("late", "winner of nobody");
  }

  @Test
  @DisplayName("A12 (2): a joiner that collects nothing leaves the values to the handles")
  void handlesOnly() {
    Coroutine<String> handle;
    try (var scope = CoroutineScope.<String>open()) {
      handle = scope.fork(() -> "the user's");
      scope.join();
    }
    assertThat(lost.values()).isEmpty();
    assertThat(handle.get()).isEqualTo("the user's");
  }

  @Test
  @DisplayName(
      "A12 (2) B6: they are given up with the interrupt flag down, which is up again after")
  void flagDown() throws Exception {
    List<Boolean> flags = new ArrayList<>();
    try (Registration reg =
        Undeliverable.onDiscard(v -> flags.add(Thread.currentThread().isInterrupted()))) {
      CountDownLatch ended = new CountDownLatch(1);
      Coroutine<?> around =
          Coroutine.start(() -> {
            try (var scope = CoroutineScope.open(Joiner.<String>allSuccessfulOrThrow())) {
              awaitEnd(scope.fork(() -> "left"));
              ended.countDown();
              Await.await(new Hand<String>());
            }
          });
      ended.await();
      around.cancel();
      awaitEnd(around);
      assertThat(reg).isNotNull();
    }
    assertThat(flags).containsExactly(false);
  }

  @ParameterizedTest(name = "ordered {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("A12 (2): each value of mapConcurrent is given up once, whenever another item fails")
  void race(boolean ordered) {
    for (int round = 0; round < Races.ROUNDS / 50; round++) {
      Set<Object> made = ConcurrentHashMap.newKeySet();
      int before = lost.values().size();
      assertThatThrownBy(() ->
              map(
                  ordered,
                  IntStream.range(0, 8).boxed().toList(),
                  item -> {
                    Races.spinNanos(ThreadLocalRandom.current().nextLong(50_000));
                    failAt(item, 4, new CountDownLatch(0));
                    Object value = new Object();
                    made.add(value);
                    return value;
                  }))
          .isSameAs(failure);
      List<Object> values = lost.values();
      assertThat(values.subList(before, values.size())).containsExactlyInAnyOrderElementsOf(made);
    }
  }
}
