package io.vlm4j.model;

import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** A model folder of random weights: of full size, for measurements and first steps. */
public final class RandomFolder {
  private static final List<String> TOKENIZER_FILES =
      List.of(
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.json",
          "merges.txt",
          "spiece.model",
          "tokenizer.model");

  private RandomFolder() {}

  /**
   * Writes a folder; weights are drawn from the engine's seeded stream.
   *
   * @param type the number format of the weights
   * @param tokenizer a folder whose tokenizer files are copied, or null for a model that embeds
   *     pictures and token ids only
   */
  public static void write(
      ModelSpec<?> spec, Path target, Layout layout, ScalarType type, @Nullable Path tokenizer) {
    if (Files.exists(target)) {
      throw new InputException(target + " exists: choose a new folder");
    }
    var writer =
        new FolderWriter(
            layout,
            spec,
            spec.family().keys(layout, spec.writeConfig(layout)),
            new ForeignConfigs(),
            spec.readsPictures() ? spec.preprocessing() : null);
    try (Model model = spec.create()) {
      AtomicFiles.writeFolder(
          target,
          path -> {
            writer.write(path, model.weights(), type);
            for (String name : TOKENIZER_FILES) {
              if (tokenizer != null && Files.isRegularFile(tokenizer.resolve(name))) {
                Files.copy(tokenizer.resolve(name), path.resolve(name));
              }
            }
          });
    }
  }
}
