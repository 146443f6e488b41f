package io.bridge.examples;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The rooms of the house, {@code io.bridge.internal.*}: which may know which. */
class RoomsTest {

  private static final String INTERNAL = "io.bridge.internal.";
  private static final Path SOURCES =
      Path.of("..", "bridge-core", "src", "main", "java", "io", "bridge", "internal");

  /** A row of the table in the package-info of internal. */
  private static final Pattern ROW =
      Pattern.compile("<tr><td>(\\w+)</td>\\s*<td>[^<]*</td>\\s*<td>(\\w+)</td></tr>");

  private static final Pattern TEST = Pattern.compile("\\b\\w+(?:Test|Stress)\\b");

  /**
   * A public concept with its implementation, or two halves of one thing. All other types know each
   * other in one direction only.
   */
  private static final Set<Set<String>> NATURAL =
      Set.of(
          // the current frame has a context, which a block can replace
          Set.of(
              "BlockFrame",
              "CancelFrame",
              "CancelWalk",
              "ContextFrame",
              "ContextSnapshot",
              "CoroutineContext",
              "CurrentFrame",
              "Guard",
              "InterruptWindow",
              "LibraryHooks",
              "PresentLibraries",
              "ScopeFrame"),
          Set.of(
              "CoroutineScope",
              "Joiners",
              "RunningScope",
              "ScopeConfig",
              "ScopeCoroutines",
              "ScopeHandle",
              "ScopeThreads"),
          Set.of(
              "Awaitable",
              "CallbackAwait",
              "ConversionSink",
              "ParkedAwait",
              "Receiver",
              "Suspension"),
          Set.of("AwaitFailure", "AwaitSite", "Failures"),
          Set.of(
              "Coroutine",
              "CoroutineEnd",
              "CoroutineParent",
              "CurrentCoroutine",
              "InPlaceCoroutine",
              "InPlaceFrame",
              "RunningCoroutine"),
          // a default method of the emitter passes a publisher on
          Set.of("EmitAll", "Emitter", "EmitterSubscription", "StreamHandle", "SubscriberHold"),
          Set.of("Timer", "TimerHeap", "Timers"),
          Set.of("Cursor", "IterationCursor"),
          Set.of("CursorWatch", "Iteration"),
          Set.of("ExecutorFrame", "RunOn"),
          Set.of("Fold", "FoldAwait"),
          Set.of("SystemTime", "TimeSource"),
          // an assembly trace leaves out the frames of the builders that have one
          Set.of(
              "AssemblyTrace", "AwaitableMono", "CoroutineFlux", "MapAwaitFlux", "ReactorBridge"));

  @Test
  @DisplayName("no circle of packages")
  void packages() {
    slices()
        .matching("io.bridge.internal.(*)..")
        .should()
        .beFreeOfCycles()
        .check(ArchitectureTest.PUBLISHED);
  }

  @Test
  @DisplayName(
      "no arrow up: a room uses only those above it in the table of internal's package-info")
  void floors() throws IOException {
    List<String> rooms = table().stream().map(row -> row.group(1)).toList();
    assertThat(ArchitectureTest.PUBLISHED)
        .flatExtracting(JavaClass::getDirectDependenciesFromSelf)
        .filteredOn(arrow -> isUp(arrow, rooms))
        .extracting(Dependency::getDescription)
        .isEmpty();
  }

  private static boolean isUp(Dependency arrow, List<String> rooms) {
    String from = room(arrow.getOriginClass());
    String to = room(arrow.getTargetClass());
    return !from.isEmpty() && !to.isEmpty() && rooms.indexOf(from) < rooms.indexOf(to);
  }

  @Test
  @DisplayName("no circle of top-level types beside the natural ones")
  void types() {
    Map<String, Set<String>> arrows = new TreeMap<>();
    for (JavaClass type : ArchitectureTest.PUBLISHED) {
      Set<String> targets = arrows.computeIfAbsent(topLevel(type), name -> new TreeSet<>());
      type.getDirectDependenciesFromSelf().stream()
          .map(arrow -> topLevel(arrow.getTargetClass()))
          .filter(name -> name.startsWith("io.bridge"))
          .forEach(targets::add);
      targets.addAll(permitted(type));
    }
    Map<String, Set<String>> reachable = new TreeMap<>();
    arrows.keySet().forEach(type -> reachable.put(type, reachableFrom(type, arrows)));
    Set<Set<String>> circles =
        reachable.entrySet().stream()
            .map(from -> circleOf(from.getKey(), from.getValue(), reachable))
            .filter(circle -> circle.size() > 1)
            .collect(Collectors.toSet());
    assertThat(circles).isEqualTo(NATURAL);
  }

  /** The types that reach each other, {@code type} among them. */
  private static Set<String> circleOf(
      String type, Set<String> targets, Map<String, Set<String>> reachable) {
    return targets.stream()
        .filter(other -> reachable.getOrDefault(other, Set.of()).contains(type))
        .map(RoomsTest::simpleName)
        .collect(Collectors.toSet());
  }

  /** What a sealed type names as its implementations. */
  private static List<String> permitted(JavaClass type) {
    Class<?>[] permitted = type.reflect().getPermittedSubclasses();
    return permitted == null
        ? List.of()
        : Arrays.stream(permitted).map(sub -> sub.getName().replaceAll("\\$.*", "")).toList();
  }

  private static Set<String> reachableFrom(String type, Map<String, Set<String>> arrows) {
    Set<String> found = new TreeSet<>();
    Deque<String> next = new ArrayDeque<>(arrows.getOrDefault(type, Set.of()));
    while (!next.isEmpty()) {
      String target = next.remove();
      if (found.add(target)) {
        next.addAll(arrows.getOrDefault(target, Set.of()));
      }
    }
    return found;
  }

  @Test
  @DisplayName("each room says its rule, its design page and its proof, which exist")
  void maps() throws IOException {
    Set<String> tests = testsOfTheProject();
    for (MatchResult row : table()) {
      Path room = SOURCES.resolve(row.group(1));
      String text = Files.readString(room.resolve("package-info.java"));
      assertThat(text).contains("<b>Rule:</b>", "<b>Design:</b>", "<b>Proof:</b>");
      assertThat(room.resolve(row.group(2) + ".java")).exists();
      assertThat(TEST.matcher(text).results().map(MatchResult::group))
          .isNotEmpty()
          .isSubsetOf(tests);
    }
    try (Stream<Path> folders = Files.list(SOURCES)) {
      assertThat(folders.filter(Files::isDirectory).map(folder -> folder.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(table().stream().map(row -> row.group(1)).toList());
    }
  }

  private static Set<String> testsOfTheProject() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of(".."))) {
      return files
          .map(file -> requireNonNull(file.getFileName()).toString())
          .filter(name -> name.endsWith("Test.java") || name.endsWith("Stress.java"))
          .map(name -> name.replace(".java", ""))
          .collect(Collectors.toSet());
    }
  }

  private static List<MatchResult> table() throws IOException {
    String text = Files.readString(SOURCES.resolve("package-info.java"));
    List<MatchResult> rows = ROW.matcher(text.replace("\n *", "")).results().toList();
    assertThat(rows).isNotEmpty();
    return rows;
  }

  private static String room(JavaClass type) {
    String name = type.getPackageName() + ".";
    return name.startsWith(INTERNAL) && name.length() > INTERNAL.length()
        ? name.substring(INTERNAL.length(), name.length() - 1)
        : "";
  }

  private static String topLevel(JavaClass type) {
    return type.getBaseComponentType().getName().replaceAll("\\$.*", "");
  }

  private static String simpleName(String type) {
    return type.substring(type.lastIndexOf('.') + 1);
  }
}
