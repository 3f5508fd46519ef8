package io.vlm4j.eval.metric.caption;

import io.vlm4j.eval.metric.Scores;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * BLEU of 1 to 4 words (Papineni et al., ACL 2002) as the COCO caption evaluation computes it: the
 * geometric mean of the shares of n-grams that a reference has too, each counted at most as often
 * as in one reference, times exp(1 - r/c) if the captions' length c is below the references' length
 * r. Of each picture's references the one nearest in length counts, the shorter of two.
 *
 * <p>The score of all is of the summed counts, not a mean. That of one caption is for display: a
 * single missing 4-gram makes it nearly 0.
 */
public final class Bleu {
  private static final double TINY = 1e-15; // the evaluation's guards against 0/0
  private static final double SMALL = 1e-9;

  private Bleu() {}

  /** BLEU-1 to BLEU-4. */
  public static List<Scores> of(CaptionSet captions) {
    List<Counts> counts =
        IntStream.range(0, captions.size())
            .parallel()
            .mapToObj(i -> Counts.of(captions.candidates().get(i), captions.references().get(i)))
            .toList();
    return of(counts, "BLEU");
  }

  static List<Scores> of(List<Counts> counts, String name) {
    var metrics = new ArrayList<Scores>();
    for (int n = 1; n <= NGram.MOST; n++) {
      metrics.add(scores(counts, name + "-" + n, n));
    }
    return metrics;
  }

  private static Scores scores(List<Counts> counts, String name, int n) {
    int size = counts.size();
    var terms = new double[2 * n + 2][size];
    var each = new double[size];
    for (int i = 0; i < size; i++) {
      double[] own = counts.get(i).terms(n);
      each[i] = score(own);
      for (int t = 0; t < own.length; t++) {
        terms[t][i] = own[t];
      }
    }
    return Scores.of(name, each, terms, (sums, _) -> score(sums));
  }

  /** From the lengths, and the right and all n-grams of every order. */
  private static double score(double[] terms) {
    int orders = terms.length / 2 - 1;
    double product = 1;
    for (int n = 0; n < orders; n++) {
      product *= (terms[2 + 2 * n] + TINY) / (terms[3 + 2 * n] + SMALL);
    }
    double ratio = (terms[0] + TINY) / (terms[1] + SMALL);
    return Math.pow(product, 1.0 / orders) * (ratio < 1 ? Math.exp(1 - 1 / ratio) : 1);
  }

  /**
   * What a caption adds to the corpus.
   *
   * @param length its words
   * @param referenceLength those of the nearest reference
   * @param right its n-grams that a reference has, for each n
   */
  record Counts(int length, int referenceLength, int[] right) {
    static Counts of(List<String> candidate, List<List<String>> references) {
      var most = new HashMap<NGram, Integer>();
      for (List<String> reference : references) {
        NGram.counts(reference, NGram.MOST)
            .forEach((gram, count) -> most.merge(gram, count, Math::max));
      }
      int nearest = nearest(candidate.size(), references.stream().mapToInt(List::size));
      return of(NGram.counts(candidate, NGram.MOST), candidate.size(), most, nearest);
    }

    static Counts of(
        Map<NGram, Integer> own, int length, Map<NGram, Integer> most, int referenceLength) {
      var right = new int[NGram.MOST];
      own.forEach(
          (gram, count) -> right[gram.order() - 1] += Math.min(count, most.getOrDefault(gram, 0)));
      return new Counts(length, referenceLength, right);
    }

    static int nearest(int length, IntStream lengths) {
      return lengths
          .reduce((a, b) -> {
            int closer = Integer.compare(Math.abs(a - length), Math.abs(b - length));
            return closer < 0 || closer == 0 && a < b ? a : b;
          })
          .orElseThrow();
    }

    private double[] terms(int orders) {
      var terms = new double[2 * orders + 2];
      terms[0] = length;
      terms[1] = referenceLength;
      for (int n = 0; n < orders; n++) {
        terms[2 + 2 * n] = right[n];
        terms[3 + 2 * n] = Math.max(0, length - n);
      }
      return terms;
    }
  }
}
