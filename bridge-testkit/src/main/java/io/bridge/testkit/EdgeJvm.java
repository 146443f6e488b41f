package io.bridge.testkit;

import java.io.File;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** The JVM of an {@link EdgeProgram}. */
public final class EdgeJvm {

  private EdgeJvm() {}

  /** What {@code program} prints; it finds the classes of the same jars as each of {@code of}. */
  public static String outputOf(
      Class<?> program, String argument, List<Class<?>> of, List<String> options) throws Exception {
    Set<String> roots = new LinkedHashSet<>(List.of(root(program), root(EdgeProgram.class)));
    for (Class<?> type : of) {
      roots.add(root(type));
    }
    String classPath = String.join(File.pathSeparator, roots);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", classPath, program.getName(), argument));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
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
