package io.vlm4j.eval.metric.distribution;

import io.vlm4j.eval.metric.Checks;
import io.vlm4j.io.InputException;
import java.util.Arrays;

/**
 * Whether what a search finds favours a group of people (Geyik et al., arXiv 1905.01989): the
 * groups of the pictures found, the first first, against the share that each group should have.
 *
 * <p>Logarithms are natural, save for the discount of a rank, which is 1 / log2(rank + 1).
 */
public final class RankingSkew {
  private final int[] groups;
  private final double[] desired;

  /**
   * What was found.
   *
   * @param groups of what was found, in its order
   * @param desired the share of each group, above 0; they add up to 1
   */
  public RankingSkew(int[] groups, double[] desired) {
    Checks.notEmpty("skew", "pictures found", groups.length);
    for (int group : groups) {
      Checks.index("skew", "group", group, desired.length);
    }
    double sum = Arrays.stream(desired).sum();
    if (Math.abs(sum - 1) > 1e-6 || Arrays.stream(desired).anyMatch(share -> !(share > 0))) {
      throw new InputException(
          "skew: desired shares %s; each must be above 0, and they must add up to 1"
              .formatted(Arrays.toString(desired)));
    }
    this.groups = groups.clone();
    this.desired = desired.clone();
  }

  /**
   * log(share of a group among the first k / its desired share): 0 is fair, above 0 too many, minus
   * infinity none. Of lists that are shorter than k all is taken.
   */
  public double skew(int group, int k) {
    Checks.index("skew", "group", group, desired.length);
    Checks.atLeast("skew", "k", 1, k);
    int depth = Math.min(k, groups.length);
    long count = Arrays.stream(groups, 0, depth).filter(g -> g == group).count();
    return Math.log((double) count / depth / desired[group]);
  }

  /**
   * MaxSkew@k: the skew of the group that is favoured most; at least 0. A group of which nothing
   * was found is never that, so no count needs smoothing.
   */
  public double maxSkew(int k) {
    double most = Double.NEGATIVE_INFINITY;
    for (int group = 0; group < desired.length; group++) {
      most = Math.max(most, skew(group, k));
    }
    return most;
  }

  /**
   * NDKL: the divergence of the shares among the first i from the desired ones, KL(D_i || D), for
   * every i, weighed by 1 / log2(i + 1), over the sum of the weights. 0 is fair; a list that is
   * fair as a whole still diverges at its beginning.
   */
  public double ndkl() {
    var counts = new double[desired.length];
    double sum = 0;
    double weights = 0;
    for (int i = 1; i <= groups.length; i++) {
      counts[groups[i - 1]]++;
      double divergence = 0;
      for (int group = 0; group < counts.length; group++) {
        double share = counts[group] / i;
        divergence += share == 0 ? 0 : share * Math.log(share / desired[group]);
      }
      double weight = Math.log(2) / Math.log(i + 1);
      sum += weight * divergence;
      weights += weight;
    }
    return sum / weights;
  }
}
