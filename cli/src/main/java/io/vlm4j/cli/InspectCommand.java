package io.vlm4j.cli;

import io.vlm4j.io.Json;
import io.vlm4j.io.TensorSource;
import io.vlm4j.model.LoadReport;
import io.vlm4j.model.ModelFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** Says what a model folder holds. */
@Command(
    name = "inspect",
    description = "Says what a model folder holds; the weights are not loaded.")
final class InspectCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", description = "A model folder.")
  private Path path = Path.of("");

  @Override
  public Integer call() {
    ModelFolder folder = ModelFolder.open(path);
    var spec = folder.spec();
    Terminal.line("model", "%s, layout %s", spec.family().name(), folder.layout());
    Terminal.line("sizes", "%s", Json.toLine(spec.toTree()));
    var towers = new LinkedHashMap<String, Long>();
    spec.shapes()
        .forEach((name, shape) ->
            towers.merge(
                name.contains(".") ? name.substring(0, name.indexOf('.')) : "other",
                LongStream.of(shape).reduce(1, (a, b) -> a * b),
                Long::sum));
    Terminal.line(
        "values",
        "%,d in all: %s",
        towers.values().stream().mapToLong(Long::longValue).sum(),
        towers);
    weights(folder);
    Terminal.line("pictures", "%s", Json.toLine(folder.preprocessing()));
    tokenizer(folder);
    report(folder.report());
    return 0;
  }

  private static void weights(ModelFolder folder) {
    var values = new TreeMap<String, Long>();
    try (TensorSource source = folder.weights()) {
      for (String name : source.names()) {
        values.merge(
            source.type(name).toString(),
            LongStream.of(source.shape(name)).reduce(1, (a, b) -> a * b),
            Long::sum);
      }
      Terminal.line(
          "weights",
          "%s: %d tensors, values by type %s",
          folder.weightsFile().getFileName(),
          source.names().size(),
          values);
    }
    long all =
        folder.spec().shapes().values().stream()
            .mapToLong(shape -> LongStream.of(shape).reduce(1, (a, b) -> a * b))
            .sum();
    Terminal.line("memory", "%,.0f MB in f32, %,.0f MB in bf16", all * 4 / 1e6, all * 2 / 1e6);
  }

  private static void tokenizer(ModelFolder folder) {
    Path file = folder.path().resolve("tokenizer.json");
    if (!Files.isRegularFile(file)) {
      Terminal.line("tokenizer", "no tokenizer.json");
      return;
    }
    ObjectNode json = Json.readObject(file);
    Terminal.line(
        "tokenizer",
        "%s of %d pieces and %d special ones, texts of at most %d of %d ids",
        json.path("model").path("type").asString("?"),
        json.path("model").path("vocab").size(),
        json.path("added_tokens").size(),
        folder.spec().contextLength(),
        folder.spec().vocabularySize());
  }

  private static void report(LoadReport report) {
    Terminal.line(
        "fit", "%s", report.isExact() ? "every tensor has its place" : "with differences");
    report.lines().forEach(line -> Terminal.line("", "%s", line));
    report.ignored().forEach(entry -> Terminal.line("", "passed over: %s", entry));
  }
}
