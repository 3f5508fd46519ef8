package io.vlm4j.cli;

import io.vlm4j.testing.TinyModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Data and a model that trains in moments.
 *
 * @param folder where everything is
 * @param pictures of {@link Shapes}
 * @param model its YAML
 */
record Workshop(Path folder, Path pictures, Path model) {
  static Workshop in(Path folder) throws IOException {
    return new Workshop(
        folder,
        Shapes.write(folder.resolve("shapes")),
        Files.writeString(folder.resolve("tiny.yaml"), TinyModels.CLIP));
  }

  /** The arguments of a training; {@code more} are added. */
  Object[] training(Path out, Object... more) {
    var arguments = new ArrayList<Object>();
    arguments.addAll(List.of("train", "--train-data", pictures, "--model", model, "--out", out));
    arguments.addAll(List.of("--batch-size", 30, "--lr", 3e-3, "--precision", "f32"));
    arguments.addAll(List.of("--set", "training.averageDecay=0.9", "--threads", 1));
    arguments.addAll(List.of(more));
    return arguments.toArray();
  }

  Command command() {
    return new Command(folder);
  }
}
