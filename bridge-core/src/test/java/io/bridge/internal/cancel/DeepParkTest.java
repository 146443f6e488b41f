package io.bridge.internal.cancel;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Await;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Probe;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DeepParkTest {

  private static @Nullable Object deep(int frames, Probe<Integer> source) {
    return frames == 0 ? Await.await(source) : deep(frames - 1, source);
  }

  /** More and more, until a virtual thread is too deep to be unmounted. */
  private static Probe<Integer> tooDeepToPark() {
    for (int frames = 1_000; frames < 1_000_000; frames += frames / 8) {
      int depth = frames;
      Probe<Integer> source = new Probe<>();
      Fork<String> fork =
          Fork.virtual(() -> {
            deep(depth, source);
          });
      while (!fork.isDone() && fork.thread().getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      if (!fork.isDone()) {
        source.complete();
        fork.join();
      } else if (fork.joinFailure() instanceof StackOverflowError && !source.requests().isEmpty()) {
        return source;
      }
    }
    throw new AssertionError("it parks at any depth");
  }

  @Test
  @DisplayName("A5 (2) A11 (2): a park that overflows the stack ends the await and its upstream")
  void park_overflows_upstreamIsCancelled() {
    assertThat(tooDeepToPark().cancels()).isEqualTo(1);
  }
}
