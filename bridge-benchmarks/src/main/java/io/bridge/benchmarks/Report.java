package io.bridge.benchmarks;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toList;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.TreeMap;

/** Makes the tables and the charts out of the results of a folder. */
final class Report {

  /** Rounds after which a goal can be called met or missed. */
  private static final int ENOUGH = 10;

  /** A goal, and what was measured of it. */
  record Measured(Goals.Goal goal, Optional<Interval> interval) {

    String verdict() {
      if (interval.isEmpty()) {
        return "not measured";
      }
      Interval is = interval.get();
      if (is.figures() == 1) {
        return "one round: no interval";
      }
      String rounds = is.figures() < ENOUGH ? " (" + is.figures() + " rounds only)" : "";
      if (is.high() <= goal.limit()) {
        return "met" + rounds;
      }
      return (is.low() > goal.limit() ? "**missed**" : "open: the interval has both") + rounds;
    }
  }

  private Report() {}

  static void write(Path folder) throws IOException {
    List<Results> all = Results.readAll(folder);
    List<Measured> goals = Goals.all().stream().map(goal -> measured(goal, all)).toList();
    Files.writeString(folder.resolve("results.md"), markdown(all, goals));
    Charts.goals(folder.resolve("goals.svg"), goals);
    Charts.growth(folder.resolve("growth.svg"), all);
  }

  private static Measured measured(Goals.Goal goal, List<Results> all) {
    List<Double> figures = new ArrayList<>();
    for (Results results : all) {
      if (results.row().equals(goal.row())) {
        for (Results.Round round : results.rounds()) {
          try {
            figures.add(goal.figure().applyAsDouble(round));
          } catch (NoSuchElementException notMeasured) {
            return new Measured(goal, Optional.empty());
          }
        }
      }
    }
    return new Measured(
        goal, figures.isEmpty() ? Optional.empty() : Optional.of(Interval.of(figures)));
  }

  private static String markdown(List<Results> all, List<Measured> goals) {
    StringBuilder text = new StringBuilder();
    text.append(
        "# Results\n\nMade by `Report` out of the JSON files beside it; see README.md.\n\n");
    text.append("## Goals\n\nThe figure is the mean over the rounds, with its 95 % interval.\n\n");
    text.append("| Row | What | At most | Measured | |\n|---|---|---|---|---|\n");
    for (Measured measured : goals) {
      text.append(line(measured));
    }
    for (Results results : all) {
      text.append("\n## ").append(results.row()).append("\n\n").append(origin(results));
      text.append("\n| | ns | B |\n|---|---|---|\n").append(table(results));
    }
    return text.toString();
  }

  private static String line(Measured measured) {
    Goals.Goal goal = measured.goal();
    String figure =
        measured
            .interval()
            .map(is ->
                "%s (%s to %s)"
                    .formatted(number(is.mean()) + unit(goal), number(is.low()), number(is.high())))
            .orElse("");
    return "| %s | %s | %s | %s | %s |\n"
        .formatted(
            goal.row(), goal.text(), number(goal.limit()) + unit(goal), figure, measured.verdict());
  }

  private static String unit(Goals.Goal goal) {
    return goal.unit().isEmpty() ? "" : " " + goal.unit();
  }

  private static String origin(Results results) {
    return """
    `%s`
    at commit %s, %s, %d cores, %s; %d rounds.
    """
        .formatted(
            results.command(),
            results.commit(),
            results.jdk(),
            results.cores(),
            results.date(),
            results.rounds().size());
  }

  private static String table(Results results) {
    return results.rounds().stream()
        .flatMap(round -> round.figures().entrySet().stream())
        .collect(groupingBy(entry -> entry.getKey(), TreeMap::new, toList()))
        .entrySet()
        .stream()
        .sorted(Comparator.comparing(entry -> entry.getKey().replaceFirst("_.*", "")))
        .map(entry -> {
          var figures = entry.getValue().stream().map(e -> e.getValue()).toList();
          return "| %s | %s | %s |\n"
              .formatted(
                  entry.getKey().replaceFirst("^[^.]*\\.", "").replace("_", ", "),
                  mean(figures.stream().map(Results.Figure::nanos).toList()),
                  mean(figures.stream().map(Results.Figure::bytes).toList()));
        })
        .collect(joining());
  }

  private static String mean(List<Double> figures) {
    Interval interval = Interval.of(figures);
    return interval.mean() == 0
        ? "0"
        : number(interval.mean()) + " ± " + number(interval.high() - interval.mean());
  }

  /** Three digits that count, and no more zeros than needed. */
  static String number(double figure) {
    double size = Math.abs(figure);
    if (size < 0.0005) {
      return "0";
    }
    int decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
    return String.format(Locale.ROOT, "%,." + decimals + "f", figure).replace(',', ' ');
  }
}
