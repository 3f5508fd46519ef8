package io.vlm4j.cli;

import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.io.hub.ModelName;
import io.vlm4j.model.Layout;
import io.vlm4j.train.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The {@code README.md} of a fine-tuned model, with the YAML in front that the hub reads.
 *
 * @param start the model that the training began with
 * @param recipe how it was trained
 * @param training number of pictures that it learned from
 * @param validation number of pictures that it was measured on
 * @param dataset the validation data's name, without folders
 * @param steps of the training
 * @param after the metrics after it
 */
record ModelCard(
    StartingPoint start,
    Recipe recipe,
    int training,
    int validation,
    String dataset,
    long steps,
    Map<String, Double> after) {
  /** What holds for the new model as for the old. */
  private static final List<String> KEPT =
      List.of("license", "license_name", "license_link", "language");

  /** The whole text. */
  String text() {
    var text = new StringBuilder("---\n");
    text.append(Json.toYaml(frontMatter()).replaceFirst("^---\\s*", "").stripTrailing());
    text.append("\n---\n\n# ").append(title()).append(" fine-tuned\n\n");
    text.append(
        String.format(
            Locale.ROOT,
            "`%s` trained on for %,d steps of %d pairs with vlm4j, on %,d pictures with"
                + " captions.%n",
            title(),
            steps,
            recipe.training().batchSize(),
            training));
    if (!after.isEmpty()) {
      text.append("\n## Measured\n\nOn ").append(dataset);
      text.append(String.format(Locale.ROOT, ", %,d pictures:%n%n", validation));
      text.append("| metric | before | after |\n|---|---|---|\n");
      after.forEach((name, value) ->
          text.append(
              String.format(
                  Locale.ROOT,
                  "| %s | %.4f | %.4f |%n",
                  name,
                  start.metrics().getOrDefault(name, Double.NaN),
                  value)));
    }
    text.append("\n## Recipe\n\n```yaml\n");
    text.append(
        Json.toYaml(recipe.toTree().path("training")).replaceFirst("^---\\s*", "").stripTrailing());
    return text.append("\n```\n").toString();
  }

  private ObjectNode frontMatter() {
    ObjectNode before = frontMatter(start.folder().path().resolve("README.md"));
    ObjectNode tree = Json.object();
    for (String key : KEPT) {
      if (before.has(key)) {
        tree.set(key, before.get(key));
      }
    }
    String base = repository();
    if (base != null) {
      tree.put("base_model", base).put("base_model_relation", "finetune");
    } else if (before.has("base_model")) {
      tree.set("base_model", before.get("base_model"));
    }
    boolean isHuggingFace = start.folder().layout() == Layout.HUGGING_FACE;
    tree.put("library_name", isHuggingFace ? "transformers" : "open_clip");
    tree.put("pipeline_tag", "zero-shot-image-classification");
    tree.putArray("tags")
        .add(start.folder().spec().family().name())
        .add("vision")
        .add("fine-tuned")
        .add("vlm4j");
    if (!after.isEmpty()) {
      ObjectNode model = tree.putArray("model-index").addObject().put("name", title());
      ObjectNode result = model.putArray("results").addObject();
      result.putObject("task").put("type", "image-text-retrieval");
      result.putObject("dataset").put("type", "custom").put("name", dataset);
      var metrics = result.putArray("metrics");
      after.forEach((name, value) ->
          metrics.addObject().put("type", name).put("name", name).put("value", value));
    }
    return tree;
  }

  private String title() {
    String base = repository();
    Path folder = start.folder().path().toAbsolutePath().normalize();
    return base != null ? base : String.valueOf(folder.getFileName());
  }

  /** The hub's name of the model; null if it is a folder. */
  private @Nullable String repository() {
    return ModelName.parse(start.name()) instanceof ModelName.Repository repository
        ? repository.id()
        : null;
  }

  /** What stands between the first two lines of dashes; empty if that is no YAML. */
  private static ObjectNode frontMatter(Path readme) {
    try {
      String text = Files.isRegularFile(readme) ? Files.readString(readme) : "";
      String[] parts = text.split("(?m)^---\\s*$", 3);
      return parts.length == 3 && parts[0].isBlank()
          ? Json.fromYaml(parts[1], ObjectNode.class, readme.toString())
          : Json.object();
    } catch (IOException | InputException _) {
      return Json.object(); // another's page, which need not be in order
    }
  }
}
