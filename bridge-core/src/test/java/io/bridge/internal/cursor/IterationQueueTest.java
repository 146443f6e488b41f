package io.bridge.internal.cursor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An operator's queue that throws, beside the end that its source signals. */
@DisplayName("I5 I6 a shared queue that throws: the loop gets that, and no failure vanishes")
@Timeout(60)
class IterationQueueTest {

  /** Has items, then throws. */
  private static final class Hostile implements FusedQueue<String> {
    private final Queue<String> items = new ArrayDeque<>(List.of("a", "b"));
    private final Throwable failure;

    Hostile(Throwable failure) {
      this.failure = failure;
    }

    @Override
    public @Nullable String poll() throws Throwable {
      String item = items.poll();
      if (item == null) {
        throw failure;
      }
      return item;
    }

    @Override
    public boolean isEmpty() {
      return false;
    }

    @Override
    public void clear() {
      items.clear();
    }
  }

  private final IllegalStateException ofQueue = new IllegalStateException("of the queue");
  private final Iteration<String> iteration = Iteration.open(8);
  private final RecordingSource source = new RecordingSource();

  private void begin() {
    iteration.begin(source, () -> iteration.fuse(new Hostile(ofQueue), false));
  }

  private void assertItemsThenFailure() {
    assertThat(iteration.next()).isEqualTo("a");
    assertThat(iteration.next()).isEqualTo("b");
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(iteration::hasNext).isSameAs(ofQueue);
    }
    assertThat(source.calls).containsExactly("stop");
  }

  @Test
  @DisplayName("I2 A12 the source failed behind it: that is reported, once")
  void failedBehind() {
    IllegalStateException behind = new IllegalStateException("of the source");
    begin();
    assertThat(iteration.receiveFailure(behind)).isTrue();
    assertItemsThenFailure();
    assertThat(source.lost).containsExactly(behind);
    iteration.close();
    assertThat(source.lost).containsExactly(behind);
  }

  @Test
  @DisplayName("I2 A12 a failure that comes after it is refused, for its source to report")
  void failedAfterwards() {
    begin();
    assertItemsThenFailure();
    assertThat(iteration.receiveFailure(new IllegalStateException("of the source"))).isFalse();
    assertThat(source.lost).isEmpty();
  }

  @Test
  @DisplayName("I2 A12 an operator that throws what it has signalled, too: thrown, not reported")
  void theSameTwice() {
    begin();
    assertThat(iteration.receiveFailure(ofQueue)).isTrue();
    assertItemsThenFailure();
    iteration.close();
    assertThat(source.lost).isEmpty();
  }

  @Test
  @DisplayName("I2 a source that has completed behind its queue: what the queue throws is the end")
  void completedBehind() {
    begin();
    assertThat(iteration.receive(null)).isTrue();
    assertItemsThenFailure();
    assertThat(source.lost).isEmpty();
  }
}
