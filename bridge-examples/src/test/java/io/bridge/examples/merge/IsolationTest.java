package io.bridge.examples.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.CoroutineContext;
import io.bridge.Registration;
import io.bridge.Undeliverable;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random programs of many requests over shared sources. No cursor is shared: one thread at a time
 * uses a cursor, so each request iterates the shared stream by a cursor of its own. {@code
 * -Dio.bridge.isolation.seconds=600} runs longer, {@code -Dio.bridge.isolation.seed=N} repeats the
 * program with that seed.
 */
@DisplayName("A13, C1, C3 nobody sees the context, thread-locals or interrupts of somebody else")
@Timeout(3600)
@SuppressWarnings("try") // closed, not used
class IsolationTest {

  private static final int FEWEST = 20;
  private static final int REPEATS = 200;

  @Test
  @DisplayName("A13 C1 C3 random programs: each callback sees its own request or none")
  void randomPrograms_callbacks_seeNoOtherRequest() {
    Long one = Long.getLong("io.bridge.isolation.seed");
    Duration time = Duration.ofSeconds(Integer.getInteger("io.bridge.isolation.seconds", 3));
    long first = one != null ? one : System.nanoTime();
    System.out.println("IsolationTest: the first seed is " + first);
    long end = System.nanoTime() + time.toNanos();
    try (Registration carrier = CoroutineContext.register(new Sightings.LocalCarrier());
        Registration failures = Undeliverable.onFailure(failure -> {})) {
      for (int i = 0; i < FEWEST || System.nanoTime() < end; i++) {
        long seed = one != null ? one : first + i;
        assertThat(new IsolationProgram(seed).run()).as("seed %s", seed).isEmpty();
        if (one != null && i == REPEATS) {
          return; // the order of the threads is not in the seed
        }
      }
    }
  }
}
