package io.vlm4j.cli;

import io.vlm4j.io.hub.Hub;
import io.vlm4j.io.hub.HubSettings;
import io.vlm4j.io.hub.ModelName;
import io.vlm4j.model.ModelFolder;
import java.nio.file.Path;

/**
 * A model as a user names it.
 *
 * @param name a folder, or {@code hf:ORG/NAME[@REVISION]} for one of the hub
 */
record NamedModel(String name) {
  /** What the help says of it. */
  static final String DESCRIPTION = "A model folder, or hf:ORG/NAME[@REVISION] for one of the hub.";

  /** The model's folder, fetched first if it is not here. */
  Path folder() {
    return folder(false);
  }

  /** The same; {@code offline} asks nobody but the hub's cache. */
  Path folder(boolean offline) {
    HubSettings settings = HubSettings.fromEnvironment();
    try (var download = new Download()) {
      return ModelFolder.resolve(
          name, new Hub(offline ? settings.asOffline() : settings), download);
    }
  }

  /** Whether it is named as a folder. */
  boolean isFolder() {
    return ModelName.parse(name) instanceof ModelName.Folder;
  }
}
