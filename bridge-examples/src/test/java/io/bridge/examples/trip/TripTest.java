package io.bridge.examples.trip;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;

/**
 * Which source files a call enters. The README tells a newcomer to read the files of one await and
 * of one builder, in paragraphs under {@code <!-- trip: name -->}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TripTest {

  /** No trip may enter more files; fewer are welcome, then lower the number. */
  private static final Map<String, Integer> MOST_FILES =
      Map.of(
          "await", 15,
          "mono", 23,
          "emit", 22,
          "iterate", 25,
          "fork and join", 31,
          "cancel", 18);

  private static final Path ROOT = Path.of("..");
  private static final Pattern LINK = Pattern.compile("]\\((?:[^)]*/)?(\\w+)\\.java\\)");

  private Map<String, Set<String>> trips = Map.of();

  @BeforeAll
  @Timeout(60)
  void count() throws Exception {
    trips = TripCounter.count();
  }

  @Test
  @DisplayName("the README names the files of one await, in the order in which it enters them")
  void oneAwait() throws IOException {
    assertReadmeNames("await");
  }

  @Test
  @DisplayName("the README names the files of one builder, in the order in which it enters them")
  void oneBuilder() throws IOException {
    assertReadmeNames("mono");
  }

  @Test
  @DisplayName("no trip enters more files than before")
  void mostFiles(TestReporter reporter) {
    Map<String, String> more = new TreeMap<>();
    trips.forEach((trip, files) -> {
      reporter.publishEntry(trip, describe(files));
      if (files.size() > requireNonNull(MOST_FILES.get(trip), trip)) {
        more.put(trip, describe(files));
      }
    });
    assertThat(trips.keySet()).isEqualTo(MOST_FILES.keySet());
    assertThat(more).as("trips with more files than %s", MOST_FILES).isEmpty();
  }

  private void assertReadmeNames(String trip) throws IOException {
    List<String> files = entered(trip).stream().map(TripTest::simpleName).toList();
    assertThat(namedByReadme(trip))
        .as("README.md, under <!-- trip: %s -->; right is\n\n%s\n\n", trip, paragraph(trip))
        .isEqualTo(files);
  }

  private Set<String> entered(String trip) {
    return requireNonNull(trips.get(trip), trip);
  }

  private static String describe(Set<String> files) {
    Set<String> packages = new TreeSet<>();
    files.forEach(file -> packages.add(file.substring(0, file.lastIndexOf('.'))));
    return files.size() + " files " + files + " of " + packages.size() + " packages " + packages;
  }

  private static List<String> namedByReadme(String trip) throws IOException {
    String readme = Files.readString(ROOT.resolve("README.md"));
    Matcher paragraph =
        Pattern.compile("<!-- trip: " + trip + " -->\n(.*?)\n\n", Pattern.DOTALL).matcher(readme);
    Matcher links = LINK.matcher(paragraph.find() ? paragraph.group(1) : "");
    List<String> named = new ArrayList<>();
    while (links.find()) {
      named.add(links.group(1));
    }
    return named;
  }

  /** The paragraph as it should be, to be pasted. */
  private String paragraph(String trip) throws IOException {
    List<String> links = new ArrayList<>();
    for (String file : entered(trip)) {
      links.add("[" + simpleName(file) + "](" + path(file) + ")");
    }
    return String.join(",\n", links) + ".";
  }

  private static String path(String file) throws IOException {
    String source = "src/main/java/" + file.replace('.', '/') + ".java";
    try (Stream<Path> modules = Files.list(ROOT)) {
      Path module = modules.filter(it -> Files.exists(it.resolve(source))).findAny().orElseThrow();
      return module.getFileName() + "/" + source;
    }
  }

  private static String simpleName(String file) {
    return file.substring(file.lastIndexOf('.') + 1);
  }
}
