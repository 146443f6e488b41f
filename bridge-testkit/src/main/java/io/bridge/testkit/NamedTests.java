package io.bridge.testkit;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * The program that {@link SeededFaults} starts in a JVM of its own: runs the tests that the
 * arguments name, each a class or {@code class#method}, up to the first failure, and tells by its
 * exit status how it went.
 */
public final class NamedTests {

  static final int GREEN = 0;
  static final int RED = 3;
  static final int NO_SUCH_TEST = 4;
  static final int BROKEN = 5;

  private NamedTests() {}

  /** Never returns: exits with one of the states above. */
  public static void main(String[] names) throws ClassNotFoundException {
    List<DiscoverySelector> tests = new ArrayList<>();
    for (String name : names) {
      List<DiscoverySelector> found = selectors(name);
      if (found.isEmpty()) {
        exit(NO_SUCH_TEST, "no such method: " + name, null);
      }
      tests.addAll(found);
    }
    var request = LauncherDiscoveryRequestBuilder.request().selectors(tests).build();
    var listener = new FirstFailure();
    LauncherFactory.create().execute(request, listener);
    if (listener.succeeded == 0) {
      exit(NO_SUCH_TEST, "no test ran", null);
    }
    exit(GREEN, listener.succeeded + " tests succeeded", null);
  }

  private static List<DiscoverySelector> selectors(String name) throws ClassNotFoundException {
    int end = name.indexOf('#');
    if (end < 0) {
      return List.of(selectClass(Class.forName(name)));
    }
    // by name only: a parameterised test has parameters
    Class<?> type = Class.forName(name.substring(0, end));
    return Arrays.stream(type.getDeclaredMethods())
        .filter(method -> method.getName().equals(name.substring(end + 1)))
        .<DiscoverySelector>map(method -> selectMethod(type, method))
        .toList();
  }

  /** Ends the JVM: what follows a failure may hang until its deadline too, and adds nothing. */
  private static final class FirstFailure implements TestExecutionListener {

    private int succeeded;

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      Throwable failure = result.getThrowable().orElse(null);
      if (result.getStatus() == TestExecutionResult.Status.FAILED) {
        boolean red = test.isTest() && !isUnlinked(failure);
        exit(red ? RED : BROKEN, "failed: " + test.getDisplayName(), failure);
      } else if (result.getStatus() == TestExecutionResult.Status.SUCCESSFUL && test.isTest()) {
        succeeded++;
      }
    }

    /** Only the fault's own classes are compiled anew; others may want what it took away. */
    private static boolean isUnlinked(@Nullable Throwable failure) {
      int depth = 0;
      for (Throwable cause = failure; cause != null && depth < 100; cause = cause.getCause()) {
        if (cause instanceof IncompatibleClassChangeError
            || cause instanceof NoClassDefFoundError
            || cause instanceof VerifyError) {
          return true;
        }
        depth++;
      }
      return false;
    }
  }

  private static void exit(int status, String message, @Nullable Throwable failure) {
    System.out.println(message);
    if (failure != null) {
      failure.printStackTrace(System.out);
    }
    System.out.flush();
    Runtime.getRuntime().halt(status); // whatever still runs, or hangs
  }
}
