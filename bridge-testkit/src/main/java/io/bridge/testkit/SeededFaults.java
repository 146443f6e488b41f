package io.bridge.testkit;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The tests' own proof, started by {@code .ci/seeded} in a tree that is built: a fault is a patch
 * in {@code bridge-testkit/seeded}, and the test that its first line names must go red.
 *
 * <p>Only the patched files are compiled, into a folder that goes before the module's test class
 * path, and one JVM a fault runs the named test, two a processor at a time. A fault is caught by a
 * test that failed and by nothing else: not by one that does not exist or did not run, not by a
 * fault that does not compile or link, and not by a JVM that had to be killed. What hangs must meet
 * the test's own deadline. The same tests run once without a fault, and must be green.
 */
public final class SeededFaults {

  private static final Pattern EXPECTS = Pattern.compile("# expects: (\\S+) (\\w+)(#\\w+)?");
  private static final Pattern PATCHED = Pattern.compile("(?m)^\\+\\+\\+ b/(\\S+)");

  /** Without a fault; all of a module in one JVM would take minutes. */
  private static final int TESTS_AT_ONCE = 20;

  private final JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
  private final Path root;
  private final Path scratch;

  private SeededFaults(Path root, Path scratch) {
    this.root = root;
    this.scratch = scratch;
  }

  /** A patch and the test of a module, a class or {@code class#method}, that must see it. */
  private record Fault(String name, Path patch, String module, String test) {}

  /** Arguments: the tree, an empty folder, and the patches. */
  public static void main(String[] arguments) throws Exception {
    var seeded = new SeededFaults(Path.of(arguments[0]), Path.of(arguments[1]));
    List<Fault> faults = new ArrayList<>();
    for (String patch : List.of(arguments).subList(2, arguments.length)) {
      faults.add(fault(Path.of(patch)));
    }
    // a fault that hangs needs no processor until the test's deadline
    int workers = 2 * Runtime.getRuntime().availableProcessors();
    System.exit(Checks.run(seeded.checks(faults), workers).isEmpty() ? 0 : 1);
  }

  private static Fault fault(Path patch) throws IOException {
    String name = patch.getFileName().toString().replace(".patch", "");
    Matcher expects = EXPECTS.matcher(Files.readString(patch).lines().findFirst().orElse(""));
    if (!expects.matches()) {
      throw new IllegalArgumentException(
          name + ": the first line must be '# expects: MODULE TestClass#method'");
    }
    String method = expects.group(3) == null ? "" : expects.group(3);
    return new Fault(name, patch, expects.group(1), expects.group(2) + method);
  }

  /** Each answers what is wrong, empty if nothing is. */
  private List<Callable<String>> checks(List<Fault> faults) {
    SortedMap<String, SortedSet<String>> tests = new TreeMap<>();
    for (Fault fault : faults) {
      tests.computeIfAbsent(fault.module(), module -> new TreeSet<>()).add(fault.test());
    }
    List<Callable<String>> checks = new ArrayList<>();
    // the longest come first
    tests.forEach((module, names) -> {
      List<String> all = List.copyOf(names);
      for (int from = 0; from < all.size(); from += TESTS_AT_ONCE) {
        List<String> some = all.subList(from, Math.min(all.size(), from + TESTS_AT_ONCE));
        Path folder = scratch.resolve("no-fault-" + module + from);
        String what = module + " " + some.get(0) + " and " + (some.size() - 1) + " more";
        checks.add(Checks.check("(no fault)", what, () -> expectGreen(module, some, folder)));
      }
    });
    for (Fault fault : faults) {
      checks.add(
          Checks.check(fault.name(), fault.module() + " " + fault.test(), () -> expectRed(fault)));
    }
    return checks;
  }

  private void expectRed(Fault fault) throws IOException, InterruptedException, Checks.Broken {
    Path folder = Files.createDirectories(scratch.resolve(fault.name()));
    compile(fault, folder);
    Checks.Run run = run(fault.module(), List.of(fault.test()), folder);
    if (run.status() == NamedTests.GREEN) {
      throw new Checks.Broken("stayed green");
    }
    if (run.status() != NamedTests.RED) {
      throw new Checks.Broken("did not fail, but\n" + run.tail());
    }
  }

  private void expectGreen(String module, List<String> tests, Path folder)
      throws IOException, InterruptedException, Checks.Broken {
    Checks.Run run = run(module, tests, Files.createDirectories(folder));
    if (run.status() != NamedTests.GREEN) {
      throw new Checks.Broken("is not green without a fault\n" + run.tail());
    }
  }

  /** Applies the patch to copies of the files it changes, and compiles these. */
  private void compile(Fault fault, Path folder)
      throws IOException, InterruptedException, Checks.Broken {
    Path sources = Files.createDirectories(folder.resolve("sources"));
    List<Path> files = new ArrayList<>();
    Matcher patched = PATCHED.matcher(Files.readString(fault.patch()));
    while (patched.find()) {
      Path copy = sources.resolve(patched.group(1));
      Files.createDirectories(folderOf(copy));
      Files.copy(root.resolve(patched.group(1)), copy);
      files.add(copy);
    }
    Checks.Run applied =
        Checks.start(List.of("git", "apply", fault.patch().toString()), sources, folder);
    if (applied.status() != 0) {
      throw new Checks.Broken("was not asked, the patch does not apply\n" + applied.tail());
    }
    var output = new StringWriter();
    try (StandardJavaFileManager manager = javac.getStandardFileManager(null, null, null)) {
      List<String> options = new ArrayList<>(List.of("-g", "-parameters", "-proc:none", "-nowarn"));
      options.addAll(List.of("--release", "21", "-d", classes(folder).toString()));
      options.addAll(List.of("-cp", classPath(fault.module(), folder)));
      var units = manager.getJavaFileObjectsFromPaths(files);
      if (!javac.getTask(output, manager, null, options, null, units).call()) {
        throw new Checks.Broken("was not asked, the fault does not compile\n" + output);
      }
    }
  }

  private Checks.Run run(String module, List<String> tests, Path folder)
      throws IOException, InterruptedException, Checks.Broken {
    // as surefire starts it: the options of the build, in the module's folder
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-ea", "-cp", classPath(module, folder), NamedTests.class.getName()));
    for (String test : tests) {
      command.addAll(withPackage(module, test));
    }
    return Checks.start(command, root.resolve(module), folder);
  }

  private String classPath(String module, Path folder) throws IOException {
    Path target = root.resolve(module).resolve("target");
    return String.join(
        File.pathSeparator,
        classes(folder).toString(),
        target.resolve("test-classes").toString(),
        target.resolve("classes").toString(),
        Files.readString(target.resolve("test.classpath")).strip());
  }

  private static Path classes(Path folder) throws IOException {
    return Files.createDirectories(folder.resolve("classes"));
  }

  /** As surefire's -Dtest: a class of that name in any package. */
  private List<String> withPackage(String module, String test) throws IOException, Checks.Broken {
    int end = test.indexOf('#') < 0 ? test.length() : test.indexOf('#');
    Path classes = root.resolve(module).resolve("target/test-classes");
    String file = test.substring(0, end) + ".class";
    try (Stream<Path> all = Files.walk(classes)) {
      List<String> found =
          all.filter(path -> path.endsWith(file))
              .map(path -> classes.relativize(path).toString().replace(File.separatorChar, '.'))
              .map(name -> name.replaceAll("\\.class$", "") + test.substring(end))
              .toList();
      if (found.isEmpty()) {
        throw new Checks.Broken("does not exist: " + test);
      }
      return found;
    }
  }

  private static Path folderOf(Path file) {
    return file.resolveSibling("");
  }
}
