package io.bridge.testkit;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds links between files that lead nowhere: to a file that does not exist, or to an anchor that
 * its file does not have. Reads Markdown as GitHub shows it, and the HTML of Javadoc. Links to
 * other hosts are not followed.
 */
public final class Links {

  private static final Pattern FENCED =
      Pattern.compile("(?ms)^ {0,3}(```+|~~~+).*?^ {0,3}\\1[^\\n]*$");
  private static final Pattern CODE = Pattern.compile("`[^`\\n]*`");
  private static final Pattern MARKDOWN_LINK = Pattern.compile("\\]\\(\\s*<?([^)\\s>]+)>?[^)]*\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6}\\s+(.*?)\\s*#*$");
  private static final Pattern HTML_ANCHOR = Pattern.compile("\\s(?:id|name)=\"([^\"]+)\"");
  private static final Pattern HTML_LINK = Pattern.compile("\\s(?:href|src)=\"([^\"]+)\"");
  private static final Pattern LINK_TEXT = Pattern.compile("\\[([^\\]]*)\\]\\([^)]*\\)");

  private final Map<Path, Set<String>> anchors = new HashMap<>();

  private Links() {}

  /**
   * Checks the folder that is given, and exits with 1 if a link leads nowhere.
   *
   * @param args a folder of HTML or Markdown files
   */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    List<Path> files = filesBelow(folder);
    if (files.isEmpty()) {
      throw new IllegalArgumentException("no HTML or Markdown below " + folder);
    }
    List<String> broken = broken(files);
    broken.forEach(System.err::println);
    System.out.println(files.size() + " files, " + broken.size() + " broken links");
    if (!broken.isEmpty()) {
      System.exit(1);
    }
  }

  /** The HTML and Markdown files below {@code folder}. */
  public static List<Path> filesBelow(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(f -> isHtml(f) || isMarkdown(f)).sorted().toList();
    }
  }

  /** A line for each link in {@code files} that leads nowhere. */
  public static List<String> broken(List<Path> files) {
    Links links = new Links();
    return files.stream().flatMap(file -> links.brokenIn(file).stream()).toList();
  }

  private List<String> brokenIn(Path file) {
    String text = isMarkdown(file) ? withoutCode(read(file)) : read(file);
    Matcher links = (isMarkdown(file) ? MARKDOWN_LINK : HTML_LINK).matcher(text);
    List<String> broken = new ArrayList<>();
    while (links.find()) {
      String link = links.group(1);
      if (isLocal(link) && !leadsSomewhere(file, link)) {
        broken.add(file + ": " + link);
      }
    }
    return broken;
  }

  private static boolean isLocal(String link) {
    return !link.startsWith("//")
        && !link.contains("${")
        && !link.matches("[a-zA-Z][a-zA-Z0-9+.-]*:.*");
  }

  private boolean leadsSomewhere(Path from, String link) {
    int hash = link.indexOf('#');
    String path = decoded(hash < 0 ? link : link.substring(0, hash)).replaceAll("\\?.*", "");
    Path target = path.isEmpty() ? from : from.resolveSibling(path).toAbsolutePath().normalize();
    if (!Files.exists(target)) {
      return false;
    }
    if (hash < 0 || hash == link.length() - 1 || !(isHtml(target) || isMarkdown(target))) {
      return true;
    }
    return anchorsOf(target).contains(decoded(link.substring(hash + 1)));
  }

  private Set<String> anchorsOf(Path file) {
    return anchors.computeIfAbsent(
        file.toAbsolutePath().normalize(),
        f -> isMarkdown(f) ? anchorsOfMarkdown(read(f)) : found(HTML_ANCHOR, read(f)));
  }

  private static Set<String> anchorsOfMarkdown(String text) {
    String shown = FENCED.matcher(text).replaceAll("");
    Set<String> all = found(HTML_ANCHOR, shown);
    Map<String, Integer> seen = new HashMap<>();
    Matcher headings = HEADING.matcher(shown);
    while (headings.find()) {
      String slug = slug(headings.group(1));
      int before = seen.merge(slug, 1, Integer::sum) - 1;
      all.add(before == 0 ? slug : slug + "-" + before);
    }
    return all;
  }

  /** The anchor that GitHub gives a heading. */
  private static String slug(String heading) {
    return LINK_TEXT
        .matcher(heading)
        .replaceAll("$1")
        .replaceAll("<[^>]*>", "")
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^\\p{L}\\p{N}\\-_ ]", "")
        .replace(' ', '-');
  }

  private static Set<String> found(Pattern pattern, String text) {
    Set<String> found = new HashSet<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      found.add(decoded(matcher.group(1)));
    }
    return found;
  }

  private static String withoutCode(String markdown) {
    return CODE.matcher(FENCED.matcher(markdown).replaceAll("")).replaceAll("");
  }

  private static String decoded(String part) {
    String text = part.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    return text.indexOf('%') < 0
        ? text
        : URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static boolean isHtml(Path file) {
    return file.toString().endsWith(".html");
  }

  private static boolean isMarkdown(Path file) {
    return file.toString().endsWith(".md");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError("cannot read " + file, e);
    }
  }
}
