package io.bridge.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Await;
import java.io.File;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
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
    String classPath =
        String.join(
            File.pathSeparator,
            root(Await.class),
            root(StackEdges.class),
            root(NullMarked.class),
            root(Publisher.class));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                option,
                StackEdges.class.getName(),
                ROUNDS)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return output
        .lines()
        .filter(line -> !line.contains("ReservedStackAccess")) // a warning of the JVM, on stdout
        .reduce((a, b) -> a + "\n" + b)
        .orElse("");
  }

  /** The folder or jar of a class, on the module path or not. */
  private static String root(Class<?> type) throws Exception {
    String name = "/" + type.getName().replace('.', '/') + ".class";
    String text = Objects.requireNonNull(type.getResource(name)).toString();
    String location = text.substring(0, text.length() - name.length());
    if (location.startsWith("jar:")) {
      location = location.substring("jar:".length(), location.length() - 1);
    }
    return Path.of(URI.create(location)).toString();
  }
}
