package io.vlm4j.eval.metric.caption;

import io.vlm4j.eval.metric.Scores;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * CIDEr and CIDEr-D (Vedantam et al., arXiv 1411.5726): cosines of tf-idf vectors of n-grams
 * between a caption and each reference, averaged over n = 1..4 and the references, times 10.
 *
 * <p>CIDEr-D, which the COCO evaluation reports under the name CIDEr, counts an n-gram of the
 * caption at most as heavy as in the reference, and takes away for a difference of lengths d the
 * factor exp(-d^2 / (2 6^2)); its code counts bigrams as length, and so does this. Neither maps
 * words to stems, as the evaluation's code does not, though the paper does.
 *
 * <p>The weights come from the references of the set itself unless others are given; with a single
 * picture every weight and so every score is 0. An interval by resampling keeps the weights.
 */
public enum Cider {
  /** Cosines as they are. */
  PLAIN("CIDEr"),
  /** Clipped, with a penalty of length. */
  D("CIDEr-D");

  private static final double SIGMA = 6;

  private final String title;

  Cider(String title) {
    this.title = title;
  }

  /** Scores captions, weighing n-grams by the references of the set. */
  public Scores of(CaptionSet captions) {
    return of(captions, DocumentFrequencies.of(captions.references()));
  }

  /** Scores captions. */
  public Scores of(CaptionSet captions, DocumentFrequencies frequencies) {
    return Scores.mean(
        title,
        IntStream.range(0, captions.size())
            .parallel()
            .mapToDouble(
                i -> of(captions.candidates().get(i), captions.references().get(i), frequencies))
            .toArray());
  }

  private double of(
      List<String> candidate, List<List<String>> references, DocumentFrequencies frequencies) {
    var own = Vector.of(candidate, frequencies);
    double sum = 0;
    for (List<String> reference : references) {
      sum += similarity(own, Vector.of(reference, frequencies));
    }
    return 10 * sum / references.size();
  }

  private double similarity(Vector own, Vector reference) {
    var dot = new double[NGram.MOST];
    own.values.forEach((gram, value) -> {
      double other = reference.values.getOrDefault(gram, 0.0);
      dot[gram.order() - 1] += (this == D ? Math.min(value, other) : value) * other;
    });
    double sum = 0;
    for (int n = 0; n < NGram.MOST; n++) {
      double norms = own.norms[n] * reference.norms[n];
      sum += norms == 0 ? 0 : dot[n] / norms;
    }
    double distance = own.bigrams - reference.bigrams;
    double penalty = this == D ? Math.exp(-distance * distance / (2 * SIGMA * SIGMA)) : 1;
    return sum / NGram.MOST * penalty;
  }

  private record Vector(Map<NGram, Double> values, double[] norms, int bigrams) {
    static Vector of(List<String> words, DocumentFrequencies frequencies) {
      var values = new HashMap<NGram, Double>();
      var norms = new double[NGram.MOST];
      NGram.counts(words, NGram.MOST)
          .forEach((gram, count) -> {
            double value = count * frequencies.weight(gram);
            values.put(gram, value);
            norms[gram.order() - 1] += value * value;
          });
      for (int n = 0; n < norms.length; n++) {
        norms[n] = Math.sqrt(norms[n]);
      }
      return new Vector(values, norms, Math.max(0, words.size() - 1));
    }
  }
}
