package io.vlm4j.cli;

import io.vlm4j.data.Sample;
import io.vlm4j.eval.PairEvaluation;
import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.Json;
import io.vlm4j.model.Pretrained;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures a model on pairs. */
@Command(
    name = "eval",
    description =
        "Measures how well a model finds captions for pictures and pictures for captions.")
final class EvalCommand implements Callable<Integer> {
  @Mixin private final PairData data = new PairData();
  @Mixin private final ModelOption model = new ModelOption();
  @Mixin private final Devices devices = new Devices();

  @Option(names = "--val-data", required = true, paramLabel = "PATH", description = PairData.PLACES)
  private String validationData = "";

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Also write the numbers there, as one line of JSON.")
  private @Nullable Path out;

  @Override
  public Integer call() {
    try (var pretrained = Pretrained.load(model.folder(), devices.open())) {
      report(pretrained, data.read(validationData), out, validationData);
    }
    return 0;
  }

  /** Measures, prints, and writes one line of JSON if {@code file} is not null. */
  static void report(
      Pretrained model, List<Sample> samples, @Nullable Path file, @Nullable String dataset) {
    var evaluation = PairEvaluation.of(model, samples);
    var metrics = evaluation.retrieval().metrics();
    Terminal.line(
        "pairs",
        "%,d pictures, %,d captions, %,d skipped",
        evaluation.samples().size(),
        evaluation.retrieval().candidates().size(),
        evaluation.skipped().count());
    metrics.forEach((name, value) -> System.out.printf(Locale.ROOT, "  %-28s %.4f%n", name, value));
    if (file != null) {
      var line = new LinkedHashMap<String, Object>();
      line.put("dataset", String.valueOf(dataset));
      line.put("n", evaluation.samples().size());
      line.put("skipped", evaluation.skipped().count());
      line.putAll(metrics);
      AtomicFiles.writeString(file, Json.toLine(line) + "\n");
    }
  }
}
