package io.bridge.internal.coroutine;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.CoroutineScope;
import io.bridge.CoroutineScope.Joiner;
import io.bridge.fixtures.Allocation;
import io.bridge.internal.cancel.CurrentFrame;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RunningCoroutineTest {

  private static final int ROUNDS = 50;

  /**
   * What a coroutine's thread allocates until its body begins: the JVM counts for platform ones.
   */
  private static long bytesUntilBody() {
    long[] counts = new long[2];
    ThreadFactory counting =
        task ->
            Thread.ofPlatform()
                .unstarted(() -> {
                  var unused = CurrentFrame.get(); // the thread's table of thread-locals
                  counts[0] = Allocation.ofCurrentThread();
                  task.run();
                });
    try (CoroutineScope<Object, @Nullable Void> scope =
        CoroutineScope.open(
            Joiner.awaitAllSuccessfulOrThrow(), config -> config.withThreadFactory(counting))) {
      scope.fork(() -> {
        counts[1] = Allocation.ofCurrentThread();
      });
      scope.join();
    }
    return counts[1] - counts[0];
  }

  @Test
  @DisplayName(
      "S1 a coroutine that has not ended has no record of its end: its body begins with nothing")
  void run_bodyBegins_nothingIsAllocated() {
    long least = Long.MAX_VALUE;
    for (int round = 0; round < ROUNDS; round++) { // classes are loaded at first
      least = Math.min(least, bytesUntilBody());
    }
    assertThat(least).isZero();
  }
}
