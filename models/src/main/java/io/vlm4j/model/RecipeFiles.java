package io.vlm4j.model;

import io.vlm4j.image.Preprocessing;
import io.vlm4j.image.Preprocessing.Mode;
import io.vlm4j.image.Resize;
import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Where model folders keep the preprocessing of pictures. */
final class RecipeFiles {
  static final String OPEN_CLIP_KEY = "preprocess_cfg";
  private static final String HUGGING_FACE_FILE = "preprocessor_config.json";

  private RecipeFiles() {}

  /** The preprocessing of a folder; what it does not say is as {@code usual}. */
  static Preprocessing read(Path folder, Layout layout, ObjectNode json, Preprocessing usual) {
    Path file = folder.resolve(HUGGING_FACE_FILE);
    if (layout == Layout.OPEN_CLIP && json.has(OPEN_CLIP_KEY)) {
      return openClip(json, usual);
    }
    return Files.isRegularFile(file) ? Preprocessing.readHuggingFace(file) : usual;
  }

  /** Writes {@code preprocessor_config.json}, unless the one that is there says the same. */
  static void writeHuggingFace(Path folder, Preprocessing preprocessing) {
    Path file = folder.resolve(HUGGING_FACE_FILE);
    if (!Files.isRegularFile(file) || !Preprocessing.readHuggingFace(file).equals(preprocessing)) {
      AtomicFiles.writeString(file, Json.toText(preprocessing.toHuggingFace()));
    }
  }

  /** The same for pictures of another side. */
  static Preprocessing resized(Preprocessing recipe, int size) {
    return new Preprocessing(size, recipe.mode(), recipe.filter(), recipe.mean(), recipe.std());
  }

  /** What {@code open_clip_config.json} says; what it does not say is as {@code usual}. */
  static Preprocessing openClip(ObjectNode json, Preprocessing usual) {
    ForeignTree recipe = ForeignTree.of(json).at(OPEN_CLIP_KEY);
    String mode = recipe.text("resize_mode", usual.mode() == Mode.SQUASH ? "squash" : "shortest");
    String filter = recipe.text("interpolation", "bicubic").toUpperCase(Locale.ROOT);
    return new Preprocessing(
        usual.size(),
        switch (mode) {
          case "shortest" -> Mode.SHORTEST;
          case "squash" -> Mode.SQUASH;
          default -> throw recipe.wrong("resize_mode", "use shortest or squash");
        },
        switch (filter) {
          case "BICUBIC" -> Resize.Filter.BICUBIC;
          case "BILINEAR" -> Resize.Filter.BILINEAR;
          default -> throw recipe.wrong("interpolation", "use bicubic or bilinear");
        },
        numbers(recipe, "mean", usual.mean()),
        numbers(recipe, "std", usual.std()));
  }

  /** What {@code open_clip_config.json} says of a preprocessing. */
  static ObjectNode toOpenClip(Preprocessing recipe) {
    ObjectNode json = Json.object();
    var mean = json.putArray("mean");
    recipe.mean().forEach(mean::add);
    var std = json.putArray("std");
    recipe.std().forEach(std::add);
    json.put("interpolation", recipe.filter().name().toLowerCase(Locale.ROOT));
    json.put("resize_mode", recipe.mode() == Mode.SQUASH ? "squash" : "shortest");
    return json;
  }

  private static List<Double> numbers(ForeignTree recipe, String key, List<Double> absent) {
    JsonNode values = recipe.node().path(key);
    if (values.isMissingNode() || values.isNull()) {
      return absent;
    }
    if (!values.isArray() || !values.valueStream().allMatch(JsonNode::isNumber)) {
      throw new InputException("'" + OPEN_CLIP_KEY + "." + key + "' must be three numbers");
    }
    return values.valueStream().map(JsonNode::asDouble).toList();
  }
}
