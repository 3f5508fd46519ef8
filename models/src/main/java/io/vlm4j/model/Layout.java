package io.vlm4j.model;

/** How a folder names its files and a checkpoint its tensors. */
public enum Layout {
  /** {@code config.json} and {@code model.safetensors}. */
  HUGGING_FACE("config.json", "model.safetensors"),
  /** {@code open_clip_config.json} and {@code open_clip_model.safetensors}. */
  OPEN_CLIP("open_clip_config.json", "open_clip_model.safetensors");

  private final String configFile;
  private final String weightsFile;

  Layout(String configFile, String weightsFile) {
    this.configFile = configFile;
    this.weightsFile = weightsFile;
  }

  /** The configuration's file name. */
  public String configFile() {
    return configFile;
  }

  /** The weights' file name. */
  public String weightsFile() {
    return weightsFile;
  }
}
