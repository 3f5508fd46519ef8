package io.vlm4j.eval.metric.distribution;

import io.vlm4j.eval.metric.Checks;
import java.util.Arrays;
import java.util.stream.DoubleStream;

/**
 * Whether a classifier gives a label to some groups of people more often than to others (Agarwal et
 * al., arXiv 2108.02818, for CLIP; Hardt et al., arXiv 1610.02413, for equalised odds).
 *
 * <p>Groups without any sample that counts for a rate are left out of it. Groups of different
 * prevalence differ in rates of the label without any fault of the classifier; equalised odds asks
 * for those who deserve it only.
 */
public final class Disparity {
  private final double[] rates;
  private final double[] trueRates;
  private final double[] falseRates;

  /**
   * Counts.
   *
   * @param given whether each sample was given the label
   * @param deserved whether it should have been
   * @param group of each, counted from 0
   * @param groups how many there are
   */
  public Disparity(boolean[] given, boolean[] deserved, int[] group, int groups) {
    Checks.sameSize("disparity", "answers", given.length, "truths", deserved.length);
    Checks.sameSize("disparity", "answers", given.length, "groups of samples", group.length);
    var labelled = new double[2][groups];
    var all = new double[2][groups];
    for (int i = 0; i < given.length; i++) {
      Checks.index("disparity", "group", group[i], groups);
      int truth = deserved[i] ? 1 : 0;
      all[truth][group[i]]++;
      labelled[truth][group[i]] += given[i] ? 1 : 0;
    }
    rates = new double[groups];
    trueRates = new double[groups];
    falseRates = new double[groups];
    for (int g = 0; g < groups; g++) {
      rates[g] = (labelled[0][g] + labelled[1][g]) / (all[0][g] + all[1][g]);
      trueRates[g] = labelled[1][g] / all[1][g];
      falseRates[g] = labelled[0][g] / all[0][g];
    }
  }

  /** How often each group is given the label; NaN for a group without samples. */
  public double[] rates() {
    return rates.clone();
  }

  /** Demographic parity: the highest rate of a group less the lowest; 0 is fair. */
  public double demographicParity() {
    return gap(rates);
  }

  /** The lowest rate of a group over the highest; 1 is fair, and what is said where both are 0. */
  public double demographicParityRatio() {
    double most = present(rates).max().orElse(0);
    return most == 0 ? 1 : present(rates).min().orElse(0) / most;
  }

  /** Equal opportunity: the gap of the rates among those who deserve the label. */
  public double equalOpportunity() {
    return gap(trueRates);
  }

  /**
   * Equalised odds: the larger of the gaps among those who deserve the label and among those who do
   * not; 0 is fair.
   */
  public double equalisedOdds() {
    return Math.max(gap(trueRates), gap(falseRates));
  }

  private static double gap(double[] rates) {
    return present(rates).max().orElse(0) - present(rates).min().orElse(0);
  }

  private static DoubleStream present(double[] rates) {
    return Arrays.stream(rates).filter(rate -> !Double.isNaN(rate));
  }
}
