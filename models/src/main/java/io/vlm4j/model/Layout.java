package io.vlm4j.model;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** How a folder names its files and a checkpoint its tensors. */
public enum Layout {
  /** {@code config.json} and {@code model.safetensors}. */
  HUGGING_FACE(
      "config.json",
      "model.safetensors",
      "model.safetensors.index.json",
      "pytorch_model.bin",
      "pytorch_model.bin.index.json"),
  /** {@code open_clip_config.json} and {@code open_clip_model.safetensors}. */
  OPEN_CLIP("open_clip_config.json", "open_clip_model.safetensors", "open_clip_pytorch_model.bin");

  private final String configFile;
  private final String weightsFile;
  private final List<String> otherWeights;

  Layout(String configFile, String weightsFile, String... otherWeights) {
    this.configFile = configFile;
    this.weightsFile = weightsFile;
    this.otherWeights = List.of(otherWeights);
  }

  /** The configuration's file name. */
  public String configFile() {
    return configFile;
  }

  /** The weights' file name, as it is written. */
  public String weightsFile() {
    return weightsFile;
  }

  /** The file to open for the weights of a folder: one file, or the index of several. */
  Optional<Path> weights(Path folder) {
    if (Files.isRegularFile(folder.resolve(weightsFile))) {
      return Optional.of(folder.resolve(weightsFile));
    }
    return otherWeights.stream().map(folder::resolve).filter(Files::isRegularFile).findFirst();
  }
}
