package io.bridge.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What counts as a caught violation, on a tree of one file and a gate that is a grep. */
class SeededGatesTest {

  /** Fails if the file has the word. */
  private static final String GATE = "! grep rotten file";

  private static final String ROTTEN =
      """
      --- a/file
      +++ b/file
      @@ -1 +1 @@
      -good
      +rotten
      """;

  @TempDir private Path folder;
  private Path tree;

  @BeforeEach
  void aTree() throws IOException {
    tree = Files.createDirectory(folder.resolve("tree"));
    Files.writeString(tree.resolve("file"), "good\n");
  }

  @Test
  void aCommandThatFailsAndSaysIt_isCaught() throws Exception {
    assertThat(uncaught(GATE, "rotten", ROTTEN)).isEmpty();
    assertThat(tree.resolve("file")).hasContent("good");
  }

  @Test
  void aCommandThatPasses_isNot() throws Exception {
    assertThat(uncaught("true", "rotten", ROTTEN)).singleElement().asString().contains("passed");
  }

  @Test
  void aPatchThatViolatesNothing_isNot() throws Exception {
    String harmless = ROTTEN.replace("+rotten", "+better");
    assertThat(uncaught(GATE, "rotten", harmless)).singleElement().asString().contains("passed");
  }

  @Test
  void aFailureForAnotherReason_isNot() throws Exception {
    assertThat(uncaught(GATE, "mouldy", ROTTEN))
        .singleElement()
        .asString()
        .contains("failed, but did not say 'mouldy'");
  }

  @Test
  void eachTextIsAskedFor() throws Exception {
    assertThat(uncaught(GATE, "rotten\n# with: mouldy", ROTTEN))
        .singleElement()
        .asString()
        .contains("did not say 'mouldy'");
  }

  @Test
  void aPatchThatDoesNotApply_isNot() throws Exception {
    String stale = ROTTEN.replace("-good", "-fresh");
    assertThat(uncaught(GATE, "rotten", stale))
        .singleElement()
        .asString()
        .contains("the patch does not apply");
  }

  @Test
  void aCommandThatFailsWithoutTheViolationToo_provesNothing() throws Exception {
    assertThat(uncaught("cat file; false", "rotten", ROTTEN))
        .singleElement()
        .asString()
        .contains("does not pass without a violation");
  }

  @Test
  void aTextThatIsSaidWithoutTheViolationToo_provesNothing() throws Exception {
    assertThat(uncaught("echo checking; " + GATE, "checking", ROTTEN))
        .singleElement()
        .asString()
        .contains("says 'checking' without a violation too");
  }

  @Test
  void theCommandFindsTheJdk() throws Exception {
    String gate = "[ -x \"$JDK/bin/java\" ] && " + GATE;
    assertThat(uncaught(gate, "rotten", ROTTEN)).isEmpty();
  }

  @Test
  void aPatchWithoutACommandOrAText_isRefused() throws IOException {
    Path patch = Files.writeString(folder.resolve("bare.patch"), "# fails: false\n" + ROTTEN);
    assertThatThrownBy(() -> SeededGates.uncaught(tree, folder, List.of(patch)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("bare");
  }

  private List<String> uncaught(String command, String text, String diff) throws Exception {
    String header = "# fails: " + command + "\n# with: " + text + "\n";
    Path patch = Files.writeString(folder.resolve("a.patch"), header + diff);
    Path scratch = Files.createDirectory(folder.resolve("scratch"));
    return SeededGates.uncaught(tree, scratch, List.of(patch));
  }
}
