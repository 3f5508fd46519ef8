package io.vlm4j.train;

import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.io.SafeTensors;
import io.vlm4j.io.TensorSource;
import io.vlm4j.model.Model;
import io.vlm4j.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/**
 * The saved states of a run: folders {@code step_00000500} with all that the next step needs. Each
 * appears whole or not at all; the newest two are kept.
 */
final class Checkpoints {
  private static final String PREFIX = "step_";
  private static final int KEPT = 2;

  private final Path folder;

  Checkpoints(Path folder) {
    this.folder = folder;
  }

  /** Saves the state after {@code done} of {@code steps} steps. */
  void save(long done, long steps, Model model, TrainingStep step) {
    AtomicFiles.writeFolder(
        folder.resolve(PREFIX + "%08d".formatted(done)),
        path -> {
          SafeTensors.write(path.resolve("model.safetensors"), model.state(), Map.of());
          SafeTensors.write(path.resolve("optimizer.safetensors"), step.state(), Map.of());
          ObjectNode progress = Json.object().put("done", done).put("steps", steps);
          AtomicFiles.writeString(path.resolve("progress.json"), Json.toText(progress));
        });
    try {
      for (Path old : all().reversed().stream().skip(KEPT).toList()) {
        AtomicFiles.delete(old);
      }
    } catch (IOException e) {
      throw AtomicFiles.cannotWrite(folder, e);
    }
  }

  /** How far a checkpoint is: steps done, of all steps. */
  record Position(long done, long steps) {}

  /**
   * The folder of the checkpoint to continue from.
   *
   * @param name {@code latest}, where there is none in a run that ended before its first, or the
   *     name of one
   */
  Optional<Path> find(String name) {
    if (name.equals("latest")) {
      return latest();
    }
    Path chosen = folder.resolve(name);
    if (!Files.isDirectory(chosen)) {
      throw new InputException(
          folder + " holds no checkpoint '" + name + "': use latest or one of " + names());
    }
    return Optional.of(chosen);
  }

  Optional<Path> latest() {
    List<Path> all = all();
    return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
  }

  /** How far the run was when {@code checkpoint} was saved. */
  static Position position(Path checkpoint) {
    Path file = checkpoint.resolve("progress.json");
    return Json.fromTree(Json.readObject(file), Position.class, file.toString());
  }

  /** Puts a saved state into a model and its step. */
  static void restore(Path checkpoint, Model model, TrainingStep step) {
    try (var _ = new Scope()) {
      Path weights = checkpoint.resolve("model.safetensors");
      model.load(TensorSource.readAll(weights), weights.toString());
      Path state = checkpoint.resolve("optimizer.safetensors");
      step.load(TensorSource.readAll(state), position(checkpoint).done(), state.toString());
    }
  }

  private List<String> names() {
    return all().stream().map(path -> String.valueOf(path.getFileName())).toList();
  }

  private List<Path> all() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.list(folder)) {
      return paths
          .filter(path -> String.valueOf(path.getFileName()).startsWith(PREFIX))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw Json.cannotRead(folder, e);
    }
  }
}
