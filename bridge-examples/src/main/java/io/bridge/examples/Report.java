package io.bridge.examples;

import java.util.List;

/** The plan beside what each round made of it. */
record Report(Plan plan, Figures expected, List<Round.Result> rounds) {

  Report {
    rounds = List.copyOf(rounds);
  }

  /** Says whether every figure of every round is as planned. */
  boolean isCorrect() {
    return rounds.stream().allMatch(round -> wrong(round).isEmpty());
  }

  private List<Figure> wrong(Round.Result round) {
    return expected.differences(round.figures());
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append('\n').append(row("", "planned", rounds.stream().map(Round.Result::name).toList()));
    for (Figure figure : Figure.values()) {
      text.append(row(figure));
    }
    return text.append('\n').append(verdict()).toString();
  }

  private String row(Figure figure) {
    long planned = expected.get(figure);
    List<String> observed =
        rounds.stream().map(round -> cell(planned, round.figures().get(figure))).toList();
    return row(figure.label(), Long.toString(planned), observed);
  }

  private static String cell(long planned, long observed) {
    return observed == planned ? Long.toString(observed) : "WRONG " + observed;
  }

  private static String row(String label, String planned, List<String> cells) {
    StringBuilder row = new StringBuilder(String.format("  %-34s %9s", label, planned));
    cells.forEach(cell -> row.append(String.format(" %13s", cell)));
    return row.append('\n').toString();
  }

  private double seconds() {
    return rounds.stream().mapToLong(round -> round.took().toMillis()).sum() / 1000.0;
  }

  private String verdict() {
    if (isCorrect()) {
      return String.format("OK: every total is as planned, in both styles (%.1f s)", seconds());
    }
    StringBuilder text = new StringBuilder("FAILED:");
    for (Round.Result round : rounds) {
      wrong(round)
          .forEach(figure ->
              text.append("\n  ").append(round.name()).append(", ").append(figure.label()));
    }
    return text.toString();
  }
}
