package io.vlm4j.cli;

import io.vlm4j.data.Sample;
import io.vlm4j.eval.Validation;
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
        "Measures how well a model finds captions for pictures and pictures for captions; of one"
            + " that does not do that, its losses.")
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
      report(pretrained, data.read(validationData, pretrained.spec()), out, validationData);
    }
    return 0;
  }

  /** Measures, prints, and writes one line of JSON if {@code file} is not null. */
  static void report(
      Pretrained model, List<Sample> samples, @Nullable Path file, @Nullable String dataset) {
    var validation = Validation.of(model, samples);
    var metrics = validation.metrics();
    Terminal.line("measured", "%,d samples, %,d skipped", validation.used(), validation.skipped());
    metrics.forEach((name, value) -> System.out.printf(Locale.ROOT, "  %-28s %.4f%n", name, value));
    if (file != null) {
      var line = new LinkedHashMap<String, Object>();
      line.put("dataset", String.valueOf(dataset));
      line.put("n", validation.used());
      line.put("skipped", validation.skipped());
      line.putAll(metrics);
      AtomicFiles.writeString(file, Json.toLine(line) + "\n");
    }
  }
}
