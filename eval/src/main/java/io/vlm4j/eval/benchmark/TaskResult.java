package io.vlm4j.eval.benchmark;

import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a task found about a model, with the scores of every sample: enough to compute intervals, to
 * compare, and to know whether it must be done again.
 *
 * @param model the hash of the model's files
 * @param baseline who was asked the same without being able to see
 * @param baselineValues its measures' values by name
 */
public record TaskResult(
    String task,
    Protocol protocol,
    String model,
    TestData data,
    String baseline,
    Map<String, Double> baselineValues,
    Outcome outcome) {
  /** Copies the map. */
  public TaskResult {
    baselineValues = new TreeMap<>(baselineValues);
  }

  /** The file of a task in a card's folder. */
  public static Path file(Path folder, String task) {
    return folder.resolve("results").resolve(task + ".json");
  }

  /**
   * A stored result.
   *
   * @throws InputException if the file is damaged
   */
  public static TaskResult read(Path file) {
    return Json.fromTree(Json.readObject(file), TaskResult.class, file.toString());
  }

  /** A stored result of just this question; empty if there is none, or if it cannot be read. */
  static Optional<TaskResult> find(Path folder, Benchmark benchmark, String model) {
    Path file = file(folder, benchmark.name());
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(read(file)).filter(result -> result.answers(benchmark, model));
    } catch (InputException _) {
      return Optional.empty(); // of another version or damaged: asked again
    }
  }

  private boolean answers(Benchmark benchmark, String model) {
    return this.model.equals(model)
        && task.equals(benchmark.name())
        && protocol.equals(benchmark.protocol())
        && data.equals(benchmark.data());
  }

  /** Stores it. */
  void write(Path folder) {
    AtomicFiles.writeString(file(folder, task), Json.toLine(this) + "\n");
  }
}
