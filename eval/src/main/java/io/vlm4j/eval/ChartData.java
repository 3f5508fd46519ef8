package io.vlm4j.eval;

import io.vlm4j.io.Json;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Charts as the page's script reads them: few enough points to draw at once, and short numbers. */
final class ChartData {
  /** More would not show: a chart is about as wide in pixels. */
  static final int MOST_POINTS = 600;

  private static final int FEWEST_TO_AVERAGE = 20;
  private static final MathContext DIGITS = new MathContext(6);

  /** One curve after thinning; {@code mean} is empty unless the curve is noisy. */
  record Line(String name, List<Long> x, List<Double> y, List<Double> mean) {
    /** Where it begins and ends, in words; for those who cannot see it. */
    private String ends() {
      return (name + " from " + y.getFirst() + " at step " + x.getFirst())
          + (" to " + y.getLast() + " at step " + x.getLast());
    }
  }

  private ChartData() {}

  /**
   * What the template shows of a chart: {@code title}; {@code summary}, where each curve begins and
   * ends, in words, empty if there is nothing to draw; {@code note}, what is not drawn, empty if
   * everything is; {@code json}, {@code {"unit", "series": [{"name", "x": [N], "y": [N], "mean":
   * [N] or []}]}}.
   */
  static Map<String, String> of(Report.Chart chart) {
    var lines = new ArrayList<Line>();
    var ends = new ArrayList<String>();
    int dropped = 0;
    for (Report.Series series : chart.series()) {
      var finite = new TreeMap<Long, Double>();
      for (Report.Point point : series.points()) {
        if (Double.isFinite(point.value())) {
          finite.put(point.step(), point.value());
        } else {
          dropped++;
        }
      }
      if (!finite.isEmpty()) {
        Line line = line(series, finite);
        lines.add(line);
        ends.add(line.ends());
      }
    }
    String note =
        switch (dropped) {
          case 0 -> "";
          case 1 -> "1 value is not finite and not drawn.";
          default -> dropped + " values are not finite and not drawn.";
        };
    var content = new LinkedHashMap<String, Object>(); // Map.of has no order to reproduce
    content.put("unit", chart.unit());
    content.put("series", lines);
    return Map.of(
        "title", chart.title(),
        "summary", String.join("; ", ends),
        "note", note,
        "json", Json.toLine(content));
  }

  private static Line line(Report.Series series, Map<Long, Double> points) {
    long[] x = points.keySet().stream().mapToLong(step -> step).toArray();
    double[] y = points.values().stream().mapToDouble(value -> value).toArray();
    boolean noisy = series.noisy() && y.length >= FEWEST_TO_AVERAGE;
    double[] mean = noisy ? movingAverage(y) : new double[0];
    var line = new Line(series.name(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    for (int i : Thinning.largestTriangles(x, y, MOST_POINTS)) {
      line.x().add(x[i]);
      line.y().add(brief(y[i]));
      if (noisy) {
        line.mean().add(brief(mean[i]));
      }
    }
    return line;
  }

  /** Centred, over a twentieth of the curve; at the ends over what there is. */
  static double[] movingAverage(double[] y) {
    int reach = Math.max(1, y.length / 40);
    double[] sums = new double[y.length + 1];
    for (int i = 0; i < y.length; i++) {
      sums[i + 1] = sums[i] + y[i];
    }
    double[] mean = new double[y.length];
    for (int i = 0; i < y.length; i++) {
      int from = Math.max(0, i - reach);
      int to = Math.min(y.length, i + reach + 1);
      mean[i] = (sums[to] - sums[from]) / (to - from);
    }
    return mean;
  }

  private static double brief(double value) {
    return new BigDecimal(value).round(DIGITS).doubleValue();
  }
}
