package io.bridge.examples;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The Java code in the documents is compiled and executed code: each block stands under a comment
 * {@code <!-- region: file#tag -->} and equals that region of that file.
 */
class DocumentsTest {

  private static final Pattern BLOCK =
      Pattern.compile("(?:<!-- region: (\\S+)#(\\S+) -->\n)?```java\n(.*?)```", Pattern.DOTALL);

  private static final Pattern VERSION = Pattern.compile("<version>([^<]+)</version>");

  private final Path root = root();

  private record Block(String file, String tag, String code) {}

  @TestFactory
  @DisplayName("every Java block of a document is a region of compiled code")
  Stream<DynamicTest> blocks() throws IOException {
    return documents().stream()
        .flatMap(document ->
            blocksOf(document).stream()
                .map(block ->
                    DynamicTest.dynamicTest(
                        root.relativize(document) + " " + block.tag(),
                        () -> assertThat(block.code()).isEqualTo(region(block)))));
  }

  @Test
  @DisplayName("the README has such blocks")
  void notVacuous() {
    assertThat(blocksOf(root.resolve("README.md"))).isNotEmpty();
  }

  @Test
  @DisplayName("the README's dependencies have the version of this build")
  void version() {
    Matcher version = VERSION.matcher(read(root.resolve("pom.xml")));
    assertThat(version.find()).isTrue();
    assertThat(read(root.resolve("README.md")))
        .contains("<version>" + version.group(1) + "</version>")
        .contains("\"io.bridge:bridge-reactor:" + version.group(1) + "\"");
  }

  private List<Path> documents() throws IOException {
    try (Stream<Path> docs = Files.walk(root.resolve("docs"))) {
      List<Path> found = new ArrayList<>(docs.filter(f -> f.toString().endsWith(".md")).toList());
      found.add(root.resolve("README.md"));
      return found;
    }
  }

  private static List<Block> blocksOf(Path document) {
    Matcher matcher = BLOCK.matcher(read(document));
    List<Block> blocks = new ArrayList<>();
    while (matcher.find()) {
      assertThat(matcher.group(1)).as("the region of\n%s", matcher.group(3)).isNotNull();
      blocks.add(new Block(matcher.group(1), matcher.group(2), matcher.group(3)));
    }
    return blocks;
  }

  private String region(Block block) {
    String source = read(root.resolve(block.file()));
    String start = "// tag::" + block.tag() + "[]\n";
    int from = source.indexOf(start);
    int to = source.indexOf("// end::" + block.tag() + "[]");
    assertThat(from).as("tag %s in %s", block.tag(), block.file()).isNotNegative();
    assertThat(to).as("end of %s in %s", block.tag(), block.file()).isGreaterThan(from);
    return source.substring(from + start.length(), to).stripTrailing().stripIndent().strip() + "\n";
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError("cannot read " + file, e);
    }
  }

  private static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("README.md"))) {
      folder = requireNonNull(folder.getParent(), "a folder with the README");
    }
    return folder;
  }
}
