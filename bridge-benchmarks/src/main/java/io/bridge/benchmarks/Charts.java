package io.bridge.benchmarks;

import java.awt.Color;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jfree.chart.ChartFactory;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.category.BarRenderer;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.data.category.DefaultCategoryDataset;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;
import org.jfree.svg.SVGGraphics2D;

/** Draws the results. */
final class Charts {

  /** A logarithmic axis has no zero. */
  private static final double LEAST = 0.01;

  private Charts() {}

  /** One bar for each goal that is a ratio: how much of the limit is used. */
  static void goals(Path file, List<Report.Measured> goals) throws IOException {
    DefaultCategoryDataset used = new DefaultCategoryDataset();
    for (Report.Measured measured : goals) {
      Goals.Goal goal = measured.goal();
      if (goal.unit().equals("x") && measured.interval().isPresent()) {
        double share = measured.interval().get().mean() / goal.limit();
        String name = goal.row() + " " + goal.text().replace(" of bridge", "");
        used.addValue(Math.max(LEAST, share), "measured", name);
      }
    }
    JFreeChart chart =
        ChartFactory.createBarChart(
            "Ratios to the peers, as a share of the goal: up to 1 it is met",
            null,
            null,
            used,
            PlotOrientation.HORIZONTAL,
            false,
            false,
            false);
    CategoryPlot plot = chart.getCategoryPlot();
    LogAxis axis = new LogAxis();
    axis.setSmallestValue(LEAST);
    plot.setRangeAxis(axis);
    plot.addRangeMarker(new ValueMarker(1, Color.BLACK, plot.getRangeGridlineStroke()));
    BarRenderer bars = (BarRenderer) plot.getRenderer();
    bars.setBase(LEAST);
    bars.setBarPainter(new StandardBarPainter());
    bars.setShadowVisible(false);
    save(chart, 1000, 120 + 18 * used.getColumnCount(), file);
  }

  /** P12: the time over the size, both logarithmic. */
  static void growth(Path file, List<Results> all) throws IOException {
    XYSeriesCollection curves = new XYSeriesCollection();
    curves(all)
        .forEach((name, points) -> {
          XYSeries curve = new XYSeries(name);
          points.forEach((size, times) -> curve.add((double) size, Interval.of(times).mean()));
          curves.addSeries(curve);
        });
    if (curves.getSeriesCount() == 0) {
      return;
    }
    JFreeChart chart =
        ChartFactory.createXYLineChart(
            "Time by the number of items, waiters, children", null, "microseconds", curves);
    XYPlot plot = chart.getXYPlot();
    plot.setDomainAxis(new LogAxis("how many"));
    plot.setRangeAxis(new LogAxis("microseconds"));
    save(chart, 800, 500, file);
  }

  private static Map<String, Map<Double, List<Double>>> curves(List<Results> all) {
    Map<String, Map<Double, List<Double>>> curves = new TreeMap<>();
    for (Results results : all) {
      for (Results.Round round : results.rounds()) {
        round
            .figures()
            .forEach((name, figure) -> {
              String[] parts = name.split("[.\\[=\\]]", -1);
              if (parts.length == 5 && parts[2].equals("size")) {
                curves
                    .computeIfAbsent(parts[1].replace("_", ", "), c -> new TreeMap<>())
                    .computeIfAbsent(Double.valueOf(parts[3]), s -> new ArrayList<>())
                    .add(figure.nanos() / 1e3);
              }
            });
      }
    }
    return curves;
  }

  private static void save(JFreeChart chart, int width, int height, Path file) throws IOException {
    chart.setBackgroundPaint(Color.WHITE);
    SVGGraphics2D graphics = new SVGGraphics2D(width, height);
    graphics.setDefsKeyPrefix("chart"); // else a time: the same results are the same file
    chart.draw(graphics, new Rectangle2D.Double(0, 0, width, height));
    Files.writeString(file, graphics.getSVGElement() + "\n");
  }
}
