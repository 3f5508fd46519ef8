package io.vlm4j.eval.metric.distribution;

import io.vlm4j.eval.metric.Checks;
import io.vlm4j.eval.metric.Draws;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * The embedding association test (WEAT: Caliskan et al., arXiv 1608.07187; with sentences: May et
 * al., arXiv 1903.10561; with vectors that depend on pictures: Ross et al., arXiv 2002.08911): are
 * the targets X nearer to the attributes A than to B, compared with the targets Y?
 *
 * <p>Of a target w, s(w) = mean over A of cos(w, a) - mean over B of cos(w, b).
 */
public final class Association {
  private static final long EXACT = 200_000;

  private final double[] associations; // of X, then of Y
  private final int first; // how many are of X

  /**
   * Vectors of one width; any length.
   *
   * @param x targets, as many as of {@code y}
   * @param y the other targets
   * @param a attributes
   * @param b the other attributes
   */
  public Association(float[][] x, float[][] y, float[][] a, float[][] b) {
    Checks.atLeast("association", "targets of a kind", 2, x.length);
    Checks.sameSize("association", "targets of one kind", x.length, "of the other", y.length);
    int width = Checks.width("association", "targets", x);
    for (float[][] others : new float[][][] {y, a, b}) {
      int other = Checks.width("association", "vectors", others);
      Checks.sameSize("association", "dimensions of some vectors", width, "of others", other);
    }
    first = x.length;
    associations = new double[x.length + y.length];
    for (int i = 0; i < associations.length; i++) {
      float[] target = i < first ? x[i] : y[i - first];
      associations[i] = meanCosine(target, a) - meanCosine(target, b);
    }
  }

  /**
   * The effect size: (mean of s over X - mean of s over Y) / the standard deviation of s over both,
   * from n - 1; between -2 and 2.
   */
  public double effectSize() {
    double mean = Arrays.stream(associations).average().orElseThrow();
    double squares = Arrays.stream(associations).map(s -> (s - mean) * (s - mean)).sum();
    double deviation = Math.sqrt(squares / (associations.length - 1));
    double difference = statistic() / first;
    return deviation == 0 ? 0 : difference / deviation;
  }

  /**
   * The one-sided p-value: the share of all ways to part the targets into two halves that give a
   * difference at least as large as X and Y do.
   *
   * <p>Where there are at most 200,000 ways all are tried; otherwise {@code rounds} are drawn, and
   * p = (1 + as large) / (1 + rounds).
   */
  public double pValue(int rounds, long seed) {
    Checks.atLeast("association", "rounds", 1, rounds);
    double least = statistic() - 1e-12 * Math.abs(statistic()) - 1e-15;
    double total = Arrays.stream(associations).sum();
    if (ways(associations.length, first) <= EXACT) {
      long[] counts = new long[2]; // as large, all
      count(0, first, 0, total, least, counts);
      return (double) counts[0] / counts[1];
    }
    long large =
        LongStream.range(0, rounds)
            .parallel()
            .filter(round -> 2 * drawnHalf(Draws.of(seed, round)) - total >= least)
            .count();
    return (1.0 + large) / (1.0 + rounds);
  }

  /** The sum of s over X less that over Y. */
  private double statistic() {
    double sum = 0;
    for (int i = 0; i < associations.length; i++) {
      sum += i < first ? associations[i] : -associations[i];
    }
    return sum;
  }

  /** Goes through all choices of {@code left} more targets from {@code from} on. */
  private void count(int from, int left, double sum, double total, double least, long[] counts) {
    if (left == 0) {
      counts[0] += 2 * sum - total >= least ? 1 : 0;
      counts[1]++;
      return;
    }
    for (int i = from; i <= associations.length - left; i++) {
      count(i + 1, left - 1, sum + associations[i], total, least, counts);
    }
  }

  private double drawnHalf(SplittableRandom random) {
    double[] pool = associations.clone();
    double sum = 0;
    for (int i = 0; i < first; i++) {
      int other = random.nextInt(i, pool.length);
      sum += pool[other];
      pool[other] = pool[i];
    }
    return sum;
  }

  private static double ways(int all, int some) {
    double ways = 1;
    for (int i = 1; i <= some; i++) {
      ways *= (double) (all - some + i) / i;
    }
    return ways;
  }

  private static double meanCosine(float[] target, float[][] attributes) {
    return Arrays.stream(attributes).mapToDouble(a -> cosine(target, a)).average().orElseThrow();
  }

  private static double cosine(float[] a, float[] b) {
    double dot = 0;
    double squareOfA = 0;
    double squareOfB = 0;
    for (int d = 0; d < a.length; d++) {
      dot += (double) a[d] * b[d];
      squareOfA += (double) a[d] * a[d];
      squareOfB += (double) b[d] * b[d];
    }
    return squareOfA == 0 || squareOfB == 0 ? 0 : dot / Math.sqrt(squareOfA * squareOfB);
  }
}
