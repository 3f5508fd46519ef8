package io.vlm4j.cli;

import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.train.Recipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** Options for the recipe: a file, a model, single values. */
final class RecipeOptions {
  @Option(
      names = "--config",
      paramLabel = "RECIPE",
      description =
          "A recipe in YAML: model and training (run.yaml of a run is one), or the name of one that"
              + " comes with vlm4j, such as coca-demo.")
  private @Nullable String file;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description =
          "A named model (see 'vlm4j models') or its YAML, to train from random weights; 'train'"
              + " begins with the weights of a model folder or of hf:ORG/NAME[@REVISION].")
  private String model = "";

  @Option(
      names = "--part",
      paramLabel = "PART=MODEL",
      description =
          "Take a part of the model, such as imageTokenizer, from a model folder or"
              + " hf:ORG/NAME[@REVISION]; see the pages of the systems that have parts.")
  private Map<String, String> parts = new LinkedHashMap<>();

  @Option(names = "--batch-size", paramLabel = "N", description = "Pairs a step.")
  private @Nullable Integer batchSize;

  @Option(names = "--lr", paramLabel = "R", description = "Highest learning rate.")
  private @Nullable Double learningRate;

  @Option(names = "--wd", paramLabel = "W", description = "Weight decay.")
  private @Nullable Double weightDecay;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      description = "Warm-up steps, or their share of all steps if below 1.")
  private @Nullable Double warmup;

  @Option(
      names = "--precision",
      paramLabel = "P",
      description = "f32, bf16 or auto: the quickest here (default).")
  private @Nullable String precision;

  @Option(names = "--seed", paramLabel = "S", description = "Seed of all chance.")
  private @Nullable Long seed;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Any key of the recipe, e.g. training.augmentation.rotation=5.")
  private Map<String, String> changes = new LinkedHashMap<>();

  /** The recipe that the options ask for, beginning with {@code standard}. */
  Recipe apply(Recipe standard) {
    return apply(standard, model.isEmpty() ? null : ModelSpec.of(model));
  }

  /** The recipe that the options ask for, for that model unless it is null. */
  Recipe apply(Recipe standard, @Nullable ModelSpec<?> spec) {
    Recipe recipe = file == null ? standard : Recipe.of(file);
    if (spec != null) {
      recipe = recipe.withModel(spec);
    }
    var values = new LinkedHashMap<String, JsonNode>();
    put(values, "training.batchSize", batchSize);
    put(values, "training.learningRate", learningRate);
    put(values, "training.weightDecay", weightDecay);
    put(values, "training.warmup", warmup);
    put(values, "training.seed", seed);
    if (precision != null) {
      values.put("training.precision", Json.parse('"' + precision + '"'));
    }
    changes.forEach((key, value) -> values.put(key, parse(value)));
    return recipe.with(values).withParts(parts);
  }

  /** The name of the model, if it is one that has weights: a folder, or one of the hub. */
  Optional<String> modelWithWeights() {
    boolean hasWeights =
        model.matches("(hf|hf-hub|local-dir):.*")
            || (!model.isEmpty()
                && !ModelSpec.names().contains(model)
                && Files.isDirectory(Path.of(model)));
    return hasWeights ? Optional.of(model) : Optional.empty();
  }

  /** Whether the batch size was asked for. */
  boolean hasBatchSize() {
    return batchSize != null;
  }

  private static void put(Map<String, JsonNode> values, String key, @Nullable Object value) {
    if (value != null) {
      values.put(key, Json.parse(value.toString()));
    }
  }

  private static JsonNode parse(String value) {
    try {
      return Json.parse(value);
    } catch (InputException _) {
      return Json.parse('"' + value + '"'); // a word
    }
  }
}
