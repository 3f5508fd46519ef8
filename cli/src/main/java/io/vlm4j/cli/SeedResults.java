package io.vlm4j.cli;

import io.vlm4j.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * The numbers of runs that differ in their seed alone: those of {@code results.jsonl}, a line being
 * named by its texts, and of {@code card.json}.
 */
final class SeedResults {
  private SeedResults() {}

  /**
   * A number in all runs that have it.
   *
   * @param of what was measured, such as {@code emojione seen}
   * @param deviation the standard deviation of a run, from the sample; 0 of a single one
   */
  record Row(
      String of,
      String measure,
      int runs,
      double mean,
      double low,
      double high,
      double deviation) {}

  private record Key(String of, String measure) {}

  static List<Row> of(List<Path> folders) {
    var numbers = new LinkedHashMap<Key, List<Double>>();
    for (Path folder : folders) {
      read(folder)
          .forEach((key, value) -> numbers.computeIfAbsent(key, _ -> new ArrayList<>()).add(value));
    }
    return numbers.entrySet().stream().map(e -> row(e.getKey(), e.getValue())).toList();
  }

  private static Row row(Key key, List<Double> values) {
    DoubleSummaryStatistics all =
        values.stream().mapToDouble(Double::doubleValue).summaryStatistics();
    double mean = all.getAverage();
    double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
    double deviation = values.size() < 2 ? 0 : Math.sqrt(squares / (values.size() - 1));
    return new Row(
        key.of(), key.measure(), values.size(), mean, all.getMin(), all.getMax(), deviation);
  }

  private static Map<Key, Double> read(Path folder) {
    var numbers = new LinkedHashMap<Key, Double>();
    Path lines = folder.resolve("results.jsonl");
    if (Files.exists(lines)) {
      readLines(lines).forEach(line -> addLine(Json.parse(line), numbers));
    }
    Path card = folder.resolve("card.json");
    if (Files.exists(card)) {
      Json.readObject(card).path("tasks").forEach(task -> addTask(task, numbers));
    }
    return numbers;
  }

  private static List<String> readLines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw Json.cannotRead(file, e);
    }
  }

  private static void addLine(JsonNode line, Map<Key, Double> numbers) {
    String of =
        String.join(
            " ",
            line.properties().stream()
                .filter(field -> field.getValue().isString())
                .map(field -> field.getValue().asString())
                .toList());
    line.properties().stream()
        .filter(field -> field.getValue().isNumber())
        .forEach(field -> numbers.put(new Key(of, field.getKey()), field.getValue().asDouble()));
  }

  private static void addTask(JsonNode task, Map<Key, Double> numbers) {
    String name = task.path("task").asString();
    for (String part : List.of("scores", "slices")) {
      for (JsonNode score : task.path(part)) {
        String of = (name + " " + score.path("slice").asString()).strip();
        numbers.put(new Key(of, score.path("measure").asString()), score.path("value").asDouble());
      }
    }
  }
}
