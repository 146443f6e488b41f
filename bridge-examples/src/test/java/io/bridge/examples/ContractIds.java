package io.bridge.examples;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The ids of the contract as texts spell them, such as {@code A7}. In Java only comments and string
 * literals count: a type parameter may have such a name.
 */
final class ContractIds {

  private static final Pattern ID = Pattern.compile("\\b[ABCEINST][1-9]\\d?[ab]?\\b");
  private static final Pattern SECTION = Pattern.compile("(?i)\\bsection ([1-9]\\d?)\\b(?!\\.\\d)");
  private static final Pattern DEFINITION =
      Pattern.compile("<a id=\"(\\w+)\"></a>\\*\\*(\\w+)\\*\\*( \\*\\(planned\\)\\*)?");

  private static final String STRING = "\"(?:\\\\.|[^\"\\\\\\n])*\"";
  private static final Pattern PROSE =
      Pattern.compile(
          "/\\*.*?\\*/|//[^\\n]*|\"\"\".*?\"\"\"|" + STRING + "|'(?:\\\\.|[^'\\\\])'",
          Pattern.DOTALL);
  private static final Pattern PROOF =
      Pattern.compile(
          "/\\*\\*.*?\\*/|@DisplayName\\(\\s*(?:" + STRING + "[\\s+]*)+\\)", Pattern.DOTALL);

  private ContractIds() {}

  /** An id of the contract page, with the anchor that stands before it. */
  record Definition(String id, String anchor, boolean planned) {

    boolean hasItsAnchor() {
      return anchor.equals(id.toLowerCase(Locale.ROOT));
    }
  }

  /** The definitions of the contract page by their ids; an id that is there twice is an error. */
  static Map<String, Definition> definedIn(String contract) {
    Map<String, Definition> definitions = new LinkedHashMap<>();
    for (Matcher m = DEFINITION.matcher(contract); m.find(); ) {
      Definition definition = new Definition(m.group(2), m.group(1), m.group(3) != null);
      if (definitions.put(definition.id(), definition) != null) {
        throw new IllegalStateException("defined twice: " + definition.id());
      }
    }
    return definitions;
  }

  static Set<String> in(String prose) {
    return ID.matcher(prose)
        .results()
        .map(MatchResult::group)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The numbers of the sections that {@code prose} names. */
  static Set<String> sectionsIn(String prose) {
    return SECTION
        .matcher(prose)
        .results()
        .map(m -> m.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The comments and string literals of {@code java}. */
  static String proseOf(String java) {
    return parts(PROSE, java);
  }

  /** What names the promises that a test proves: its display names and its Javadoc. */
  static String proofsOf(String java) {
    return parts(PROOF, java);
  }

  /** The comments and literals in the header and the Java lines of a patch. */
  static String proseOfPatch(String patch) {
    return proseOf(
        patch
            .lines()
            .map(line -> line.startsWith("# ") ? "// " + line : line.replaceFirst("^.", ""))
            .collect(Collectors.joining("\n")));
  }

  private static String parts(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .map(MatchResult::group)
        .collect(Collectors.joining("\n"));
  }
}
