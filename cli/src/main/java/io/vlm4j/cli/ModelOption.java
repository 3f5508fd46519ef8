package io.vlm4j.cli;

import io.vlm4j.io.hub.Hub;
import io.vlm4j.io.hub.HubSettings;
import io.vlm4j.io.hub.ModelFolder;
import io.vlm4j.io.hub.ModelName;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Options for which model is used: a folder, or one of the hub. */
final class ModelOption {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "MODEL",
      description = "A model folder, or hf:ORG/NAME[@REVISION] for one of the hub.")
  private String name = "";

  @Option(
      names = "--offline",
      description = "Take models of the hub from its cache, and ask nobody.")
  private boolean offline;

  /** The model's folder, fetched first if it is not here. */
  Path folder() {
    HubSettings settings = HubSettings.fromEnvironment();
    try (var download = new Download()) {
      return ModelFolder.resolve(
          name, new Hub(offline ? settings.asOffline() : settings), download);
    }
  }

  /** What the user calls it. */
  String name() {
    return name;
  }

  /** Whether it is named as a folder. */
  boolean isFolder() {
    return ModelName.parse(name) instanceof ModelName.Folder;
  }
}
