package io.bridge.examples.edges;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Await;
import io.bridge.completablefuture.CompletableFutureBridge;
import io.bridge.fixtures.EdgeJvm;
import io.bridge.reactor.ReactorBridge;
import io.bridge.rxjava.RxJavaBridge;
import io.reactivex.rxjava3.core.Single;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/**
 * {@link LibraryStackEdges} and {@link LibraryMemoryEdges}, each in a JVM of its own. {@code
 * -Dio.bridge.test.edges=20} and {@code -Dio.bridge.test.memory=16} are the long forms: so many
 * sizes of the stack, so many bytes more for each attempt. The stack ends in interpreted code,
 * whose frames are alike in each run.
 */
@Timeout(600)
class LibraryEdgesTest {

  private static final String ROUNDS = System.getProperty("io.bridge.test.edges", "1");
  private static final String STEP = System.getProperty("io.bridge.test.memory", "1024");
  private static final List<Class<?>> LIBRARIES =
      List.of(
          Await.class,
          CompletableFutureBridge.class,
          ReactorBridge.class,
          RxJavaBridge.class,
          Mono.class,
          Single.class,
          NullMarked.class,
          Publisher.class);

  @Test
  @DisplayName(
      "A11 (2), A5, B11: a stack that ends inside an await or a builder of any library, at each"
          + " depth, harms no other")
  void stack() throws Exception {
    assertThat(EdgeJvm.outputOf(LibraryStackEdges.class, ROUNDS, LIBRARIES, List.of("-Xint")))
        .isEqualTo("done, defects: 0");
  }

  /** An older JDK loses a virtual thread that is woken while there is no memory. */
  @Test
  @EnabledForJreRange(min = JRE.JAVA_24)
  @DisplayName(
      "A11 (2), B11: memory that ends inside an await or a builder of any library, at each"
          + " allocation, ends it and harms no other")
  void memory() throws Exception {
    assertThat(
            EdgeJvm.outputOf(
                LibraryMemoryEdges.class,
                STEP,
                LIBRARIES,
                List.of("-Xmx24m", "-XX:+UseSerialGC", "-XX:-UseTLAB")))
        .isEqualTo("done, defects: 0");
  }
}
