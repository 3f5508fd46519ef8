package io.vlm4j.train;

import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.model.ModelSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is trained and how: all of a training but its data and its length.
 *
 * @param model the model to begin with
 * @param training how it is trained
 */
public record Recipe(ModelSpec<?> model, TrainingConfig training) {
  /** As it stands in YAML: the model by name, or written out with its {@code family}. */
  private record Form(JsonNode model, TrainingConfig training) {}

  /** The names of the recipes that come with vlm4j. */
  public static final List<String> NAMES = 
      List.of("demo", "coca-demo", "vqvae-demo", "vqgan-demo", "dvae-demo", "standard", "finetune");

  /**
   * The recipe of that name, or in that file.
   *
   * @throws InputException if there is neither, or a key is missing or unknown, or a value
   *     impossible
   */
  public static Recipe of(String nameOrFile) {
    if (NAMES.contains(nameOrFile)) {
      return named(nameOrFile);
    }
    Path file = Path.of(nameOrFile);
    if (!Files.exists(file)) {
      throw new InputException(
          "no recipe '" + nameOrFile + "': use a YAML file or one of " + NAMES);
    }
    return read(file);
  }

  /** The recipe of the demo: a tiny model on drawings, in minutes, without a GPU. */
  public static Recipe demo() {
    return named("demo");
  }

  /** A recipe to begin with for data of one's own: OpenCLIP's defaults at a small batch. */
  public static Recipe standard() {
    return named("standard");
  }

  /** A recipe to begin with for a model that has weights already, and shall keep what it knows. */
  public static Recipe fineTuning(ModelSpec<?> model) {
    return named("finetune").withModel(model);
  }

  private static Recipe named(String name) {
    try (InputStream in = Recipe.class.getResourceAsStream(name + ".yaml")) {
      byte[] yaml = Objects.requireNonNull(in, name).readAllBytes();
      return of(
          Json.fromYaml(new String(yaml, StandardCharsets.UTF_8), Form.class, name + ".yaml"),
          name + ".yaml");
    } catch (IOException e) {
      throw new IllegalStateException("a resource of vlm4j cannot be read: " + name, e);
    }
  }

  /**
   * Reads a recipe.
   *
   * @throws io.vlm4j.io.InputException if a key is missing or unknown, or a value impossible
   */
  public static Recipe read(Path file) {
    JsonNode tree = Json.readYaml(file);
    if (!tree.isObject()) {
      throw new InputException(file + ": a recipe has the keys model and training");
    }
    return of(Json.fromTree(tree, Form.class, file.toString()), file.toString());
  }

  private static Recipe of(Form form, String place) {
    ModelSpec<?> model =
        form.model.isString()
            ? ModelSpec.of(form.model.asString())
            : ModelSpec.parse(form.model, place);
    return new Recipe(model, form.training);
  }

  /** The same training of another model. */
  public Recipe withModel(ModelSpec<?> other) {
    return new Recipe(other, training);
  }

  /** The tree that a recipe's YAML holds, with the model written out. */
  public ObjectNode toTree() {
    ObjectNode tree = Json.object();
    tree.set("model", model.toTree());
    tree.set("training", Json.toTree(training));
    return tree;
  }

  /**
   * The same recipe with some of its keys changed.
   *
   * @param changes dotted key and value, such as {@code training.learningRate} and {@code 0.001}
   */
  public Recipe with(Map<String, JsonNode> changes) {
    ObjectNode tree = toTree();
    changes.forEach((key, value) -> {
      ObjectNode place = tree;
      String[] path = key.split("\\.");
      for (int i = 0; i < path.length - 1; i++) {
        if (!(place.path(path[i]) instanceof ObjectNode inner)) {
          throw new InputException("the recipe has no '" + key + "'");
        }
        place = inner;
      }
      if (!place.has(path[path.length - 1])) {
        throw new InputException(
            "the recipe has no '" + key + "': known there are " + place.propertyNames());
      }
      place.set(path[path.length - 1], value);
    });
    return of(Json.fromTree(tree, Form.class, "recipe"), "recipe");
  }
}
