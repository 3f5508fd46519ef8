package io.vlm4j.io.hub;

import io.vlm4j.io.InputException;
import java.nio.file.Path;

/** From what a user calls a model to the folder that has it. */
public final class ModelLocation {
  private ModelLocation() {}

  /**
   * The folder of a model.
   *
   * <p>A folder is itself. A repository that is complete in the cache is taken from there without
   * asking the hub, so that a run is repeated with the same weights and without a network; {@code
   * pull} asks what the hub has now. Otherwise what a model needs is fetched.
   *
   * @param name a path, {@code hf:ORG/NAME[@REVISION]}, {@code hf-hub:ORG/NAME[@REVISION]} or
   *     {@code local-dir:PATH}
   * @throws InputException if there is no such name, or if it cannot be fetched
   */
  public static Path resolve(String name, Hub hub, Progress progress) {
    return switch (ModelName.parse(name)) {
      case ModelName.Folder(Path path) -> path;
      case ModelName.Repository repository ->
          hub.cachedModel(repository)
              .orElseGet(() -> hub.snapshot(repository, FileSelection.model(), progress));
    };
  }
}
