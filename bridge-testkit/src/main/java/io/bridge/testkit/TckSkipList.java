package io.bridge.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The skips that stand on the checked-in list of one TCK class, one line each: {@code rule: the
 * TCK's reason}. Empty lines and lines with # are for the reader. No file is an empty list.
 *
 * @param file the list in the sources of the class's module
 * @param reasons the reason of each listed rule
 * @param faults what is wrong with the list or its class: then it allows nothing
 */
record TckSkipList(String file, Map<String, String> reasons, List<String> faults) {

  /** No package name, so that no module encapsulates the files. */
  private static final String FOLDER = "tck-skips";

  private static final String RULE = "(required|optional|stochastic|untested)_.*";

  static TckSkipList of(Class<?> verification) {
    String path = "/" + FOLDER + "/" + verification.getName() + ".skips";
    Map<String, String> reasons = new HashMap<>();
    List<String> faults = new ArrayList<>();
    Set<String> rules =
        Arrays.stream(verification.getMethods()).map(Method::getName).collect(Collectors.toSet());
    for (String line : lines(verification, path)) {
      String[] parts = line.split(": ", 2);
      if (parts.length < 2) {
        faults.add("not a line `rule: reason`: " + line);
      } else if (!rules.contains(parts[0])) {
        faults.add("the TCK has no such rule: " + parts[0]);
      } else if (reasons.put(parts[0], parts[1]) != null) {
        faults.add("listed twice: " + parts[0]);
      }
    }
    for (Method method : verification.getMethods()) {
      if (method.getName().matches(RULE) && !isOfTck(method.getDeclaringClass().getName())) {
        faults.add("its class overrides a rule, which is a skip too: " + method.getName());
      }
    }
    return new TckSkipList("src/test/resources" + path, reasons, faults);
  }

  /** Whether a class of that name belongs to the TCK. */
  static boolean isOfTck(String className) {
    return className.startsWith("org.reactivestreams.tck.");
  }

  private static List<String> lines(Class<?> verification, String path) {
    try (InputStream file = verification.getResourceAsStream(path)) {
      if (file == null) {
        return List.of();
      }
      return new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8))
          .lines()
          .map(String::strip)
          .filter(line -> !line.isEmpty() && !line.startsWith("#"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
