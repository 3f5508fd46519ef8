package io.vlm4j.eval.metric;

import io.vlm4j.io.InputException;
import java.util.Arrays;

/**
 * What a metric says of N samples: a score of each, and one of all together.
 *
 * <p>The score of all is a {@link Formula} of sums over the samples: a mean, a ratio of counts, or
 * BLEU's product of precisions. So any resample of the samples is scored by adding numbers, which
 * is what {@link Bootstrap} and {@link Comparison} do; texts are read once.
 *
 * <p>Immutable.
 */
public final class Scores {
  /** The score of a set. */
  @FunctionalInterface
  public interface Formula {
    /**
     * Computes it.
     *
     * @param sums of each term over the set
     * @param count the number of samples in it
     */
    double of(double[] sums, double count);
  }

  private final String name;
  private final double[] each;
  private final double[][] terms;
  private final Formula formula;

  private Scores(String name, double[] each, double[][] terms, Formula formula) {
    if (each.length == 0) {
      throw new InputException(name + " needs at least one sample");
    }
    this.name = name;
    this.each = each;
    this.terms = terms;
    this.formula = formula;
  }

  /** A metric whose score of all is the mean of the samples' scores. */
  public static Scores mean(String name, double[] each) {
    double[] copy = each.clone();
    return new Scores(name, copy, new double[][] {copy}, (sums, count) -> sums[0] / count);
  }

  /**
   * A metric whose score of all is a ratio of sums; 0 where the denominator is 0.
   *
   * <p>The score of a sample is its own ratio.
   */
  public static Scores ratio(String name, double[] numerators, double[] denominators) {
    Checks.sameSize(name, "numerators", numerators.length, "denominators", denominators.length);
    var each = new double[numerators.length];
    Arrays.setAll(each, i -> divide(numerators[i], denominators[i]));
    return new Scores(
        name,
        each,
        new double[][] {numerators.clone(), denominators.clone()},
        (sums, _) -> divide(sums[0], sums[1]));
  }

  /**
   * Any other metric.
   *
   * @param each the score of each of N samples
   * @param terms {@code [terms, N]}: what is added up, term by term
   */
  public static Scores of(String name, double[] each, double[][] terms, Formula formula) {
    for (double[] term : terms) {
      Checks.sameSize(name, "scores", each.length, "terms", term.length);
    }
    double[][] copy = Arrays.stream(terms).map(double[]::clone).toArray(double[][]::new);
    return new Scores(name, each.clone(), copy, formula);
  }

  /** What the metric is called. */
  public String name() {
    return name;
  }

  /** The number of samples. */
  public int size() {
    return each.length;
  }

  /** The score of a sample. */
  public double of(int sample) {
    return each[sample];
  }

  /** A copy of the samples' scores. */
  public double[] each() {
    return each.clone();
  }

  /** The score of all samples together. */
  public double overall() {
    return formula.of(sums(), each.length);
  }

  /** The score of a multiset of samples. */
  double overall(int[] samples) {
    var sums = new double[terms.length];
    for (int t = 0; t < terms.length; t++) {
      for (int i : samples) {
        sums[t] += terms[t][i];
      }
    }
    return formula.of(sums, samples.length);
  }

  /** The score of all samples but one. */
  double[] overallWithoutEach() {
    double[] sums = sums();
    var left = new double[terms.length];
    var scores = new double[each.length];
    for (int i = 0; i < scores.length; i++) {
      for (int t = 0; t < terms.length; t++) {
        left[t] = sums[t] - terms[t][i];
      }
      scores[i] = formula.of(left, each.length - 1);
    }
    return scores;
  }

  /** The score of all samples, some of which are taken from {@code other}, a metric of one form. */
  double overall(Scores other, boolean[] fromOther) {
    var sums = new double[terms.length];
    for (int t = 0; t < terms.length; t++) {
      for (int i = 0; i < each.length; i++) {
        sums[t] += fromOther[i] ? other.terms[t][i] : terms[t][i];
      }
    }
    return formula.of(sums, each.length);
  }

  boolean isComparableTo(Scores other) {
    return each.length == other.each.length && terms.length == other.terms.length;
  }

  private double[] sums() {
    return Arrays.stream(terms).mapToDouble(term -> Arrays.stream(term).sum()).toArray();
  }

  private static double divide(double numerator, double denominator) {
    return denominator == 0 ? 0 : numerator / denominator;
  }
}
