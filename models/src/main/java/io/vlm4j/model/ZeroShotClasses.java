package io.vlm4j.model;

import io.vlm4j.io.InputException;
import io.vlm4j.model.Pretrained.Score;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Classes that are known by their prompts alone: each is the mean vector of its prompts. */
final class ZeroShotClasses {
  private final Pretrained model;
  private final List<String> labels;
  private final float[][] vectors;

  /**
   * Embeds the prompts.
   *
   * @param templates prompts with {@code {}} where the label goes
   */
  ZeroShotClasses(Pretrained model, List<String> labels, List<String> templates) {
    if (templates.isEmpty()) {
      throw new InputException("classes need at least one template");
    }
    this.model = model;
    this.labels = List.copyOf(labels);
    var prompts = new ArrayList<String>();
    for (String label : labels) {
      for (String template : templates) {
        prompts.add(template.replace("{}", label));
      }
    }
    float[][] all = model.embedTexts(prompts);
    vectors = new float[labels.size()][];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = normalizedMean(all, i * templates.size(), templates.size());
    }
  }

  /** For each label, the normalised mean of the unit vectors of its prompts. */
  float[][] vectors() {
    return vectors;
  }

  /** All labels with their probabilities for a picture's unit vector, the best first. */
  List<Score> of(float[] picture) {
    var cosines = new float[vectors.length];
    for (int i = 0; i < cosines.length; i++) {
      cosines[i] = Pretrained.similarity(picture, vectors[i]);
    }
    float[] probabilities = model.probabilities(cosines);
    return IntStream.range(0, labels.size())
        .mapToObj(i -> new Score(labels.get(i), probabilities[i]))
        .sorted(Comparator.comparingDouble(Score::probability).reversed())
        .toList();
  }

  private static float[] normalizedMean(float[][] vectors, int from, int count) {
    var mean = new float[vectors[from].length];
    double square = 0;
    for (int d = 0; d < mean.length; d++) {
      for (int i = from; i < from + count; i++) {
        mean[d] += vectors[i][d] / count;
      }
      square += mean[d] * mean[d];
    }
    float scale = (float) (1 / Math.sqrt(Math.max(square, 1e-24)));
    for (int d = 0; d < mean.length; d++) {
      mean[d] *= scale;
    }
    return mean;
  }
}
