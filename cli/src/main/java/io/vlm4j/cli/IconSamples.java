package io.vlm4j.cli;

import io.vlm4j.data.Sample;
import io.vlm4j.data.icons.IconCorpus;
import io.vlm4j.data.icons.IconSplit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * The demo's drawings as a data set for any command.
 *
 * @param training to learn from
 * @param galleries to measure on: {@value #VALIDATION}, concepts of the training styles set aside,
 *     and each style held out by its name
 */
record IconSamples(List<Sample> training, SequencedMap<String, List<Sample>> galleries) {
  static final String VALIDATION = "validation";

  private static final int ONE_IN = 30;

  /** Opens the corpus; {@code limit} drawings for each style and part at most. */
  static IconSamples open(int limit) {
    IconSplit split = IconSplit.load();
    IconCorpus corpus = Corpus.open(split, Corpus.RENDERED_SIZE, limit);
    var training = new ArrayList<Sample>();
    var validation = new ArrayList<Sample>();
    for (Sample sample : corpus.training(split)) {
      boolean isSetAside = IconSplit.isValidation(sample.label(IconCorpus.NAME), ONE_IN);
      (isSetAside ? validation : training).add(sample);
    }
    var galleries = new LinkedHashMap<String, List<Sample>>();
    galleries.put(VALIDATION, validation);
    for (String style : split.galleries().keySet()) {
      var drawings = new ArrayList<Sample>();
      for (String concepts : List.of(IconSplit.SEEN, IconSplit.HELD_OUT)) {
        drawings.addAll(corpus.gallery(split, style, concepts));
      }
      galleries.put(style, drawings);
    }
    return new IconSamples(training, galleries);
  }
}
