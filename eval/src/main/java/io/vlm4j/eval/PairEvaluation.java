package io.vlm4j.eval;

import io.vlm4j.data.Sample;
import io.vlm4j.data.SkippedSamples;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.InputException;
import io.vlm4j.model.Pretrained;
import java.util.ArrayList;
import java.util.List;

/**
 * Pictures with captions as a model sees them.
 *
 * @param samples those that could be read
 * @param retrieval between them and their distinct principal texts
 * @param skipped those that could not
 */
public record PairEvaluation(List<Sample> samples, Retrieval retrieval, SkippedSamples skipped) {
  private static final int CHUNK = 256;

  /**
   * Embeds pictures and their principal texts.
   *
   * @throws InputException if not one picture can be read
   */
  public static PairEvaluation of(Pretrained model, List<Sample> samples) {
    var skipped = new SkippedSamples();
    var used = new ArrayList<Sample>();
    var images = new ArrayList<float[]>();
    for (int from = 0; from < samples.size(); from += CHUNK) {
      var pictures = new ArrayList<Pixels>();
      for (Sample sample : samples.subList(from, Math.min(samples.size(), from + CHUNK))) {
        try {
          pictures.add(sample.picture().pixels().over(255, 255, 255));
          used.add(sample);
        } catch (InputException e) {
          skipped.add(sample, e);
        }
      }
      images.addAll(List.of(model.embedImages(pictures)));
    }
    if (used.isEmpty()) {
      throw new InputException("not one of " + samples.size() + " pictures can be read");
    }
    List<String> texts = used.stream().map(Sample::text).toList();
    List<String> candidates = texts.stream().distinct().toList();
    var retrieval =
        new Retrieval(
            images.toArray(float[][]::new), texts, model.embedTexts(candidates), candidates);
    return new PairEvaluation(used, retrieval, skipped);
  }
}
