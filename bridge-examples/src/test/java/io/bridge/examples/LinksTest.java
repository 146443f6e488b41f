package io.bridge.examples;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.fixtures.Links;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The links of the documents; those of the built Javadoc are checked by {@code .ci/run}. */
class LinksTest {

  @Test
  @DisplayName("each link of a Markdown file leads to a file, and to an anchor that it has")
  void documents() throws IOException {
    Path root = root();
    List<Path> files = new ArrayList<>(Links.filesBelow(root.resolve("docs")));
    try (Stream<Path> ofRoot = Files.list(root)) {
      ofRoot.filter(file -> file.toString().endsWith(".md")).forEach(files::add);
    }
    assertThat(files).contains(root.resolve("README.md"));
    assertThat(Links.broken(files)).isEmpty();
  }

  @Test
  @DisplayName("a lost file, a lost anchor and a lost anchor of HTML are found")
  void lostAreFound(@TempDir Path folder) throws IOException {
    Path page =
        Files.writeString(
            folder.resolve("page.md"),
            "# Two words, and `code`\n\n<a id=\"a7\"></a>\n[1](#two-words-and-code) [2](#a7)"
                + " [3](#lost) [4](lost.md) [5](page.html#here) [6](page.html#lost)\n"
                + "`[7](in-code.md)` [8](https://example.org/lost)\n");
    Path html =
        Files.writeString(
            folder.resolve("page.html"), "<p id=\"here\"><a href=\"page.md#lost\">9</a></p>");
    assertThat(Links.broken(List.of(page, html)))
        .containsExactly(
            page + ": #lost",
            page + ": lost.md",
            page + ": page.html#lost",
            html + ": page.md#lost");
  }

  private static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("README.md"))) {
      folder = requireNonNull(folder.getParent(), "a folder with the README");
    }
    return folder;
  }
}
