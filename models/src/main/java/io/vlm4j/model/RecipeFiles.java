package io.vlm4j.model;

import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.node.ObjectNode;

/** Where model folders keep the preprocessing of pictures. */
final class RecipeFiles {
  static final String OPEN_CLIP_KEY = "preprocess_cfg";
  private static final String HUGGING_FACE_FILE = "preprocessor_config.json";

  private RecipeFiles() {}

  /** The preprocessing of a folder; {@code usual} if it says nothing. */
  static Preprocessing read(Path folder, Layout layout, ObjectNode json, Preprocessing usual) {
    if (layout == Layout.OPEN_CLIP && json.has(OPEN_CLIP_KEY)) {
      try {
        return Preprocessing.ofOpenClip(json);
      } catch (InputException e) {
        throw new InputException(folder.resolve(layout.configFile()) + ": " + e.getMessage(), e);
      }
    }
    Path file = folder.resolve(HUGGING_FACE_FILE);
    return Files.isRegularFile(file) ? Preprocessing.readHuggingFace(file) : usual;
  }

  /** Writes {@code preprocessor_config.json}, unless the one that is there says the same. */
  static void writeHuggingFace(Path folder, Preprocessing preprocessing) {
    Path file = folder.resolve(HUGGING_FACE_FILE);
    if (!Files.isRegularFile(file) || !Preprocessing.readHuggingFace(file).equals(preprocessing)) {
      AtomicFiles.writeString(file, Json.toText(preprocessing.toHuggingFace()));
    }
  }
}
