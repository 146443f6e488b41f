package io.bridge.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs the demo's main logic in this JVM and checks the report that it would print. */
class DemoTest {

  private static final int CHECKOUTS = 50;

  @Test
  @Timeout(120)
  void run_allTotalsAsPlanned_inBothStyles() {
    List<String> progress = new CopyOnWriteArrayList<>();
    Report report = Demo.run(CHECKOUTS, progress::add);

    assertThat(progress).contains("imperative: starting the servers and the database");
    assertThat(report.toString()).doesNotContain("WRONG").contains("OK: every total is as planned");
    assertThat(report.isCorrect()).isTrue();
    assertThat(report.rounds())
        .extracting(Round.Result::name)
        .containsExactly("imperative", "reactive");
    for (Round.Result round : report.rounds()) {
      Figures figures = round.figures();
      assertThat(figures.get(Figure.SHOP_ACCEPTED)).isEqualTo(35);
      assertThat(figures.get(Figure.SHOP_DECLINED)).isEqualTo(5);
      assertThat(figures.get(Figure.SHOP_OUT_OF_STOCK)).isEqualTo(5);
      assertThat(figures.get(Figure.SHOP_CANCELLED)).isEqualTo(5);
      assertThat(figures.get(Figure.ORDERS_BEGUN)).isEqualTo(CHECKOUTS);
      assertThat(figures.get(Figure.ORDERS_KEPT)).isEqualTo(35);
      assertThat(figures.get(Figure.CONNECTIONS_OPEN)).isZero();
      assertThat(figures.get(Figure.HANDLERS_RUNNING)).isZero();
    }
  }

  @Test
  void report_wrongFigure_isNamed() {
    Plan plan = Plan.of(10);
    Figures observed = plan.expected();
    observed.set(Figure.PAYMENTS_KEPT, 8);
    Round.Result round = new Round.Result("broken", observed, Duration.ZERO);

    Report report = new Report(plan, plan.expected(), List.of(round));

    assertThat(report.isCorrect()).isFalse();
    assertThat(report.toString()).contains("WRONG 8").endsWith("broken, database: payments");
  }
}
