package io.bridge.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Await;
import io.bridge.fixtures.EdgeJvm;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.reactivestreams.Publisher;

/**
 * {@link MemoryEdges} in a JVM of its own. {@code -Dio.bridge.test.memory=16} is the long form: so
 * many bytes more for each attempt. An older JDK loses a virtual thread that is woken while there
 * is no memory; since then it tries again.
 */
@Timeout(600)
@EnabledForJreRange(min = JRE.JAVA_24)
class MemoryEdgesTest {

  private static final String STEP = System.getProperty("io.bridge.test.memory", "256");
  private static final List<Class<?>> LIBRARIES =
      List.of(Await.class, NullMarked.class, Publisher.class);

  @Test
  @DisplayName(
      "A11 (2), B11, T3, S4: memory that ends inside an await, coroutine, block, scope or stream,"
          + " at each allocation, ends it and harms no other")
  void withoutMemory() throws Exception {
    assertThat(
            EdgeJvm.outputOf(
                MemoryEdges.class,
                STEP,
                LIBRARIES,
                List.of("-Xmx12m", "-XX:+UseSerialGC", "-XX:-UseTLAB")))
        .isEqualTo("done, defects: 0");
  }
}
