package io.vlm4j.cli;

import io.vlm4j.io.hub.HubSettings;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Options for which model is used: a folder, or one of the hub. */
final class ModelOption {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "MODEL",
      description = NamedModel.DESCRIPTION)
  private NamedModel model = new NamedModel("");

  @Option(
      names = "--offline",
      description = "Take models of the hub from its cache, and ask nobody.")
  private boolean offline;

  /** The model's folder, fetched first if it is not here. */
  Path folder() {
    return folder(name, offline);
  }

  /** The folder of the model of that name, fetched first if it is not here. */
  static Path folder(String name, boolean offline) {
    HubSettings settings = HubSettings.fromEnvironment();
    return model.folder(offline ? settings.asOffline() : settings);
  }

  /** What the user calls it. */
  String name() {
    return name;
  }

  /** Whether it is named as a folder. */
  boolean isFolder() {
    return model.isFolder();
  }
}
