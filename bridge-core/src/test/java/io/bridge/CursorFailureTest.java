package io.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.FlowAdapters;

@DisplayName("A7 A8 A12 A13 I4 failures and items of a loop, its stream and forEach")
@Timeout(60)
class CursorFailureTest {

  private final Probe<String> probe = new Probe<>();

  private Throwable thrownFor(Throwable failure) {
    try (Cursor<String> items = Publishers.iterate(probe)) {
      probe.fail(failure);
      return catchThrowable(items::hasNext);
    }
  }

  @Test
  @DisplayName("A7 an unchecked failure is the same object, an Error too")
  void unchecked() {
    IllegalStateException failure = new IllegalStateException("source");
    assertThat(thrownFor(failure)).isSameAs(failure);
    Error error = new Error("source");
    assertThat(thrownFor(error)).isSameAs(error);
  }

  @Test
  @DisplayName("A7 a checked failure, and a source's own cancellation, are a cause")
  void checked() {
    for (Throwable failure : List.of(new IOException("s"), new CancellationException("foreign"))) {
      assertThat(thrownFor(failure))
          .isInstanceOf(CompletionException.class)
          .cause()
          .isSameAs(failure);
    }
  }

  @Test
  @DisplayName(
      "A8 the failure tells where the loop was; 100 loops over a shared one leave at most 8")
  void sites() {
    IllegalStateException failure = new IllegalStateException("shared");
    for (int i = 0; i < 100; i++) {
      assertThat(Fork.virtual(() -> thrownFor(failure)).join()).isSameAs(failure);
    }
    assertThat(failure.getSuppressed()).hasSizeBetween(1, 8);
    assertThat(failure.getSuppressed()[0].getStackTrace())
        .anySatisfy(at -> assertThat(at.getMethodName()).isEqualTo("thrownFor"))
        .noneSatisfy(at -> assertThat(at.getClassName()).startsWith("io.bridge.internal"));
  }

  @Test
  @DisplayName(
      "A12 I6 what is left is given up once: the item of hasNext, the buffer, what still comes")
  void givenUp() {
    try (Undelivered lost = new Undelivered()) {
      Cursor<String> items = Publishers.iterate(probe);
      probe.next("a").next("b").next("c");
      assertThat(items.next()).isEqualTo("a");
      assertThat(items.hasNext()).isTrue();
      items.close();
      assertThat(lost.values()).containsExactly("b", "c");
      probe.next("d");
      assertThat(lost.values()).containsExactly("b", "c", "d");
      IllegalStateException late = new IllegalStateException("late");
      probe.fail(late);
      items.close();
      assertThat(lost.values()).containsExactly("b", "c", "d");
      assertThat(lost.failures()).containsExactly(late);
    }
  }

  @Test
  @DisplayName("A12 a discard action that throws does not disturb the close")
  void hostileDiscard() {
    try (Registration hostile =
            Undeliverable.onDiscard(item -> {
              throw new IllegalStateException("of the action");
            });
        Undelivered lost = new Undelivered()) {
      Cursor<String> items = Publishers.iterate(probe);
      probe.next("a").next("b");
      items.close();
      assertThat(lost.values()).containsExactly("a", "b");
      assertThat(hostile).isNotNull();
    }
  }

  @Test
  @DisplayName("A13 what the source did before an item is seen by the body")
  void visibility() {
    int[] plain = new int[1];
    Fork<String> source =
        Fork.platform(() -> {
          probe.awaitRequest();
          for (int i = 1; i <= 1_000; i++) {
            plain[0] = i;
            probe.next("item");
            Races.spinUntil("taken", () -> probe.requests().size() > plain[0]);
          }
        });
    try (Cursor<String> items = Publishers.iterate(probe, 1)) {
      for (int i = 1; i <= 1_000; i++) {
        items.next();
        assertThat(plain[0]).isEqualTo(i);
      }
      assertThat(Fork.virtual(items::hasNext).isDone()).isFalse(); // the last request
      assertThat(source.join()).isEqualTo("done");
    }
  }

  @Test
  @DisplayName("I4 a stream: its close cancels, its terminal operation pulls only what it needs")
  void stream() {
    probe.onRequest(p -> p.next("a").next("b").next("c"));
    List<String> seen = new ArrayList<>();
    try (Stream<String> items = Publishers.stream(probe)) {
      Stream<String> pipeline = items.peek(seen::add).takeWhile(item -> !item.equals("b"));
      assertThat(seen).as("nothing before the terminal operation").isEmpty();
      assertThat(pipeline.toList()).containsExactly("a");
      assertThat(seen).containsExactly("a", "b");
      assertThat(probe.cancels()).isZero();
    }
    assertThat(probe.cancels()).isEqualTo(1);
  }

  @Test
  @DisplayName("I4 limit on an endless source ends, and its close cancels")
  void limit() {
    try (Stream<Integer> items =
        Publishers.stream(
            Publishers.<Integer>publisher(emitter -> {
              for (int i = 0; ; i++) {
                emitter.emit(i);
              }
            }))) {
      assertThat(items.limit(1_000).mapToInt(i -> i).sum()).isEqualTo(499_500);
    }
  }

  @Test
  @DisplayName("I4 forEach runs to the end; what its action throws is itself, and cancels")
  void forEach() {
    List<String> seen = new ArrayList<>();
    Publishers.forEach(Items.of("a", "b"), seen::add);
    assertThat(seen).containsExactly("a", "b");

    IOException failure = new IOException("of the action");
    probe.onRequest(p -> p.next("a").next("b"));
    assertThatThrownBy(() ->
            Publishers.forEach(
                probe,
                item -> {
                  throw failure;
                }))
        .isSameAs(failure);
    assertThat(probe.cancels()).isEqualTo(1);
  }

  @Test
  @DisplayName("I1 I4 the forms for java.util.concurrent.Flow do the same")
  void flow() {
    List<String> seen = new ArrayList<>();
    try (Cursor<String> items =
        Publishers.iterate(FlowAdapters.toFlowPublisher(Items.of("a", "b")))) {
      items.forEachRemaining(seen::add);
    }
    try (Cursor<String> items =
        Publishers.iterate(FlowAdapters.toFlowPublisher(Items.of("c")), 1)) {
      items.forEachRemaining(seen::add);
    }
    try (Stream<String> items = Publishers.stream(FlowAdapters.toFlowPublisher(Items.of("d")))) {
      items.forEach(seen::add);
    }
    Publishers.forEach(FlowAdapters.toFlowPublisher(Items.of("e")), seen::add);
    assertThat(seen).containsExactly("a", "b", "c", "d", "e");
    Publishers.iterate(FlowAdapters.toFlowPublisher(probe)).close();
    assertThat(probe.cancels()).isEqualTo(1);
  }
}
