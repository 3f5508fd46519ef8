package io.vlm4j.cli;

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
    return model.folder(offline);
  }

  /** What the user calls it. */
  String name() {
    return model.name();
  }

  /** Whether it is named as a folder. */
  boolean isFolder() {
    return model.isFolder();
  }
}
