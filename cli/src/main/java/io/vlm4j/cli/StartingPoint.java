package io.vlm4j.cli;

import io.vlm4j.data.Sample;
import io.vlm4j.eval.Validation;
import io.vlm4j.model.ModelFolder;
import io.vlm4j.model.Pretrained;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.bytedeco.pytorch.Device;

/**
 * The model that a training begins with.
 *
 * @param name as the user gave it: a folder, or one of the hub
 * @param folder its files
 * @param metrics how well it does on the validation samples before the training; empty without any
 * @param collapsedLoss the loss of a batch of which it sees all alike, if that can be told
 * @param remarks what one should know of its weights
 */
record StartingPoint(
    String name,
    ModelFolder folder,
    Map<String, Double> metrics,
    OptionalDouble collapsedLoss,
    List<String> remarks) {
  /** Loads the model to measure it, and closes it. */
  static StartingPoint of(
      String name, ModelFolder folder, List<Sample> validation, int batchSize, Device device) {
    try (var model = Pretrained.load(folder.path(), device)) {
      return new StartingPoint(
          name,
          folder,
          validation.isEmpty() ? Map.of() : Validation.of(model, validation).metrics(),
          model.model().collapsedLoss(batchSize),
          model.model().remarks());
    }
  }

  /** The mean of the recalls at 1, both ways: one number to see whether a model still works. */
  static double score(Map<String, Double> metrics) {
    return (metrics.getOrDefault("image_to_text_R@1", 0.0)
            + metrics.getOrDefault("text_to_image_R@1", 0.0))
        / 2;
  }
}
