package io.bridge.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/**
 * The proof of those gates that are commands and not tests, started by {@code .ci/seeded}: a
 * violation is a patch in {@code bridge-testkit/seeded/gates}, and its first lines name a command
 * that must fail with it, and what the command must say then:
 *
 * <pre>
 * # fails: COMMAND
 * # with: TEXT
 * </pre>
 *
 * <p>Each violation has a copy of the tree to itself. The command is bash's, in the copy's root,
 * and finds the home of the build's JDK in {@code $JDK}. A violation is caught by a command that
 * failed and said each text, and by nothing else: not if the patch does not apply, not by a failure
 * for another reason, and not by a command that had to be killed. Each command also runs once
 * without a violation; there it must pass, and say none of the texts.
 */
public final class SeededGates {

  private static final String FAILS = "# fails: ";
  private static final String WITH = "# with: ";

  private final Path tree;
  private final Path scratch;

  private SeededGates(Path tree, Path scratch) {
    this.tree = tree;
    this.scratch = scratch;
  }

  /** A patch, the command that must fail with it, and what the command must say. */
  private record Violation(String name, Path patch, String command, List<String> texts) {}

  /** Arguments: a tree to copy, an empty folder, and the patches. */
  public static void main(String[] arguments) throws Exception {
    List<Path> patches =
        List.of(arguments).subList(2, arguments.length).stream().map(Path::of).toList();
    System.exit(uncaught(Path.of(arguments[0]), Path.of(arguments[1]), patches).isEmpty() ? 0 : 1);
  }

  /** What is not caught, and why. */
  static List<String> uncaught(Path tree, Path scratch, List<Path> patches) throws Exception {
    List<Violation> violations = new ArrayList<>();
    for (Path patch : patches) {
      violations.add(violation(patch));
    }
    var seeded = new SeededGates(tree, scratch);
    return Checks.run(seeded.checks(violations), Runtime.getRuntime().availableProcessors());
  }

  private static Violation violation(Path patch) throws IOException {
    String name = patch.getFileName().toString().replace(".patch", "");
    List<String> header =
        Files.readAllLines(patch).stream().takeWhile(line -> line.startsWith("# ")).toList();
    List<String> commands = of(FAILS, header);
    List<String> texts = of(WITH, header);
    if (commands.size() != 1 || texts.isEmpty()) {
      throw new IllegalArgumentException(
          name + ": the first lines must be '" + FAILS + "COMMAND' and '" + WITH + "TEXT'");
    }
    return new Violation(name, patch, commands.get(0), texts);
  }

  private static List<String> of(String key, List<String> header) {
    return header.stream()
        .filter(line -> line.startsWith(key))
        .map(line -> line.substring(key.length()))
        .toList();
  }

  private List<Callable<String>> checks(List<Violation> violations) {
    SortedMap<String, List<String>> texts = new TreeMap<>();
    for (Violation violation : violations) {
      texts
          .computeIfAbsent(violation.command(), command -> new ArrayList<>())
          .addAll(violation.texts());
    }
    List<Callable<String>> checks = new ArrayList<>();
    int number = 0;
    for (Map.Entry<String, List<String>> command : texts.entrySet()) {
      String folder = "no-violation-" + number++;
      checks.add(
          Checks.check(
              "(no violation)",
              command.getKey(),
              () -> expectPass(folder, command.getKey(), command.getValue())));
    }
    for (Violation violation : violations) {
      checks.add(
          Checks.check(violation.name(), violation.command(), () -> expectFailure(violation)));
    }
    return checks;
  }

  private void expectPass(String name, String command, List<String> texts) throws Exception {
    Path folder = copy(name);
    Checks.Run run = run(command, folder);
    if (run.status() != 0) {
      throw new Checks.Broken("does not pass without a violation\n" + run.tail());
    }
    for (String text : texts) {
      if (run.output().contains(text)) {
        throw new Checks.Broken("says '" + text + "' without a violation too");
      }
    }
    remove(folder);
  }

  private void expectFailure(Violation violation) throws Exception {
    Path folder = copy(violation.name());
    Checks.Run applied =
        Checks.start(
            List.of("git", "apply", violation.patch().toAbsolutePath().toString()),
            folder.resolve("tree"),
            folder);
    if (applied.status() != 0) {
      throw new Checks.Broken("was not asked, the patch does not apply\n" + applied.tail());
    }
    Checks.Run run = run(violation.command(), folder);
    if (run.status() == 0) {
      throw new Checks.Broken("passed");
    }
    if (run.status() == Checks.Run.KILLED) {
      throw new Checks.Broken("did not end\n" + run.tail());
    }
    for (String text : violation.texts()) {
      if (!run.output().contains(text)) {
        throw new Checks.Broken("failed, but did not say '" + text + "'\n" + run.tail());
      }
    }
    remove(folder);
  }

  /** A folder with the tree in it, a git repository of its own: commands may list its files. */
  private Path copy(String name) throws Exception {
    Path folder = Files.createDirectories(scratch.resolve(name));
    List<String> commands = List.of("cp -a \"$0\" tree", "git init -q tree");
    for (String command : commands) {
      Checks.Run run =
          Checks.start(
              List.of("bash", "-c", command, tree.toAbsolutePath().toString()), folder, folder);
      if (run.status() != 0) {
        throw new IOException(command + ": " + run.tail());
      }
    }
    return folder;
  }

  private static Checks.Run run(String command, Path folder)
      throws IOException, InterruptedException {
    String withJdk = "export JDK=\"$0\"; " + command;
    return Checks.start(
        List.of("bash", "-c", withJdk, System.getProperty("java.home")),
        folder.resolve("tree"),
        folder);
  }

  /** Only after a check that holds: what is left shows what went wrong. */
  private static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    }
  }
}
