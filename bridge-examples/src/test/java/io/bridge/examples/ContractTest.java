package io.bridge.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bridge.examples.ContractIds.Definition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The ids of docs/contract.md are a closed set: each id that a file names is a promise of that
 * page, and each promise has a test that names it, unless it is planned.
 */
class ContractTest {

  private static final Path ROOT = Path.of("..");
  private static final Pattern LINK = Pattern.compile("contract\\.md#([a-z]\\d\\w*)");

  private final String contract = read(ROOT.resolve("docs/contract.md"));
  private final Map<String, Definition> defined = ContractIds.definedIn(contract);

  @Test
  @DisplayName("an id that code, a test, a patch or a page names is defined in the contract")
  void namedIsDefined() throws IOException {
    List<String> undefined = new ArrayList<>();
    for (Path file : files(ContractTest::namesIds)) {
      Set<String> ids = ContractIds.in(prose(file));
      ids.removeAll(defined.keySet());
      ids.forEach(id -> undefined.add(ROOT.relativize(file) + " names " + id));
    }
    assertThat(undefined).isEmpty();
  }

  @Test
  @DisplayName("a promise is named by a test's display name or Javadoc, or else it is planned")
  void definedIsTested() throws IOException {
    Set<String> tested = new TreeSet<>();
    for (Path file : files(ContractTest::isTest)) {
      tested.addAll(ContractIds.in(ContractIds.proofsOf(read(file))));
    }
    List<String> wrong = new ArrayList<>();
    for (Definition definition : defined.values()) {
      if (definition.planned() == tested.contains(definition.id())) {
        wrong.add(
            definition.id()
                + (definition.planned()
                    ? " is not planned any more: it has a test"
                    : " has no test"));
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  @DisplayName("each id has its anchor, and each link into the contract leads to one")
  void anchors() throws IOException {
    assertThat(defined).hasSizeGreaterThan(60);
    assertThat(defined.values()).allMatch(Definition::hasItsAnchor);
    List<String> dead = new ArrayList<>();
    for (Path file : files(ContractTest::namesIds)) {
      for (Matcher link = LINK.matcher(read(file)); link.find(); ) {
        if (!contract.contains("<a id=\"" + link.group(1) + "\">")) {
          dead.add(ROOT.relativize(file) + " links to " + link.group(1));
        }
      }
    }
    assertThat(dead).isEmpty();
  }

  @Test
  @DisplayName("a section that code or a test names is one of the contract's")
  void sections() throws IOException {
    List<String> missing = new ArrayList<>();
    for (Path file : files(path -> path.toString().endsWith(".java"))) {
      for (String number : ContractIds.sectionsIn(prose(file))) {
        if (!contract.contains("\n## " + number + ". ")) {
          missing.add(ROOT.relativize(file) + " names section " + number);
        }
      }
    }
    assertThat(missing).isEmpty();
  }

  @Test
  @DisplayName(
      "ids are found in comments and literals, and are proven by display names and Javadoc")
  void reading() {
    String java =
        """
        /** Proves A1. */
        class C2<T9> { // see A3, B4a
          @DisplayName(
              "A4 A5: one"
                  + " and A6")
          char quote = '"';
          String url = "http://A7";
          /* A8 */ int a9 = A9;
        }
        """;
    assertThat(ContractIds.in(ContractIds.proseOf(java)))
        .containsExactly("A1", "A3", "A4", "A5", "A6", "A7", "A8", "B4a");
    assertThat(ContractIds.in(ContractIds.proofsOf(java))).containsExactly("A1", "A4", "A5", "A6");
    assertThat(ContractIds.in(ContractIds.proseOfPatch("# fails: A1\n+ int a = A2; // A3\n")))
        .containsExactly("A1", "A3");
  }

  @Test
  @DisplayName("an id is defined once, by its anchor, and may be planned")
  void defining() {
    String one = "- <a id=\"a1\"></a>**A1** What.\n";
    String planned = "- <a id=\"wrong\"></a>**E1** *(planned)* Later.\n";
    Map<String, Definition> found = ContractIds.definedIn(one + planned);
    assertThat(found.values()).extracting(Definition::planned).containsExactly(false, true);
    assertThat(found.values()).extracting(Definition::hasItsAnchor).containsExactly(true, false);
    assertThatThrownBy(() -> ContractIds.definedIn(one + one)).hasMessageContaining("A1");
  }

  private static String prose(Path file) {
    String text = read(file);
    String name = file.toString();
    if (name.endsWith(".java")) {
      return ContractIds.proseOf(text);
    }
    return name.endsWith(".patch") ? ContractIds.proseOfPatch(text) : text;
  }

  private static boolean namesIds(Path file) {
    String name = file.toString();
    return name.endsWith(".java") || name.endsWith(".patch") || name.endsWith(".md");
  }

  private static boolean isTest(Path file) {
    String path = ROOT.relativize(file).toString().replace('\\', '/');
    return path.endsWith(".java")
        && (path.contains("/src/test/") || path.startsWith("bridge-stress/"));
  }

  /** The files of the modules' sources, the seeded patches, the documents and the root's pages. */
  private static List<Path> files(Predicate<Path> which) throws IOException {
    List<Path> found = new ArrayList<>();
    try (Stream<Path> roots = Files.list(ROOT)) {
      for (Path entry : roots.toList()) {
        String name = entry.getFileName().toString();
        if (name.endsWith(".md")) {
          found.add(entry);
        } else if (name.equals("docs") || name.equals("seeded")) {
          walk(entry, found);
        } else if (name.startsWith("bridge-")) {
          walk(entry.resolve("src"), found);
        }
      }
    }
    found.removeIf(file -> !which.test(file) || file.endsWith("ContractTest.java"));
    return found;
  }

  private static void walk(Path folder, List<Path> into) throws IOException {
    if (Files.isDirectory(folder)) {
      try (Stream<Path> below = Files.walk(folder)) {
        below.filter(Files::isRegularFile).forEach(into::add);
      }
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError("cannot read " + file, e);
    }
  }
}
