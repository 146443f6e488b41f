package io.bridge.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The API is that of the checked-in listings, {@code api.txt} of each published module. A change is
 * announced by running this class with {@code -Dbridge.api.write=true}, which writes them anew, and
 * by what VERSIONING.md asks for beside that.
 */
class ApiBaselineTest {

  private static final boolean WRITE = Boolean.getBoolean("bridge.api.write");

  @ParameterizedTest
  @CsvSource({
    "bridge-core,              io.bridge",
    "bridge-reactor,           io.bridge.reactor",
    "bridge-rxjava,            io.bridge.rxjava",
    "bridge-completablefuture, io.bridge.completablefuture"
  })
  @DisplayName("the API is the announced one")
  void unchanged(String module, String exported) throws IOException {
    Path baseline = Path.of("..", module, "api.txt");
    List<String> api = api(exported);
    if (WRITE) {
      Files.write(baseline, api);
    }
    assertThat(api)
        .as("the API of %s; announce a change as VERSIONING.md says", module)
        .isEqualTo(Files.readAllLines(baseline));
  }

  private static List<String> api(String exported) {
    return new ClassFileImporter()
        .importPackages(exported).stream()
            .filter(type -> type.getPackageName().equals(exported) && type.isTopLevelClass())
            .map(JavaClass::getName)
            .distinct()
            .sorted()
            .flatMap(name -> ApiListing.of(load(name)))
            .toList();
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name, false, ApiBaselineTest.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }
}
