package io.vlm4j.data.summary;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * How often which values came, to three digits: at most 900 counts for each power of ten, however
 * many values there are. Values are finite and not negative.
 */
public final class Distribution {
  private static final double WIDE = 30; // a largest value so many times the smallest is wide

  private final TreeMap<Double, Long> counts = new TreeMap<>();
  private long count;
  private double sum;

  /**
   * A bar of a histogram.
   *
   * @param low where it begins
   * @param high where it ends; belongs to the next bar, except in the last one
   * @param count values in it
   */
  public record Bin(double low, double high, long count) {}

  void add(double value) {
    counts.merge(rounded(value), 1L, Long::sum);
    count++;
    sum += value;
  }

  private static double rounded(double value) {
    if (value == 0) {
      return 0;
    }
    double unit = Math.pow(10, Math.floor(Math.log10(value)) - 2);
    // 1 / unit is a whole number where unit is not, and divides without an error of its own
    return unit >= 1
        ? Math.rint(value / unit) * unit
        : Math.rint(value / unit) / Math.rint(1 / unit);
  }

  /** Number of values. */
  public long count() {
    return count;
  }

  /** The mean; 0 if there are no values. */
  public double mean() {
    return count == 0 ? 0 : sum / count;
  }

  /**
   * A value that is not less than so many of the others, to three digits; 0 if there are none.
   *
   * @param share between 0, for the smallest, and 1, for the largest
   */
  public double quantile(double share) {
    long rank = Math.max(1, (long) Math.ceil(share * count));
    long below = 0;
    for (var entry : counts.entrySet()) {
      below += entry.getValue();
      if (below >= rank) {
        return entry.getKey();
      }
    }
    return 0;
  }

  /**
   * A histogram from the smallest value to the largest: of equal steps, or of equal factors where
   * the values are of different orders of magnitude.
   *
   * @param most bars
   */
  public List<Bin> bins(int most) {
    double[] edges = edges(most);
    var bins = new ArrayList<Bin>();
    for (int i = 0; i + 1 < edges.length; i++) {
      boolean last = i + 2 == edges.length;
      long inside =
          counts.subMap(edges[i], true, edges[i + 1], last).values().stream()
              .mapToLong(n -> n)
              .sum();
      bins.add(new Bin(edges[i], edges[i + 1], inside));
    }
    return bins;
  }

  private double[] edges(int most) {
    if (counts.isEmpty()) {
      return new double[0];
    }
    double low = counts.firstKey();
    double high = counts.lastKey();
    boolean whole = counts.keySet().stream().allMatch(value -> value == Math.rint(value));
    if (low > 0 && high / low > WIDE) {
      double factor = Math.log(high / low) / most;
      return edges(low, high, most, i -> low * Math.exp(i * factor));
    }
    if (whole) { // a bar holds as many whole numbers as any other
      double step = Math.max(1, Math.ceil((high - low + 1) / most));
      int bars = (int) Math.ceil((high - low + 1) / step);
      return edges(low, low + bars * step, bars, i -> low + i * step);
    }
    double step = (high - low) / most;
    return step == 0 ? new double[] {low, high} : edges(low, high, most, i -> low + i * step);
  }

  private static double[] edges(
      double low, double high, int bars, java.util.function.IntToDoubleFunction inner) {
    double[] edges = new double[bars + 1];
    for (int i = 1; i < bars; i++) {
      edges[i] = inner.applyAsDouble(i);
    }
    edges[0] = low;
    edges[bars] = high;
    return edges;
  }
}
