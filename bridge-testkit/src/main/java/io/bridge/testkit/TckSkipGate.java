package io.bridge.testkit;

import java.lang.reflect.InvocationTargetException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.tck.PublisherVerification;
import org.testng.IClassListener;
import org.testng.IHookCallBack;
import org.testng.IHookable;
import org.testng.IInvokedMethod;
import org.testng.IInvokedMethodListener;
import org.testng.ITestClass;
import org.testng.ITestResult;
import org.testng.SkipException;

/**
 * B1: a rule that the TCK skips is as good as untested, so each skip stands on a checked-in list,
 * {@link TckSkipList}; one that does not fails, and so does a listed rule that is skipped no more.
 *
 * <p>TestNG finds it as a service, so no TCK class can forget it, one without a base in {@link Tck}
 * included: {@code @Listeners} on the bases would not be inherited.
 */
public final class TckSkipGate implements IHookable, IInvokedMethodListener, IClassListener {

  /** What the TCK says if a rule wants more items than the publisher has. */
  private static final Pattern ELEMENT_COUNT =
      Pattern.compile(
          "Unable to run this test, as required elements nr: \\d+"
              + " is higher than supported by given producer: \\d+");

  private final Map<Class<?>, TckSkipList> lists = new ConcurrentHashMap<>();

  /** The lines that the list of a class lacks, up to now. */
  private final Map<Class<?>, Set<String>> missing = new ConcurrentHashMap<>();

  /** For TestNG. */
  public TckSkipGate() {}

  /** Around each test: what is thrown from here replaces the TCK's skip, or its success. */
  @Override
  public void run(IHookCallBack test, ITestResult result) {
    test.runTestMethod(result);
    if (isVerification(result.getInstance().getClass())) {
      Throwable thrown = thrown(result);
      String complaint = complaint(result, thrown);
      if (complaint != null) {
        throw failure(complaint, thrown);
      }
    }
  }

  /**
   * A test that was not begun, since its set-up did not succeed, comes here only. One that skipped
   * itself still counts as failed here, so it cannot be turned into a failure at this point.
   */
  @Override
  public void afterInvocation(IInvokedMethod method, ITestResult result) {
    if (method.isTestMethod()
        && result.getStatus() == ITestResult.SKIP
        && isVerification(result.getInstance().getClass())) {
      result.setThrowable(failure("the set-up skipped or failed", result.getThrowable()));
      result.setStatus(ITestResult.FAILURE);
    }
  }

  private static AssertionError failure(String complaint, @Nullable Throwable cause) {
    AssertionError failure = new AssertionError(complaint, cause);
    failure.setStackTrace(new StackTraceElement[0]); // the cause has the TCK's, ours says nothing
    return failure;
  }

  /** TestNG tells of the reflective call here, not yet of the test. */
  private static @Nullable Throwable thrown(ITestResult result) {
    Throwable thrown = result.getThrowable();
    return thrown instanceof InvocationTargetException ? thrown.getCause() : thrown;
  }

  private static boolean isVerification(@Nullable Class<?> type) {
    return type != null
        && (TckSkipList.isOfTck(type.getName()) || isVerification(type.getSuperclass()));
  }

  private @Nullable String complaint(ITestResult result, @Nullable Throwable thrown) {
    TckSkipList list = lists.computeIfAbsent(result.getInstance().getClass(), TckSkipList::of);
    String rule = result.getMethod().getMethodName();
    if (!list.faults().isEmpty()) {
      return list.file() + " allows nothing:\n" + String.join("\n", list.faults());
    }
    if (thrown == null) {
      return aboutRun(list, rule);
    }
    return thrown instanceof SkipException
        ? aboutSkip(list, rule, thrown, result.getInstance())
        : null;
  }

  private static @Nullable String aboutRun(TckSkipList list, String rule) {
    return list.reasons().containsKey(rule)
        ? "%s is skipped no more; delete its line from %s".formatted(rule, list.file())
        : null;
  }

  private @Nullable String aboutSkip(
      TckSkipList list, String rule, Throwable skip, Object verification) {
    String reason = String.valueOf(skip.getMessage()).strip().replaceAll("\\s+", " ");
    if (!isByTck(skip)) {
      return "%s was not skipped by the TCK itself, and cannot be listed: %s"
          .formatted(rule, reason);
    }
    if (rule.startsWith("required_") && !isForElementCount(verification, reason)) {
      return """
      %s was skipped, and required_* cannot be listed,
      except that a publisher of one item at most has too few of them. The TCK's reason:
      %s\
      """
          .formatted(rule, reason);
    }
    String listed = list.reasons().get(rule);
    if (listed == null) {
      return unlisted(list, rule, reason, verification.getClass());
    }
    return listed.equals(reason)
        ? null
        : """
        %s was skipped, but not for the reason in %s
        listed: %s
        TCK's:  %s\
        """
            .formatted(rule, list.file(), listed, reason);
  }

  private static boolean isByTck(Throwable skip) {
    StackTraceElement[] frames = skip.getStackTrace();
    return frames.length > 0 && TckSkipList.isOfTck(frames[0].getClassName());
  }

  private static boolean isForElementCount(Object verification, String reason) {
    return verification instanceof PublisherVerification<?> publisher
        && publisher.maxElementsFromPublisher() <= 1
        && ELEMENT_COUNT.matcher(reason).matches();
  }

  private String unlisted(TckSkipList list, String rule, String reason, Class<?> verification) {
    String line = rule + ": " + reason;
    missing.computeIfAbsent(verification, key -> new TreeSet<>()).add(line);
    return """
    %s was skipped. A skip proves nothing: first try to let the rule run.
    Only if the TCK cannot check it on this type, add to %s
    (all lines that are missing there are printed once, at the end of the class)
    %s\
    """
        .formatted(rule, list.file(), line);
  }

  /** A new class takes its list from here. */
  @Override
  public void onAfterClass(ITestClass verification) {
    Set<String> lines = missing.remove(verification.getRealClass());
    if (lines != null) {
      String file = TckSkipList.of(verification.getRealClass()).file();
      System.out.println("Missing in " + file + "\n" + String.join("\n", lines));
    }
  }
}
