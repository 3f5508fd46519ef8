package io.vlm4j.eval.metric.caption;

import io.vlm4j.eval.metric.Scores;
import java.util.List;
import java.util.stream.IntStream;

/**
 * ROUGE-L (Lin 2004) as the COCO caption evaluation computes it: of the longest common subsequence
 * of words with each reference, the share of the caption P and of the reference R, each the best
 * over the references on its own; F = (1 + b^2) P R / (R + b^2 P) with b = 1.2; the mean over
 * pictures.
 */
public final class RougeL {
  private static final double BETA_SQUARED = 1.2 * 1.2;

  private RougeL() {}

  /** Scores captions. */
  public static Scores of(CaptionSet captions) {
    return Scores.mean(
        "ROUGE-L",
        IntStream.range(0, captions.size())
            .parallel()
            .mapToDouble(i -> of(captions.candidates().get(i), captions.references().get(i)))
            .toArray());
  }

  private static double of(List<String> candidate, List<List<String>> references) {
    double precision = 0;
    double recall = 0;
    for (List<String> reference : references) {
      double common = common(candidate, reference);
      precision = Math.max(precision, common / Math.max(1, candidate.size()));
      recall = Math.max(recall, common / Math.max(1, reference.size()));
    }
    return precision == 0 || recall == 0
        ? 0
        : (1 + BETA_SQUARED) * precision * recall / (recall + BETA_SQUARED * precision);
  }

  /** The length of the longest common subsequence. */
  static int common(List<String> a, List<String> b) {
    var row = new int[b.size() + 1];
    for (String word : a) {
      int diagonal = 0;
      for (int j = 1; j < row.length; j++) {
        int above = row[j];
        row[j] = word.equals(b.get(j - 1)) ? diagonal + 1 : Math.max(above, row[j - 1]);
        diagonal = above;
      }
    }
    return row[b.size()];
  }
}
