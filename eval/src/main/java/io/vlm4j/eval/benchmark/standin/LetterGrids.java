package io.vlm4j.eval.benchmark.standin;

import io.vlm4j.data.Sample;
import io.vlm4j.data.SkippedSamples;
import io.vlm4j.data.Source;
import io.vlm4j.data.lettering.TextPictures;
import io.vlm4j.data.lettering.Typefaces;
import io.vlm4j.data.lettering.Words;
import io.vlm4j.eval.benchmark.Grid;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Pictures of text: which of four texts is on which of four pictures? */
final class LetterGrids {
  private static final int SIDE = 128;
  private static final int TEXTS = 4;
  private static final int SPARE = 2; // pictures for each one that is used: some say the same

  private LetterGrids() {}

  /**
   * So many grids, with the fonts of this machine.
   *
   * @throws io.vlm4j.io.InputException if it has none
   */
  static List<Grid> of(int count, long seed) {
    Source source =
        new TextPictures(SIDE, seed, Words.common(), Typefaces.ofThisMachine())
            .source((long) SPARE * TEXTS * count);
    var grids = new ArrayList<Grid>();
    var chosen = new ArrayList<Sample>();
    for (Sample sample : source.stream(new SkippedSamples()).toList()) {
      if (grids.size() < count && chosen.stream().noneMatch(o -> isSame(o, sample))) {
        chosen.add(sample);
      }
      if (chosen.size() == TEXTS) {
        grids.add(grid("texts-" + grids.size(), chosen));
        chosen.clear();
      }
    }
    return grids;
  }

  private static boolean isSame(Sample a, Sample b) {
    return a.label("text").equalsIgnoreCase(b.label("text"));
  }

  private static Grid grid(String key, List<Sample> chosen) {
    long words = chosen.getFirst().label("text").split("\\s+").length;
    return Grid.square(
        key,
        chosen.stream().map(Sample::picture).toList(),
        chosen.stream()
            .map(s -> "the text \"" + s.label("text").replace('\n', ' ') + "\"")
            .toList(),
        Map.of("words of the first", words > 3 ? "more" : Long.toString(words)));
  }
}
