package io.vlm4j.eval.metric.choice;

import io.vlm4j.eval.metric.Checks;
import io.vlm4j.eval.metric.Scores;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * How early the right answers come when each query ranks all candidates. Among equal scores wrong
 * candidates come first.
 */
public final class Ranking {
  private Ranking() {}

  /**
   * Recall@k as retrieval reports it: the share of queries with a right candidate among the first
   * k.
   *
   * @param scores {@code [queries, candidates]}
   * @param right {@code [queries, candidates]}: which are right; a query without any finds nothing
   */
  public static Scores recallAt(int k, float[][] scores, boolean[][] right) {
    Checks.atLeast("recall", "k", 1, k);
    return Scores.mean(
        "R@" + k,
        each(
            "recall",
            scores,
            right,
            ranked -> {
              int first =
                  IntStream.range(0, ranked.length).filter(i -> ranked[i]).findFirst().orElse(k);
              return first < k ? 1 : 0;
            }));
  }

  /**
   * Mean average precision: for each query the mean, over its right candidates, of the share of
   * right ones down to there; 0 for a query without any.
   */
  public static Scores meanAveragePrecision(float[][] scores, boolean[][] right) {
    return Scores.mean(
        "mAP",
        each(
            "mAP",
            scores,
            right,
            ranked -> {
              double sum = 0;
              int found = 0;
              for (int i = 0; i < ranked.length; i++) {
                if (ranked[i]) {
                  sum += (double) ++found / (i + 1);
                }
              }
              return found == 0 ? 0 : sum / found;
            }));
  }

  /**
   * The mean over eleven recalls 0, 0.1, ..., 1 of the best precision at that recall or more, as
   * PASCAL VOC 2007 asks for; a query is a class, a candidate a picture.
   */
  public static Scores elevenPoint(float[][] scores, boolean[][] right) {
    return Scores.mean("11-point mAP", each("11-point mAP", scores, right, Ranking::elevenPoint));
  }

  private static double elevenPoint(boolean[] ranked) {
    long all = IntStream.range(0, ranked.length).filter(i -> ranked[i]).count();
    var best = new double[11]; // by tenths of recall that are reached
    int found = 0;
    for (int i = 0; i < ranked.length; i++) {
      if (ranked[i]) {
        found++;
        for (int tenth = 0; tenth <= 10 && tenth * all <= 10L * found; tenth++) {
          best[tenth] = Math.max(best[tenth], (double) found / (i + 1));
        }
      }
    }
    return Arrays.stream(best).average().orElseThrow();
  }

  private interface OfOne {
    double of(boolean[] ranked);
  }

  /** Scores of each query, from whether its candidates are right, the best first. */
  private static double[] each(String metric, float[][] scores, boolean[][] right, OfOne score) {
    Checks.sameSize(metric, "rows of scores", scores.length, "rows of truths", right.length);
    for (int q = 0; q < scores.length; q++) {
      Checks.sameSize(metric, "scores", scores[q].length, "truths", right[q].length);
    }
    return IntStream.range(0, scores.length)
        .parallel()
        .mapToDouble(q -> score.of(ranked(scores[q], right[q])))
        .toArray();
  }

  private static boolean[] ranked(float[] scores, boolean[] right) {
    Integer[] order = IntStream.range(0, scores.length).boxed().toArray(Integer[]::new);
    // What is no number comes last if it is right, and first if it is wrong: it never helps.
    Arrays.sort(
        order,
        Comparator.<Integer>comparingDouble(i ->
                Float.isNaN(scores[i])
                    ? (right[i] ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY)
                    : -scores[i])
            .thenComparing(i -> right[i]));
    var ranked = new boolean[order.length];
    for (int i = 0; i < ranked.length; i++) {
      ranked[i] = right[order[i]];
    }
    return ranked;
  }
}
