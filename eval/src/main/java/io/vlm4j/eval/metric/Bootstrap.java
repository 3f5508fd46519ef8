package io.vlm4j.eval.metric;

import io.vlm4j.io.InputException;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Confidence intervals of a score by resampling the samples (Efron and Tibshirani, An Introduction
 * to the Bootstrap, 1993, chapters 13 and 14).
 *
 * <p>The samples are drawn, not the model: an interval says how far the score would move with
 * another test set of this size. Costs resamples x samples additions, on all processors; the same
 * seed gives the same interval on any number of them.
 *
 * @param resamples how many sets are drawn; 10,000 for two digits of an end
 * @param confidence the share of intervals that should hold the truth, such as 0.95
 */
public record Bootstrap(int resamples, double confidence, long seed) {
  /** Ten thousand resamples, 95 %. */
  public static final Bootstrap DEFAULT = new Bootstrap(10_000, 0.95, 0);

  /** Checks the numbers. */
  public Bootstrap {
    Checks.atLeast("bootstrap", "resamples", 1, resamples);
    if (!(confidence > 0 && confidence < 1)) {
      throw new InputException("bootstrap: confidence " + confidence + " is not between 0 and 1");
    }
  }

  /** Between the quantiles of the resampled scores. */
  public Interval percentile(Scores scores) {
    double[] drawn = sorted(drawn(scores));
    return new Interval(quantile(drawn, tail()), quantile(drawn, 1 - tail()));
  }

  /**
   * Bias-corrected and accelerated (Efron 1987): quantiles moved by where the score lies among the
   * resampled ones, and by how its spread depends on its value, which leaving each sample out
   * tells.
   *
   * <p>Where all resamples score the same the interval is that one value.
   */
  public Interval bca(Scores scores) {
    double[] drawn = sorted(drawn(scores));
    double score = scores.overall();
    if (drawn[0] == drawn[drawn.length - 1]) {
      return new Interval(drawn[0], drawn[0]);
    }
    double below = 0;
    for (double value : drawn) {
      below += value < score ? 1 : value == score ? 0.5 : 0;
    }
    double bias =
        Normal.quantile(Math.clamp(below / resamples, 0.5 / resamples, 1 - 0.5 / resamples));
    double acceleration = scores.size() > 1 ? acceleration(scores.overallWithoutEach()) : 0;
    return new Interval(
        quantile(drawn, corrected(bias, acceleration, tail())),
        quantile(drawn, corrected(bias, acceleration, 1 - tail())));
  }

  /** The resampled scores of a difference of two metrics on the same samples. */
  double[] drawnDifferences(Scores first, Scores second) {
    return IntStream.range(0, resamples)
        .parallel()
        .mapToDouble(r -> {
          int[] samples = draw(r, first.size());
          return first.overall(samples) - second.overall(samples);
        })
        .toArray();
  }

  Interval percentile(double[] drawn) {
    double[] sorted = sorted(drawn);
    return new Interval(quantile(sorted, tail()), quantile(sorted, 1 - tail()));
  }

  private double[] drawn(Scores scores) {
    return IntStream.range(0, resamples)
        .parallel()
        .mapToDouble(r -> scores.overall(draw(r, scores.size())))
        .toArray();
  }

  private int[] draw(int resample, int size) {
    var random = Draws.of(seed, resample);
    var samples = new int[size];
    Arrays.setAll(samples, _ -> random.nextInt(size));
    return samples;
  }

  private double tail() {
    return (1 - confidence) / 2;
  }

  private static double acceleration(double[] without) {
    double mean = Arrays.stream(without).average().orElseThrow();
    double squares = 0;
    double cubes = 0;
    for (double value : without) {
      double d = mean - value;
      squares += d * d;
      cubes += d * d * d;
    }
    return squares == 0 ? 0 : cubes / (6 * Math.pow(squares, 1.5));
  }

  private static double corrected(double bias, double acceleration, double probability) {
    double z = bias + Normal.quantile(probability);
    return Normal.below(bias + z / (1 - acceleration * z));
  }

  /** NumPy's default: linear between the two nearest order statistics. */
  private static double quantile(double[] sorted, double probability) {
    double place = probability * (sorted.length - 1);
    int low = (int) Math.floor(place);
    int high = Math.min(low + 1, sorted.length - 1);
    return sorted[low] + (place - low) * (sorted[high] - sorted[low]);
  }

  private static double[] sorted(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted;
  }
}
