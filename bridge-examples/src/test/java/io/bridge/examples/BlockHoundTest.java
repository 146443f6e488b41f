package io.bridge.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A6, A2: bridge never blocks a thread that must not block. BlockHound needs no entry for it: it
 * looks at non-blocking threads only, bodies run on virtual threads, and an await is refused before
 * it could block.
 */
class BlockHoundTest {

  @TempDir Path folder;

  @Test
  @DisplayName("A2, A6 BlockHound sees no blocking call of ours on Reactor's non-blocking threads")
  void nothingBlocks() throws IOException, InterruptedException {
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+AllowRedefinitionToAddDeleteMethods", // BlockHound on 13 and later
                "-XX:+EnableDynamicAgentLoading",
                "-cp",
                System.getProperty("java.class.path"),
                Hounded.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(Redirect.to(output.toFile()))
            .start();
    try {
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("ended").isTrue();
    } finally {
      process.destroyForcibly();
    }
    List<String> lines = Files.readAllLines(output);
    assertThat(lines)
        .as(String.join("\n", lines))
        .contains(
            "BlockHound sees a sleep: true", "an await is refused: true", "blocking calls seen: 0");
  }
}
