package io.bridge.benchmarks;

import java.util.List;

/**
 * The mean of some figures, and where it is with a probability of 95 %.
 *
 * @param low end; the mean itself where there is one figure only
 * @param mean of the figures
 * @param high end
 * @param figures how many
 */
record Interval(double low, double mean, double high, int figures) {

  /** Two-sided quantiles of Student's distribution, by the degrees of freedom, from 1. */
  private static final double[] QUANTILES = {
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
    2.145, 2.131, 2.120, 2.110, 2.101, 2.093
  };

  static Interval of(List<Double> figures) {
    int n = figures.size();
    double mean = figures.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    if (n == 1) {
      return new Interval(mean, mean, mean, 1);
    }
    double squares = figures.stream().mapToDouble(f -> (f - mean) * (f - mean)).sum();
    double quantile = QUANTILES[Math.min(n - 1, QUANTILES.length) - 1];
    double half = quantile * Math.sqrt(squares / (n - 1) / n);
    return new Interval(mean - half, mean, mean + half, n);
  }
}
