package io.vlm4j.eval.metric.caption;

import io.vlm4j.eval.metric.Scores;
import java.util.ArrayList;
import java.util.List;

/** All metrics of captions against references. */
public final class CaptionMetrics {
  private CaptionMetrics() {}

  /** BLEU-1 to BLEU-4, METEOR, ROUGE-L, CIDEr and CIDEr-D, in this order. */
  public static List<Scores> all(CaptionSet captions, Meteor meteor) {
    var frequencies = DocumentFrequencies.of(captions.references());
    var metrics = new ArrayList<>(Bleu.of(captions));
    metrics.add(meteor.of(captions));
    metrics.add(RougeL.of(captions));
    metrics.addAll(Cider.both(captions, frequencies));
    return metrics;
  }
}
