package io.vlm4j.train;

import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.model.ModelSpec;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is trained and how: all of a training but its data and its length.
 *
 * @param model the model to begin with
 * @param training how it is trained
 * @param parts models that parts of it are taken from, each a folder or {@code hf:ORG/NAME}, by the
 *     part's name
 */
public record Recipe(
    ModelSpec<?> model, TrainingConfig training, SequencedMap<String, String> parts) {
  /** As it stands in YAML: the model by name, or written out with its {@code family}. */
  private record Form(
      JsonNode model, TrainingConfig training, LinkedHashMap<String, String> parts) {}

  /** Copies the parts. */
  public Recipe {
    parts = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(parts));
  }

  private static final String FOLDER = "/io/vlm4j/recipes/";
  private static final String INDEX = "META-INF/vlm4j/recipes.txt";

  /**
   * The names of the recipes that come along: each module, and each jar of other families, lists
   * its own in {@value #INDEX}.
   */
  public static List<String> names() {
    var names = new ArrayList<String>();
    try {
      for (URL index : Collections.list(Recipe.class.getClassLoader().getResources(INDEX))) {
        try (InputStream in = index.openStream()) {
          new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(names::add);
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("a resource of vlm4j cannot be read: " + INDEX, e);
    }
    return names;
  }

  /**
   * The recipe of that name, or in that file.
   *
   * @throws InputException if there is neither, or a key is missing or unknown, or a value
   *     impossible
   */
  public static Recipe of(String nameOrFile) {
    if (names().contains(nameOrFile)) {
      return named(nameOrFile);
    }
    Path file = Path.of(nameOrFile);
    if (!Files.exists(file)) {
      throw new InputException(
          "no recipe '" + nameOrFile + "': use a YAML file or one of " + names());
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
    try (InputStream in = Recipe.class.getResourceAsStream(FOLDER + name + ".yaml")) {
      byte[] yaml = Objects.requireNonNull(in, name).readAllBytes();
      return of(
          Json.fromYaml(new String(yaml, StandardCharsets.UTF_8), ObjectNode.class, name + ".yaml"),
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
    if (Json.readYaml(file) instanceof ObjectNode tree) {
      return of(tree, file.toString());
    }
    throw new InputException(
        file + ": a recipe has the keys model, training, and parts where there are some");
  }

  private static Recipe of(ObjectNode tree, String place) {
    if (!tree.has("parts")) {
      tree.putObject("parts");
    }
    if (tree.path("training") instanceof ObjectNode training && !training.has("groupByLength")) {
      training.put("groupByLength", 1);
    }
    Form form = Json.fromTree(tree, Form.class, place);
    ModelSpec<?> model =
        form.model.isString()
            ? ModelSpec.of(form.model.asString())
            : ModelSpec.parse(form.model, place);
    return new Recipe(model, form.training, form.parts);
  }

  /** The same training of another model. */
  public Recipe withModel(ModelSpec<?> other) {
    return new Recipe(other, training, parts);
  }

  /** The tree that a recipe's YAML holds, with the model written out. */
  public ObjectNode toTree() {
    ObjectNode tree = Json.object();
    tree.set("model", model.toTree());
    tree.set("training", Json.toTree(training));
    tree.set("parts", Json.toTree(parts));
    return tree;
  }

  /** The same recipe with parts taken from those models, by the parts' names. */
  public Recipe withParts(Map<String, String> more) {
    var all = new LinkedHashMap<>(parts);
    all.putAll(more);
    return new Recipe(model, training, all);
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
    return of(tree, "recipe");
  }
}
