package io.vlm4j.eval.benchmark;

import io.vlm4j.eval.metric.Bootstrap;
import io.vlm4j.eval.metric.Interval;
import io.vlm4j.eval.metric.Scores;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One number of a benchmark with what it is made of, sample by sample: so an interval, a slice and
 * a comparison with another model are computed from a file, without the model.
 *
 * @param name such as {@code accuracy}
 * @param kind how the samples make the number
 * @param values of each sample; for {@link Kind#NUMBER} the number alone
 * @param by of each sample: the denominator of a {@link Kind#RATIO}, the class of a {@link
 *     Kind#CLASS_MEAN}; else empty
 * @param chances what guessing scores: one value for all samples, one for each, or none if nobody
 *     knows
 * @param lowerIsBetter whether a small number is a good one
 * @param given the interval of a {@link Kind#NUMBER}, if there is one
 */
public record Measure(
    String name,
    Kind kind,
    double[] values,
    double[] by,
    double[] chances,
    boolean lowerIsBetter,
    @Nullable Interval given) {
  /** How samples make a number. */
  public enum Kind {
    /** Their mean. */
    MEAN,
    /** The sum of values over the sum of denominators. */
    RATIO,
    /** The mean over classes of the mean of a class's samples. */
    CLASS_MEAN,
    /** No sum over samples; its samples are not stored. */
    NUMBER
  }

  /**
   * The mean of scores.
   *
   * @param chances one for all or one for each; none if nobody knows
   */
  public static Measure mean(String name, double[] each, double... chances) {
    return new Measure(name, Kind.MEAN, each, new double[0], chances, false, null);
  }

  /**
   * A ratio of sums.
   *
   * @param chances one for all or one for each; none if nobody knows
   */
  public static Measure ratio(
      String name, double[] numerators, double[] denominators, double... chances) {
    return new Measure(name, Kind.RATIO, numerators, denominators, chances, false, null);
  }

  /** The mean over classes. */
  public static Measure classMean(String name, double[] each, int[] classes, double chance) {
    double[] by = Arrays.stream(classes).asDoubleStream().toArray();
    return new Measure(name, Kind.CLASS_MEAN, each, by, new double[] {chance}, false, null);
  }

  /** A number that is no sum over samples. */
  public static Measure number(
      String name, double value, @Nullable Interval interval, boolean lowerIsBetter) {
    return new Measure(
        name,
        Kind.NUMBER,
        new double[] {value},
        new double[0],
        new double[0],
        lowerIsBetter,
        interval);
  }

  /** The same, if guessing scores {@code chance}. */
  public Measure withChance(double chance) {
    return new Measure(name, kind, values, by, new double[] {chance}, lowerIsBetter, given);
  }

  /** The same, where a small number is a good one. */
  public Measure lowerIsBetter(boolean lower) {
    return new Measure(name, kind, values, by, chances, lower, given);
  }

  /** The number. */
  public double value() {
    return scores().map(Scores::overall).orElse(values[0]);
  }

  /** The number of samples; 0 where they are not stored. */
  public int size() {
    return kind == Kind.NUMBER ? 0 : values.length;
  }

  /** What guessing scores, if that is known. */
  public Optional<Double> chance() {
    if (chances.length == 0 || Double.isNaN(chances[0])) {
      return Optional.empty();
    }
    if (chances.length == 1) {
      return Optional.of(chances[0]);
    }
    double sum = 0;
    double weights = 0;
    for (int i = 0; i < chances.length; i++) {
      double weight = kind == Kind.RATIO ? by[i] : 1;
      sum += weight * chances[i];
      weights += weight;
    }
    return Optional.of(sum / weights);
  }

  /** The interval, if the samples or the measure itself tell one. */
  public Optional<Interval> interval(Bootstrap bootstrap) {
    return kind == Kind.NUMBER ? Optional.ofNullable(given) : scores().map(bootstrap::bca);
  }

  /** The samples' scores, if they are stored. */
  public Optional<Scores> scores() {
    return switch (kind) {
      case MEAN -> Optional.of(Scores.mean(name, values));
      case RATIO -> Optional.of(Scores.ratio(name, values, by));
      case CLASS_MEAN -> Optional.of(classMean());
      case NUMBER -> Optional.empty();
    };
  }

  /** The same number of some of the samples. */
  public Measure of(int[] samples) {
    return new Measure(
        name,
        kind,
        pick(values, samples),
        by.length == 0 ? by : pick(by, samples),
        chances.length > 1 ? pick(chances, samples) : chances,
        lowerIsBetter,
        given);
  }

  private static double[] pick(double[] all, int[] chosen) {
    return IntStream.of(chosen).mapToDouble(i -> all[i]).toArray();
  }

  private Scores classMean() {
    double[] classes = Arrays.stream(by).distinct().sorted().toArray();
    var terms = new double[2 * classes.length][values.length];
    for (int i = 0; i < values.length; i++) {
      int c = Arrays.binarySearch(classes, by[i]);
      terms[c][i] = values[i];
      terms[classes.length + c][i] = 1;
    }
    return Scores.of(name, values, terms, (sums, _) -> meanOfRatios(sums, classes.length));
  }

  private static double meanOfRatios(double[] sums, int classes) {
    return IntStream.range(0, classes)
        .filter(c -> sums[classes + c] > 0)
        .mapToDouble(c -> sums[c] / sums[classes + c])
        .average()
        .orElse(0);
  }
}
