package io.vlm4j.cli;

import io.vlm4j.data.Sample;
import io.vlm4j.eval.Validation;
import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.model.Pretrained;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures a model on pairs, or asks it a suite of benchmarks. */
@Command(
    name = "eval",
    description = {
      "Measures how well a model finds captions for pictures and pictures for captions"
          + " (--val-data);",
      "of one that does not do that, its losses. Or asks it a suite of benchmarks and writes a"
          + " card",
      "(--suite)."
    },
    subcommands = EvalCompareCommand.class)
final class EvalCommand implements Callable<Integer> {
  @Mixin private final PairData data = new PairData();

  // A group, of which options are required only where one is given: 'eval compare' needs no model.
  @ArgGroup(exclusive = false, multiplicity = "0..1")
  private @Nullable ModelOption model;

  @Mixin private final Devices devices = new Devices();
  @Mixin private final BenchmarkOptions benchmarks = new BenchmarkOptions();

  @Option(names = "--val-data", paramLabel = "PATH", description = PairData.PLACES)
  private @Nullable String validationData;

  @Option(
      names = "--out",
      paramLabel = "PATH",
      description =
          "Also write the numbers there, as one line of JSON; with --suite the folder of the card"
              + " (default: card).")
  private @Nullable Path out;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    ModelOption model = this.model;
    if (model == null) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(), "Missing required option: '--model=MODEL'");
    }
    if ((validationData == null) == benchmarks.suite().isEmpty()) {
      throw new InputException("name what to measure: either --val-data PATH or --suite NAME");
    }
    if (validationData == null) {
      Path folder = out == null ? Path.of("card") : out;
      new CardWriting(folder, benchmarks, data.columns()).run(model, devices.open());
      return 0;
    }
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
    Terminal.line("measured", "%s, %,d skipped", validation.measured(), validation.skipped());
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
