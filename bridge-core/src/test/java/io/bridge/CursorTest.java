package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("I1 a cursor is a plain for loop, and whatever ends it cancels once")
@Timeout(60)
class CursorTest {

  /** How a loop is left before the end of its items. */
  enum Leaving {
    BREAK,
    RETURN,
    EXCEPTION,
    ERROR
  }

  /** How the body of a coroutine ends. */
  enum Ending {
    RETURN,
    EXCEPTION,
    CANCEL
  }

  private final Probe<String> probe = new Probe<>();

  @Test
  @DisplayName("I1 a plain for loop over a body of another thread, many more items than prefetched")
  void loop() {
    List<Integer> seen = new ArrayList<>();
    try (Cursor<Integer> items =
        Publishers.iterate(
            Publishers.<Integer>publisher(emitter -> {
              for (int i = 0; i < 10_000; i++) {
                emitter.emit(i);
              }
            }))) {
      for (int item : items) {
        seen.add(item);
      }
      assertThat(items.hasNext()).isFalse();
      assertThatThrownBy(items::next).isInstanceOf(NoSuchElementException.class);
    }
    assertThat(seen).hasSize(10_000).isSorted();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("I1 leaving the loop in any way cancels once, through try")
  void leaving(Leaving how) {
    probe.onRequest(p -> p.next("a").next("b"));
    Fork<String> fork = Fork.virtual(() -> leave(how));
    switch (how) {
      case BREAK, RETURN -> assertThat(fork.join()).isEqualTo(how.name());
      case EXCEPTION -> assertThat(fork.joinFailure()).isInstanceOf(IOException.class);
      case ERROR -> assertThat(fork.joinFailure()).isExactlyInstanceOf(Error.class);
    }
    assertThat(probe.cancels()).isEqualTo(1);
    assertThat(probe.overlapped()).isFalse();
  }

  private String leave(Leaving how) throws Exception {
    try (Cursor<String> items = Publishers.iterate(probe)) {
      for (String item : items) {
        assertThat(item).isEqualTo("a");
        if (how == Leaving.BREAK) {
          break;
        }
        if (how == Leaving.RETURN) {
          return how.name();
        }
        if (how == Leaving.EXCEPTION) {
          throw new IOException("of the body");
        }
        throw new Error("of the body");
      }
    }
    return Leaving.BREAK.name();
  }

  @Test
  @DisplayName("I1 there is one run: a second iterator is refused, and nothing is lost by that")
  void secondIterator() {
    probe.onRequest(p -> p.next("a").complete());
    try (Cursor<String> items = Publishers.iterate(probe)) {
      assertThat(items.iterator()).isSameAs(items);
      assertThatThrownBy(items::iterator).isExactlyInstanceOf(IllegalStateException.class);
      assertThat(items.next()).isEqualTo("a");
    }
    assertThat(probe.cancels()).as("the source has ended").isZero();
  }

  @Test
  @DisplayName("I1 closing twice cancels once; after it there is no item")
  void closeTwice() {
    Cursor<String> items = Publishers.iterate(probe);
    probe.next("a");
    assertThat(items.hasNext()).isTrue();
    items.close();
    items.close();
    assertThat(items.hasNext()).isFalse();
    assertThatThrownBy(items::next).isInstanceOf(NoSuchElementException.class);
    assertThat(probe.cancels()).isEqualTo(1);
  }

  @Test
  @DisplayName("I1 a close from another thread ends a loop that waits")
  void closeElsewhere() {
    Cursor<String> items = Publishers.iterate(probe);
    Fork<List<String>> loop =
        Fork.virtual(() -> {
          List<String> seen = new ArrayList<>();
          items.forEachRemaining(seen::add);
          return seen;
        });
    probe.next("a");
    loop.awaitParked();
    items.close();
    assertThat(loop.join()).isSubsetOf("a"); // the park may have been the one before it
    assertThat(probe.cancels()).isEqualTo(1);
  }

  @Test
  @DisplayName("I1 an item that hasNext has promised is returned, though closed by another thread")
  void closeBetween() {
    try (Undelivered lost = new Undelivered();
        Cursor<String> items = Publishers.iterate(probe)) {
      probe.next("a").next("b");
      assertThat(items.hasNext()).isTrue();
      assertThat(Fork.platform(items::close).join()).isEqualTo("done");
      assertThat(items.next()).as("no NoSuchElementException out of a for loop").isEqualTo("a");
      assertThat(items.hasNext()).isFalse();
      assertThat(lost.values()).containsExactly("b");
    }
    assertThat(probe.cancels()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("I1 without try it is cancelled when the coroutine ends, in whatever way")
  void coroutineEnds(Ending how) {
    AtomicBoolean sleeps = new AtomicBoolean();
    try (Undelivered lost = new Undelivered()) {
      Coroutine<String> coroutine =
          Coroutine.start(() -> {
            Cursor<String> items = Coroutine.shield(() -> Publishers.iterate(probe));
            probe.next("a").next("b");
            String item = items.next();
            assertThat(probe.cancels()).as("the body goes on").isZero();
            switch (how) {
              case RETURN -> {}
              case EXCEPTION -> throw new IllegalStateException("of the body");
              case CANCEL -> {
                sleeps.set(true);
                Thread.sleep(Duration.ofMinutes(5));
              }
            }
            return item;
          });
      if (how == Ending.CANCEL) {
        Eventually.until("it sleeps", sleeps::get);
        coroutine.cancel();
      }
      Eventually.until("its end", coroutine::isDone);
      assertThat(probe.cancels()).as("before whoever waits for it").isEqualTo(1);
      assertThat(lost.values()).containsExactly("b");
      assertThat(lost.failures()).isEmpty();
    }
  }

  @Test
  @DisplayName("I1 a coroutine that opens many, one after the other, keeps none that has ended")
  void manyInOneCoroutine() {
    Coroutine<Integer> coroutine =
        Coroutine.start(() -> {
          int sum = 0;
          for (int i = 0; i < 1_000; i++) {
            try (Cursor<String> items = Publishers.iterate(Items.of("a", "b"))) {
              while (items.hasNext()) {
                sum += items.next().length();
              }
            }
          }
          return sum;
        });
    assertThat(coroutine.await()).isEqualTo(2_000);
  }

  @Test
  @DisplayName("I2 items before the failure, which every further call throws again")
  void failure() {
    IllegalStateException failure = new IllegalStateException("source");
    Items source = Items.failing(failure, "a", "b");
    try (Undelivered lost = new Undelivered()) {
      Cursor<String> items = Publishers.iterate(source);
      assertThat(items.next()).isEqualTo("a");
      assertThat(items.next()).isEqualTo("b");
      assertThatThrownBy(items::hasNext).isSameAs(failure);
      assertThatThrownBy(items::next).isSameAs(failure);
      items.close();
      assertThat(lost.failures()).isEmpty();
    }
    assertThat(source.cancels).isZero();
  }

  @Test
  @DisplayName("I2 A12 a failure behind items that the loop has left is reported, once")
  void failureNotReached() {
    IllegalStateException failure = new IllegalStateException("source");
    try (Undelivered lost = new Undelivered()) {
      Cursor<String> items = Publishers.iterate(Items.failing(failure, "a", "b"));
      assertThat(items.next()).isEqualTo("a");
      assertThat(lost.failures()).isEmpty();
      items.close();
      items.close();
      assertThat(lost.values()).containsExactly("b");
      assertThat(lost.failures()).containsExactly(failure);
    }
  }
}
