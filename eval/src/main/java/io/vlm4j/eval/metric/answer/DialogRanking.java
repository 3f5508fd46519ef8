package io.vlm4j.eval.metric.answer;

import io.vlm4j.eval.metric.Checks;
import io.vlm4j.eval.metric.Rank;
import io.vlm4j.eval.metric.Scores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The scores of VisDial (arXiv 1611.08669): a model ranks the options, usually 100, of what may be
 * said next. Ranks count from 1. Of options with one score the right one is ranked last, and the
 * least relevant first: a model that gives all the same finds nothing.
 */
public final class DialogRanking {
  private static final int[] DEPTHS = {1, 5, 10};

  private DialogRanking() {}

  /**
   * Where the right option comes: mean reciprocal rank, recall at 1, 5 and 10, mean rank.
   *
   * @param scores {@code [turns, options]} by the model
   * @param right the option of each turn that was said
   */
  public static List<Scores> ranks(float[][] scores, int[] right) {
    Checks.sameSize("VisDial", "rankings", scores.length, "right options", right.length);
    double[] ranks =
        IntStream.range(0, right.length).mapToDouble(i -> rank(scores[i], right[i])).toArray();
    var metrics = new ArrayList<Scores>();
    metrics.add(Scores.mean("MRR", Arrays.stream(ranks).map(rank -> 1 / rank).toArray()));
    for (int depth : DEPTHS) {
      double[] found = Arrays.stream(ranks).map(rank -> rank <= depth ? 1 : 0).toArray();
      metrics.add(Scores.mean("R@" + depth, found));
    }
    metrics.add(Scores.mean("mean rank", ranks));
    return metrics;
  }

  /**
   * Normalised discounted cumulative gain: with K options of any relevance, the sum over the
   * model's first K of relevance / log2(1 + rank), over the highest sum there is.
   *
   * @param scores {@code [turns, options]} by the model
   * @param relevances {@code [turns, options]}: the share of people who found an option right
   */
  public static Scores ndcg(float[][] scores, float[][] relevances) {
    Checks.sameSize("NDCG", "rankings", scores.length, "sets of relevances", relevances.length);
    return Scores.mean(
        "NDCG",
        IntStream.range(0, scores.length)
            .mapToDouble(i -> ndcg(scores[i], relevances[i]))
            .toArray());
  }

  private static double ndcg(float[] scores, float[] relevances) {
    Checks.sameSize("NDCG", "scores", scores.length, "relevances", relevances.length);
    var byRelevance = Comparator.<Integer>comparingDouble(option -> relevances[option]);
    // A score that is no number comes last.
    var byScore =
        Comparator.<Integer>comparingDouble(
            option -> Float.isNaN(scores[option]) ? Double.POSITIVE_INFINITY : -scores[option]);
    List<Integer> options = new ArrayList<>(IntStream.range(0, scores.length).boxed().toList());
    int depth = (int) options.stream().filter(option -> relevances[option] > 0).count();
    options.sort(byScore.thenComparing(byRelevance));
    double gain = gain(options, relevances, depth);
    options.sort(Collections.reverseOrder(byRelevance));
    return depth == 0 ? 0 : gain / gain(options, relevances, depth);
  }

  private static double gain(List<Integer> options, float[] relevances, int depth) {
    double gain = 0;
    for (int place = 0; place < depth; place++) {
      gain += relevances[options.get(place)] * Math.log(2) / Math.log(place + 2);
    }
    return gain;
  }

  private static int rank(float[] scores, int right) {
    Checks.index("VisDial", "right option", right, scores.length);
    return Rank.of(scores, right);
  }
}
