package io.bridge.internal.cursor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.fixtures.Fork;
import java.lang.ref.Cleaner;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an iteration tells its source and its shell, whoever they are. */
@DisplayName("I1 I2 I6 an iteration, its source and its shell")
@Timeout(60)
class IterationTest {

  /** The cleaner's registration of a shell; counts how often it is removed. */
  private static final class Shell implements Cleaner.Cleanable {
    int removed;

    @Override
    public void clean() {
      removed++;
    }
  }

  private final Iteration<String> iteration = Iteration.open(4);
  private final RecordingSource source = new RecordingSource();
  private final Shell shell = new Shell();

  private void begin() {
    iteration.begin(source, () -> {});
    iteration.watch.registered(shell);
  }

  @Test
  @DisplayName("I1 the shell is watched until all is taken, and no longer")
  void watchedUntilTheEnd() {
    begin();
    assertThat(iteration.offer("a")).isTrue();
    assertThat(iteration.isOver()).isFalse();
    assertThat(iteration.receive(null)).isTrue();
    assertThat(iteration.isOver()).as("nothing to cancel").isTrue();
    assertThat(iteration.watch.isOver()).as("an item is left").isFalse();
    assertThat(iteration.next()).isEqualTo("a");
    assertThat(iteration.watch.isOver()).isFalse();
    assertThat(iteration.hasNext()).isFalse();

    assertThat(iteration.watch.isOver()).isTrue();
    assertThat(shell.removed).isEqualTo(1);
    iteration.close();
    assertThat(source.calls).containsExactly("stop");
  }

  @Test
  @DisplayName("I1 I2 the same with a failure")
  void watchedUntilTheFailure() {
    IllegalStateException failure = new IllegalStateException("of the source");
    begin();
    assertThat(iteration.receiveFailure(failure)).isTrue();
    assertThat(iteration.watch.isOver()).isFalse();
    assertThatThrownBy(iteration::hasNext).isSameAs(failure);

    assertThat(iteration.watch.isOver()).isTrue();
    assertThat(shell.removed).isEqualTo(1);
  }

  @Test
  @DisplayName("I1 I6 a close gives up what is left, and removes the shell's registration")
  void closed() {
    begin();
    assertThat(iteration.offer("a")).isTrue();
    assertThat(iteration.offer("b")).isTrue();
    assertThat(iteration.isOver()).isFalse();
    iteration.close();

    assertThat(iteration.isOver()).isTrue();
    assertThat(iteration.watch.isOver()).isTrue();
    assertThat(shell.removed).isEqualTo(1);
    assertThat(source.calls).containsExactly("stop", "given up a", "given up b");
    assertThat(iteration.offer("c")).as("taken, to be given up").isTrue();
    assertThat(source.calls).endsWith("given up c");
    assertThatThrownBy(iteration::next).isInstanceOf(NoSuchElementException.class);
  }

  @Test
  @DisplayName("I1 a shell that comes when the iteration is over is not watched at all")
  void shellComesLate() {
    iteration.begin(source, () -> {});
    iteration.close();
    iteration.watch.registered(shell);

    assertThat(shell.removed).isEqualTo(1);
    assertThat(iteration.watch.isOver()).isTrue();
  }

  @Test
  @DisplayName("I1 I6 abandoned after another thread's items: stopped, all is given up")
  void abandoned() {
    begin();
    assertThat(iteration.offer("a")).isTrue();
    assertThat(iteration.offer("b")).isTrue();
    assertThat(iteration.next()).isEqualTo("a"); // the loop was on this thread
    Fork.platform(iteration::abandoned).join();

    assertThat(source.calls).containsExactly("stop", "given up b");
    assertThat(shell.removed).isEqualTo(1);
  }

  @Test
  @DisplayName("I2 A12 an end behind a close: a failure is lost, for its source to report")
  void endBehindClose() {
    begin();
    iteration.close();
    assertThat(iteration.receiveFailure(new IllegalStateException("late"))).isFalse();
    assertThat(iteration.receive(null)).as("a second end").isFalse();
    assertThat(source.lost).isEmpty();
  }

  @Test
  @DisplayName("I2 A12 a failure that the loop has not reached is reported once, by the close")
  void failureNotReached() {
    IllegalStateException failure = new IllegalStateException("of the source");
    begin();
    assertThat(iteration.offer("a")).isTrue();
    assertThat(iteration.receiveFailure(failure)).isTrue();
    iteration.close();
    iteration.close();

    assertThat(source.lost).containsExactly(failure);
    assertThat(iteration.hasNext()).isFalse();
  }

  @Test
  @DisplayName("I2 a second end is refused, the first one counts")
  void secondEnd() {
    begin();
    assertThat(iteration.receive(null)).isTrue();
    assertThat(iteration.receive(null)).isFalse();
    assertThat(iteration.receiveFailure(new IllegalStateException("late"))).isFalse();
    assertThat(iteration.hasNext()).isFalse();
  }

  @Test
  @DisplayName("I3 no demand is renewed behind the end")
  void noRenewal() {
    begin();
    for (String item : List.of("a", "b", "c", "d")) {
      assertThat(iteration.offer(item)).isTrue();
    }
    assertThat(iteration.offer("e")).as("more than fit").isFalse();
    assertThat(iteration.next()).isEqualTo("a");
    assertThat(iteration.next()).isEqualTo("b");
    assertThat(source.calls).isEmpty();
    assertThat(iteration.next()).isEqualTo("c");
    assertThat(source.requests).containsExactly(3L);
    assertThat(source.calls).isEmpty();
    assertThat(iteration.next()).isEqualTo("d");
    assertThat(iteration.offer("e")).isTrue();
    assertThat(iteration.offer("f")).isTrue();
    assertThat(iteration.receive(null)).isTrue();
    assertThat(iteration.next()).isEqualTo("e");
    assertThat(iteration.next()).isEqualTo("f");
    assertThat(iteration.hasNext()).isFalse();
    assertThat(source.requests).containsExactly(3L);
    assertThat(source.calls).isEmpty();
  }
}
