package io.bridge.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Await;
import io.bridge.fixtures.EdgeJvm;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Publisher;

/**
 * {@link StackEdges} in a JVM of its own: the JDK, too, may lose a thread of its own where a stack
 * ends. {@code -Dio.bridge.test.edges=20} is the long form.
 */
@Timeout(600)
class StackEdgesTest {

  private static final String ROUNDS = System.getProperty("io.bridge.test.edges", "1");
  private static final List<Class<?>> LIBRARIES =
      List.of(Await.class, NullMarked.class, Publisher.class);

  @Test
  @DisplayName(
      "A11 (2), A5, T3, B11, S4: a stack that ends inside an await, block, scope or stream, at each"
          + " depth, harms no other; compiled")
  void compiled() throws Exception {
    assertThat(outputOf("-XX:TieredStopAtLevel=4")).isEqualTo("done, defects: 0");
  }

  @Test
  @DisplayName(
      "A11 (2), A5, T3, B11, S4: a stack that ends inside an await, block, scope or stream, at each"
          + " depth, harms no other; interpreted")
  void interpreted() throws Exception {
    assertThat(outputOf("-Xint")).isEqualTo("done, defects: 0");
  }

  private static String outputOf(String option) throws Exception {
    return EdgeJvm.outputOf(StackEdges.class, ROUNDS, LIBRARIES, List.of(option));
  }
}
