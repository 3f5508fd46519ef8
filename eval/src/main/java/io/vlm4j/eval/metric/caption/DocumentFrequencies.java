package io.vlm4j.eval.metric.caption;

import io.vlm4j.eval.metric.Checks;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** In how many pictures' references each n-gram occurs, and so how little it tells. */
public final class DocumentFrequencies {
  private final double logPictures;
  private final Map<NGram, Integer> counts;

  private DocumentFrequencies(int pictures, Map<NGram, Integer> counts) {
    this.logPictures = Math.log(pictures);
    this.counts = counts;
  }

  /** Counts in the references of a set of pictures, such as those of a training set. */
  public static DocumentFrequencies of(List<List<List<String>>> references) {
    Checks.notEmpty("CIDEr", "pictures with references", references.size());
    var counts = new ConcurrentHashMap<NGram, Integer>();
    references.parallelStream()
        .forEach(picture -> {
          var grams = new HashSet<NGram>();
          picture.forEach(words -> grams.addAll(NGram.counts(words, NGram.MOST).keySet()));
          grams.forEach(gram -> counts.merge(gram, 1, Integer::sum));
        });
    return new DocumentFrequencies(references.size(), counts);
  }

  /** log M - log max(1, df) of M pictures. */
  double weight(NGram gram) {
    return logPictures - Math.log(counts.getOrDefault(gram, 1));
  }
}
