package io.bridge.examples;

import java.util.List;
import java.util.function.Consumer;

/**
 * A shop under load, in one JVM and on real components. It tells how far it is, then prints the
 * totals.
 *
 * <p>Exits with 0 if every total is as planned, with 1 if not.
 */
public final class Demo {

  private Demo() {}

  /**
   * Runs the demo and prints its report.
   *
   * @param args nothing, or the number of checkouts
   */
  public static void main(String[] args) {
    int checkouts = args.length == 0 ? 300 : Integer.parseInt(args[0]);
    if (!succeeds(checkouts)) {
      System.exit(1);
    }
  }

  private static boolean succeeds(int checkouts) {
    try {
      System.out.println(
          checkouts
              + " concurrent checkouts, once in each style, over HTTP (reactor-netty, JDK"
              + " client),\n"
              + "SQL (H2 through R2DBC) and prices (RxJava)\n");
      Report report = run(checkouts, System.out::println);
      System.out.println(report);
      return report.isCorrect();
    } catch (RuntimeException failure) {
      System.out.println("FAILED: " + failure);
      return false;
    }
  }

  /** Runs the plan for {@code checkouts} customers once in each style. */
  static Report run(int checkouts, Consumer<String> progress) {
    Plan plan = Plan.of(checkouts);
    List<Round.Result> rounds =
        List.of(
            Round.run("imperative", CheckoutImperative::new, plan, progress),
            Round.run("reactive", CheckoutReactive::new, plan, progress));
    return new Report(plan, plan.expected(), rounds);
  }
}
