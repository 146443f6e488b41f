package io.bridge.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;

/** Draws the results. */
final class Charts {

  /** A bar of a logarithmic axis has to begin somewhere. */
  private static final double LEAST = 0.01;

  private Charts() {}

  /** One bar for each goal that is a ratio: how much of the limit is used. */
  static void goals(Path file, List<Report.Measured> goals) throws IOException {
    List<String> names = new ArrayList<>();
    List<Double> used = new ArrayList<>();
    List<Double> one = new ArrayList<>();
    for (Report.Measured measured : goals) {
      Goals.Goal goal = measured.goal();
      if (goal.unit().equals("x") && measured.interval().isPresent()) {
        names.add(goal.row() + " " + goal.text().replace(" of bridge", ""));
        used.add(Math.max(LEAST, measured.interval().get().mean() / goal.limit()));
        one.add(1.0);
      }
    }
    if (names.isEmpty()) {
      return;
    }
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(1400)
            .height(700)
            .title("Ratios to the peers, as a share of the goal: up to 1 it is met")
            .build();
    chart.getStyler().setYAxisLogarithmic(true);
    chart.getStyler().setXAxisLabelRotation(90);
    chart.getStyler().setLegendVisible(false);
    chart.getStyler().setChartBackgroundColor(java.awt.Color.WHITE);
    chart.addSeries("measured", names, used);
    chart
        .addSeries("goal", names, one)
        .setChartCategorySeriesRenderStyle(
            org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle.Line);
    save(chart, file);
  }

  /** P12: the time over the size, both logarithmic. */
  static void growth(Path file, List<Results> all) throws IOException {
    var curves = new TreeMap<String, TreeMap<Double, List<Double>>>();
    for (Results results : all) {
      for (Results.Round round : results.rounds()) {
        round
            .figures()
            .forEach((name, figure) -> {
              String[] parts = name.split("[.\\[=\\]]");
              if (parts.length == 4 && parts[2].equals("size")) {
                curves
                    .computeIfAbsent(parts[1].replace("_", ", "), c -> new TreeMap<>())
                    .computeIfAbsent(Double.valueOf(parts[3]), s -> new ArrayList<>())
                    .add(figure.nanos() / 1e3);
              }
            });
      }
    }
    if (curves.isEmpty()) {
      return;
    }
    XYChart chart =
        new XYChartBuilder()
            .width(900)
            .height(600)
            .title("Time in microseconds, by the number of items, waiters, children")
            .build();
    chart.getStyler().setXAxisLogarithmic(true);
    chart.getStyler().setYAxisLogarithmic(true);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNW);
    chart.getStyler().setChartBackgroundColor(java.awt.Color.WHITE);
    curves.forEach((name, points) ->
        chart.addSeries(
            name,
            new ArrayList<>(points.keySet()),
            points.values().stream().map(times -> Interval.of(times).mean()).toList()));
    save(chart, file);
  }

  private static void save(org.knowm.xchart.internal.chartpart.Chart<?, ?> chart, Path file)
      throws IOException {
    VectorGraphicsEncoder.saveVectorGraphic(chart, file.toString(), VectorGraphicsFormat.SVG);
  }
}
