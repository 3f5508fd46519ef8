package io.vlm4j.cli;

import io.vlm4j.io.InputException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options for which benchmarks are asked, and about what. */
final class BenchmarkOptions {
  @Option(
      names = "--suite",
      paramLabel = "SUITE",
      description = {
        "Ask benchmarks and write a card: quick, full, names of tasks joined by commas, or a YAML"
            + " file with a list of them.",
      })
  private @Nullable String suite;

  @Option(
      names = "--data",
      paramLabel = "TASK=PATH",
      description =
          "What a task asks about, in its public layout, instead of the stand-in (several times if"
              + " you like); FORMAT:PATH where a task takes several.")
  private Map<String, String> data = new LinkedHashMap<>();

  @Option(
      names = "--images",
      paramLabel = "TASK=DIR",
      description = "Where the pictures of a task's --data are (default: its folder).")
  private Map<String, Path> images = new LinkedHashMap<>();

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Ask at most N samples of each task's --data (default: all).")
  private int limit = Integer.MAX_VALUE;

  @Option(
      names = "--frames",
      paramLabel = "N",
      defaultValue = "8",
      description =
          "Show N frames of each video of a task's --data, at even distances (default:"
              + " ${DEFAULT-VALUE}).")
  private int frames = 8;

  @Option(
      names = "--reference",
      paramLabel = "MODEL",
      description =
          "A model that was trained on other pairs, for what is memorised (the task deja-vu).")
  private @Nullable NamedModel reference;

  @Option(
      names = "--blind",
      description =
          "Show the model no pictures: what it answers by the questions alone, beside which seeing"
              + " is to be judged.")
  private boolean blind;

  Optional<String> suite() {
    return Optional.ofNullable(suite);
  }

  Map<String, String> data() {
    return data;
  }

  Map<String, Path> images() {
    return images;
  }

  boolean isBlind() {
    return blind;
  }

  int limit() {
    if (limit < 1) {
      throw new InputException("--limit must be at least 1, not " + limit);
    }
    return limit;
  }

  int frames() {
    return frames;
  }

  Optional<NamedModel> reference() {
    return Optional.ofNullable(reference);
  }
}
