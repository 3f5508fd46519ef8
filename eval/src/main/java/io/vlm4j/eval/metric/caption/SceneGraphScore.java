package io.vlm4j.eval.metric.caption;

import io.vlm4j.eval.metric.Scores;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How much of what is said to be there is there: the F1 of a caption's {@link SceneGraph} against
 * all its references' graphs together, after SPICE (Anderson et al., arXiv 1607.08822). Words match
 * as base forms, or if they share a set of synonyms of WordNet.
 *
 * <p>It is not SPICE: SPICE's graphs come from Stanford's parser, whose licence does not fit here;
 * these come from {@link SceneGraphParser}. So the two are not to be put in one table. The score of
 * all is the mean.
 */
public final class SceneGraphScore {
  private SceneGraphScore() {}

  /** Scores captions; some milliseconds each. */
  public static Scores of(CaptionSet captions) {
    var parser = SceneGraphParser.english();
    return Scores.mean(
        "SceneGraph-F1",
        IntStream.range(0, captions.size())
            .parallel()
            .mapToDouble(i -> score(captions, i, parser))
            .toArray());
  }

  private static double score(CaptionSet captions, int index, SceneGraphParser parser) {
    List<SceneGraph> graphs = captions.references().get(index).stream().map(parser::parse).toList();
    SceneGraph truth = SceneGraph.union(graphs, WordNet.english());
    SceneGraph said = parser.parse(captions.candidates().get(index));
    double shared = said.shared(truth, WordNet.english());
    return shared == 0 ? 0 : 2 * shared / (said.tuples().size() + truth.tuples().size());
  }
}
