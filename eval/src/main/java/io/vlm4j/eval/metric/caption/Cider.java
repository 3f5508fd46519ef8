package io.vlm4j.eval.metric.caption;

import io.vlm4j.eval.metric.Scores;
import java.util.Arrays;
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
    return both(captions, frequencies).get(ordinal());
  }

  /** CIDEr and CIDEr-D, which share most of their work. */
  static List<Scores> both(CaptionSet captions, DocumentFrequencies frequencies) {
    List<Similarity> each =
        IntStream.range(0, captions.size())
            .parallel()
            .mapToObj(
                i -> of(captions.candidates().get(i), captions.references().get(i), frequencies))
            .toList();
    return List.of(
        Scores.mean(PLAIN.title, each.stream().mapToDouble(Similarity::plain).toArray()),
        Scores.mean(D.title, each.stream().mapToDouble(Similarity::clipped).toArray()));
  }

  private record Similarity(double plain, double clipped) {}

  private static Similarity of(
      List<String> candidate, List<List<String>> references, DocumentFrequencies frequencies) {
    var own = Vector.of(candidate, frequencies);
    double plain = 0;
    double clipped = 0;
    for (List<String> reference : references) {
      Similarity similarity = own.similarity(reference, frequencies);
      plain += similarity.plain;
      clipped += similarity.clipped;
    }
    double scale = 10.0 / references.size();
    return new Similarity(scale * plain, scale * clipped);
  }

  /** A caption's weights of n-grams, and for each n their norm. */
  private record Vector(Map<NGram, Double> values, double[] norms, int words) {
    static Vector of(List<String> words, DocumentFrequencies frequencies) {
      var values = new HashMap<NGram, Double>();
      var squares = new double[NGram.MOST];
      NGram.counts(words, NGram.MOST)
          .forEach((gram, count) -> {
            double value = count * frequencies.weight(gram);
            values.put(gram, value);
            squares[gram.order() - 1] += value * value;
          });
      return new Vector(values, roots(squares), words.size());
    }

    Similarity similarity(List<String> reference, DocumentFrequencies frequencies) {
      var plain = new double[NGram.MOST];
      var clipped = new double[NGram.MOST];
      var squares = new double[NGram.MOST];
      NGram.counts(reference, NGram.MOST)
          .forEach((gram, count) -> {
            int n = gram.order() - 1;
            double value = count * frequencies.weight(gram);
            double own = values.getOrDefault(gram, 0.0);
            squares[n] += value * value;
            plain[n] += own * value;
            clipped[n] += Math.min(own, value) * value;
          });
      double[] others = roots(squares);
      double distance = Math.max(0, words - 1) - Math.max(0, reference.size() - 1); // in bigrams
      double penalty = Math.exp(-distance * distance / (2 * SIGMA * SIGMA));
      return new Similarity(mean(plain, others), mean(clipped, others) * penalty);
    }

    private double mean(double[] products, double[] others) {
      double sum = 0;
      for (int n = 0; n < NGram.MOST; n++) {
        double scale = norms[n] * others[n];
        sum += scale == 0 ? 0 : products[n] / scale;
      }
      return sum / NGram.MOST;
    }

    private static double[] roots(double[] squares) {
      return Arrays.stream(squares).map(Math::sqrt).toArray();
    }
  }
}
