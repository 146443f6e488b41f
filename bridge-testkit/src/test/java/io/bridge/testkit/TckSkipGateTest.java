package io.bridge.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivex.rxjava3.core.Flowable;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import org.testng.ITestResult;
import org.testng.SkipException;
import org.testng.TestListenerAdapter;
import org.testng.TestNG;
import org.testng.annotations.BeforeMethod;
import org.testng.xml.XmlClass;
import org.testng.xml.XmlInclude;
import org.testng.xml.XmlSuite;
import org.testng.xml.XmlTest;

/**
 * The gate catches what it is for: each class below is a planted violation with a list of its own,
 * and runs a few rules of the real TCK in a TestNG that finds the gate as in the build.
 */
class TckSkipGateTest {

  /** Never checked by the TCK. */
  private static final String UNTESTED =
      "untested_spec106_mustConsiderSubscriptionCancelledAfterOnErrorOrOnCompleteHasBeenCalled";

  /** Wants three items. */
  private static final String OF_THREE =
      "required_spec105_mustSignalOnCompleteWhenFiniteStreamTerminates";

  /** Wants a failing publisher. */
  private static final String OF_FAILING =
      "required_spec109_mayRejectCallsToSubscribeIfPublisherIsUnableOrUnwillingToServeThem"
          + "RejectionMustTriggerOnErrorAfterOnSubscribe";

  /** Wants one item. */
  private static final String OF_ONE =
      "required_createPublisher1MustProduceAStreamOfExactly1Element";

  /** A publisher of one item at most. */
  public abstract static class One extends Tck.OfPublisher {

    @Override
    public long maxElementsFromPublisher() {
      return 1;
    }

    @Override
    public Publisher<Long> createPublisher(long elements) {
      return Flowable.rangeLong(1, elements);
    }

    @Override
    protected Publisher<Long> failing(RuntimeException failure) {
      return Flowable.error(failure);
    }
  }

  /** Its list is right. */
  public static final class Listed extends One {}

  @Test
  void aListedSkip_staysSkipped_andARuleThatRuns_green() {
    assertThat(run(Listed.class, UNTESTED, OF_THREE, OF_ONE))
        .allMatch(result -> result.getThrowable() == null || isSkip(result))
        .filteredOn(TckSkipGateTest::isSkip)
        .extracting(ITestResult::getName)
        .containsExactlyInAnyOrder(UNTESTED, OF_THREE);
  }

  /** It has no list. */
  public static final class Unlisted extends One {}

  @Test
  void anUnlistedSkip_fails_andTheMissingLinesArePrinted() {
    String line = UNTESTED + ": Not verified by this TCK.";
    String other =
        OF_THREE
            + ": Unable to run this test, as required elements nr: 3"
            + " is higher than supported by given producer: 1";
    PrintStream console = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      assertThat(complaints(Unlisted.class, UNTESTED, OF_THREE))
          .allMatch(complaint -> complaint.contains("Unlisted.skips"))
          .satisfiesExactlyInAnyOrder(
              complaint -> assertThat(complaint).endsWith(line),
              complaint -> assertThat(complaint).endsWith(other));
    } finally {
      System.setOut(console);
    }
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .contains("Unlisted.skips\n" + other + "\n" + line);
  }

  /** Lists a rule that runs. */
  public static final class Stale extends One {}

  @Test
  void aListedRuleThatRuns_fails() {
    assertThat(complaints(Stale.class, OF_ONE))
        .singleElement()
        .asString()
        .contains(OF_ONE + " is skipped no more; delete its line", "Stale.skips");
  }

  /** Lists a reason that the TCK does not give. */
  public static final class OtherReason extends One {}

  @Test
  void anotherReasonThanTheListedOne_fails() {
    assertThat(complaints(OtherReason.class, UNTESTED))
        .singleElement()
        .asString()
        .contains("listed: Not wanted here.", "TCK's:  Not verified by this TCK.");
  }

  /** Lists a required rule, for the element count, but has more than one item. */
  public static final class ManyValued extends One {

    @Override
    public long maxElementsFromPublisher() {
      return 2;
    }
  }

  @Test
  void aRequiredRuleOfAManyValuedType_cannotBeListed() {
    assertThat(complaints(ManyValued.class, OF_THREE))
        .singleElement()
        .asString()
        .contains(OF_THREE, "required_* cannot be listed");
  }

  /** Lists a required rule that the TCK skips for another reason than the element count. */
  public static final class NoFailure extends One {

    @Override
    @SuppressWarnings("NullAway") // the TCK's way to say that there is none
    public Publisher<Long> createFailedPublisher() {
      return null;
    }
  }

  @Test
  void aRequiredRule_canBeListedForTheElementCountOnly() {
    assertThat(complaints(NoFailure.class, OF_FAILING))
        .singleElement()
        .asString()
        .contains(OF_FAILING, "required_* cannot be listed");
  }

  /** Lists a skip of its own. */
  public static final class OwnSkip extends One {

    @Override
    public Publisher<Long> createPublisher(long elements) {
      throw new SkipException(
          "Unable to run this test, as required elements nr: 3 is higher than supported by given producer: 1");
    }
  }

  @Test
  void aSkipThatIsNotTheTcks_cannotBeListed() {
    assertThat(complaints(OwnSkip.class, OF_ONE))
        .singleElement()
        .asString()
        .contains(OF_ONE + " was not skipped by the TCK itself");
  }

  /** Skips before the TCK begins. */
  public static final class SkippingSetUp extends One {

    @Override
    @BeforeMethod
    public void setUp() {
      throw new SkipException("Not today.");
    }
  }

  @Test
  void aSkipOfTheSetUp_failsEachTest() {
    assertThat(complaints(SkippingSetUp.class, OF_ONE, UNTESTED))
        .hasSize(2)
        .allMatch(complaint -> complaint.contains("the set-up skipped"));
  }

  /** Lets a rule pass by overriding it. */
  public static final class Overriding extends One {

    @Override
    public void required_spec105_mustSignalOnCompleteWhenFiniteStreamTerminates() {}
  }

  @Test
  void anOverriddenRule_failsEachTest() {
    assertThat(complaints(Overriding.class, OF_ONE))
        .singleElement()
        .asString()
        .contains("overrides a rule, which is a skip too: " + OF_THREE);
  }

  /** Its list is misspelt. */
  public static final class Misspelt extends One {}

  @Test
  void aMisspeltList_failsEachTest() {
    assertThat(complaints(Misspelt.class, OF_ONE, UNTESTED))
        .hasSize(2)
        .allSatisfy(complaint ->
            assertThat(complaint)
                .contains(
                    "not a line `rule: reason`: untested_spec304",
                    "the TCK has no such rule: untested_spec000",
                    "listed twice: " + UNTESTED));
  }

  /** The messages of the failures. */
  private static List<String> complaints(Class<?> verification, String... rules) {
    return run(verification, rules)
        .map(result -> String.valueOf(result.getThrowable().getMessage()))
        .toList();
  }

  private static boolean isSkip(ITestResult result) {
    return result.getStatus() == ITestResult.SKIP;
  }

  private static Stream<ITestResult> run(Class<?> verification, String... rules) {
    XmlSuite suite = new XmlSuite();
    XmlTest test = new XmlTest(suite);
    XmlClass type = new XmlClass(verification);
    type.setIncludedMethods(Stream.of(rules).map(XmlInclude::new).toList());
    test.setXmlClasses(List.of(type));
    TestListenerAdapter results = new TestListenerAdapter();
    TestNG testng = new TestNG(false);
    testng.setVerbose(0);
    testng.addListener(results);
    testng.setXmlSuites(List.of(suite));
    testng.run();
    return Stream.of(results.getFailedTests(), results.getSkippedTests(), results.getPassedTests())
        .flatMap(List::stream);
  }
}
