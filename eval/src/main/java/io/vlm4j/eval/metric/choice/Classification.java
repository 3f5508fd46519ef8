package io.vlm4j.eval.metric.choice;

import io.vlm4j.eval.metric.Checks;
import io.vlm4j.eval.metric.Rank;
import io.vlm4j.eval.metric.Scores;

/**
 * Of pictures sorted into C classes, how many were sorted right. Of classes with one score the
 * right one is ranked last: a model that gives all the same recognises nothing.
 */
public final class Classification {
  private Classification() {}

  /**
   * The share of pictures whose right class is among the first {@code k}.
   *
   * @param scores {@code [pictures, classes]}
   * @param truths the right class of each picture
   */
  public static Scores topK(float[][] scores, int[] truths, int k) {
    Checks.atLeast("top-k accuracy", "k", 1, k);
    return Scores.mean("top-" + k, hits("top-k accuracy", scores, truths, k));
  }

  /**
   * The mean over classes of the share of a class's pictures that were recognised: what is reported
   * of Caltech-101, Flowers, Pets and Aircraft. Classes without pictures do not count.
   */
  public static Scores meanPerClass(float[][] scores, int[] truths) {
    String name = "mean per class";
    double[] hits = hits(name, scores, truths, 1);
    int classes = Checks.width(name, "scores", scores);
    var terms = new double[2 * classes][hits.length];
    for (int i = 0; i < hits.length; i++) {
      terms[truths[i]][i] = hits[i];
      terms[classes + truths[i]][i] = 1;
    }
    return Scores.of(name, hits, terms, (sums, _) -> meanRatio(sums, classes));
  }

  private static double meanRatio(double[] sums, int classes) {
    double recalls = 0;
    int present = 0;
    for (int c = 0; c < classes; c++) {
      if (sums[classes + c] > 0) {
        recalls += sums[c] / sums[classes + c];
        present++;
      }
    }
    return present == 0 ? 0 : recalls / present;
  }

  private static double[] hits(String metric, float[][] scores, int[] truths, int k) {
    Checks.sameSize(metric, "rows of scores", scores.length, "right classes", truths.length);
    var hits = new double[truths.length];
    for (int i = 0; i < hits.length; i++) {
      Checks.index(metric, "right class", truths[i], scores[i].length);
      hits[i] = Rank.of(scores[i], truths[i]) <= k ? 1 : 0;
    }
    return hits;
  }
}
