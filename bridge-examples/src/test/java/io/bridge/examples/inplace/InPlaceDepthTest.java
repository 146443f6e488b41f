package io.bridge.examples.inplace;

import static io.bridge.reactor.ReactorBridge.*;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Await;
import io.bridge.Coroutine;
import io.bridge.fixtures.EdgeJvm;
import io.bridge.reactor.ReactorBridge;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

@DisplayName("N4 (2): at most 32 bodies share a thread, which still has room to park")
@Timeout(300)
class InPlaceDepthTest {

  private static final List<Class<?>> LIBRARIES =
      List.of(Await.class, ReactorBridge.class, Mono.class, NullMarked.class, Publisher.class);

  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

  /**
   * Interpreted, and by each compiler; the numbers of frames between two bodies are those of a
   * plain chain of calls and of Spring.
   */
  @ParameterizedTest
  @CsvSource({
    "-Xint, 25",
    "-Xint, 80",
    "-XX:TieredStopAtLevel=1, 25",
    "-XX:TieredStopAtLevel=1, 80",
    "-XX:-TieredCompilation, 25",
    "-XX:-TieredCompilation, 80"
  })
  @DisplayName("N4 the innermost of 32 bodies parks, below so many frames of other code for each")
  void parks(String option, int frames) throws Exception {
    String output =
        EdgeJvm.outputOf(DepthProgram.class, Integer.toString(frames), LIBRARIES, List.of(option));

    assertThat(output).isEqualTo("parked");
  }

  private Mono<Integer> nested(int depth) {
    return mono(() -> {
      threads.add(Thread.currentThread());
      return depth == 0 ? 0 : awaitSingle(nested(depth - 1)) + 1;
    });
  }

  @Test
  @DisplayName("N4 B7 20 000 nested bodies need a thread for each 32")
  void nested() {
    int depth = Coroutine.start(() -> awaitSingle(nested(20_000))).await();

    assertThat(depth).isEqualTo(20_000);
    assertThat(threads.size()).isBetween(20_000 / 33, 20_000 / 32 + 2);
  }

  private int bit(int value) {
    return requireNonNull(
        await(
            mono(() -> {
              threads.add(Thread.currentThread());
              return value & 1;
            })));
  }

  @Test
  @DisplayName("N4 a million bodies in sequence need one thread")
  void inSequence() {
    long sum =
        Coroutine.<Long>start(
                () -> {
                  long total = 0;
                  for (int i = 0; i < 1_000_000; i++) {
                    total += bit(i);
                  }
                  return total;
                })
            .await();

    assertThat(sum).isEqualTo(500_000);
    assertThat(threads).hasSize(1);
  }
}
