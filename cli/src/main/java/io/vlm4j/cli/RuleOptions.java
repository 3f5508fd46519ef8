package io.vlm4j.cli;

import io.vlm4j.io.Json;
import io.vlm4j.train.ParameterRule;
import io.vlm4j.train.Recipe;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** Options for which parameters learn, and how fast; they add rules to the recipe. */
final class RuleOptions {
  @Option(
      names = "--lock-image",
      description = "Keep the image tower as it is: short for --freeze vision.")
  private boolean lockImage;

  @Option(
      names = "--lock-text",
      description = "Keep the text tower as it is: short for --freeze text.")
  private boolean lockText;

  @Option(
      names = "--freeze",
      paramLabel = "PATTERN",
      description =
          "Keep the parameters of that name, and all below it, as they are, e.g. vision.blocks.0 or"
              + " '*.norm1'.")
  private List<String> frozen = new ArrayList<>();

  @Option(
      names = "--lr-scale",
      paramLabel = "PATTERN=X",
      description = "Multiply the learning rate of such parameters by X.")
  private Map<String, Double> scales = new LinkedHashMap<>();

  @Option(
      names = "--layer-decay",
      paramLabel = "D",
      description =
          "Multiply the learning rate by D from each layer to the one below it (1 for no decay;"
              + " default with weights to begin with: 0.75).")
  private @Nullable Double layerDecay;

  /** The recipe with the rules that are asked for besides its own. */
  Recipe apply(Recipe recipe) {
    var rules = new ArrayList<>(recipe.training().rules());
    if (lockImage) {
      rules.add(ParameterRule.freeze("vision"));
    }
    if (lockText) {
      rules.add(ParameterRule.freeze("text"));
    }
    frozen.forEach(pattern -> rules.add(ParameterRule.freeze(pattern)));
    scales.forEach((pattern, scale) -> rules.add(new ParameterRule(pattern, scale, 1)));
    var changes = new LinkedHashMap<String, JsonNode>();
    changes.put("training.rules", Json.parse(Json.toLine(rules)));
    if (layerDecay != null) {
      changes.put("training.layerDecay", Json.parse(layerDecay.toString()));
    }
    return recipe.with(changes);
  }
}
