package io.vlm4j.cli;

import io.vlm4j.io.InputException;
import io.vlm4j.model.LoadOptions;
import io.vlm4j.model.ModelFolder;
import io.vlm4j.model.Parity;
import io.vlm4j.tensor.Precision;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Compares what a model computes with what another implementation computed. */
@Command(
    name = "parity",
    description = {
      "Compares what a model computes with what another implementation computed,",
      "or two dumps of intermediate results. The exit code is 1 if they differ."
    })
final class ParityCommand implements Callable<Integer> {
  @Mixin private final Devices devices = new Devices();

  @Parameters(arity = "0..1", paramLabel = "MODEL", description = NamedModel.DESCRIPTION)
  private @Nullable NamedModel model;

  @Option(
      names = "--expected",
      paramLabel = "FILE",
      description = "Safetensors whose metadata lists its 'inputs' and 'outputs'.")
  private @Nullable Path expected;

  @Option(
      names = "--tolerance",
      paramLabel = "T",
      defaultValue = "2e-5",
      description = "Largest absolute difference allowed (default: ${DEFAULT-VALUE}).")
  private double tolerance = 2e-5;

  @Option(
      names = "--precision",
      paramLabel = "TYPE",
      defaultValue = "f32",
      description =
          "Number format of the parameters: f32, bf16 or int8 (default: ${DEFAULT-VALUE}).")
  private String precision = "f32";

  @Option(
      names = "--dump",
      paramLabel = "FILE",
      description = "Also write the result of every layer there, as safetensors.")
  private @Nullable Path dump;

  @Option(
      names = "--compare",
      arity = "2",
      paramLabel = "DUMP",
      description = "Compare two dumps; names the first layer that differs.")
  private List<Path> dumps = new ArrayList<>();

  @Override
  public Integer call() {
    List<Parity.Difference> differences = differences();
    System.out.printf("%-48s %12s %12s%n", "tensor", "max abs", "cosine");
    for (var difference : differences) {
      System.out.printf(
          Locale.ROOT,
          "%-48s %12.3e %12.9f %s%n",
          difference.name(),
          difference.maxAbs(),
          difference.cosine(),
          difference.problem());
    }
    var first = differences.stream().filter(d -> !d.isWithin(tolerance)).findFirst();
    if (first.isEmpty()) {
      Terminal.line("equal", "within %.1e", tolerance);
      return 0;
    }
    Terminal.line("differ", "first at %s, by more than %.1e", first.get().name(), tolerance);
    return 1;
  }

  private List<Parity.Difference> differences() {
    if (!dumps.isEmpty()) {
      return Parity.compare(dumps.getFirst(), dumps.getLast());
    }
    if (model == null || expected == null) {
      throw new InputException("give a MODEL and --expected FILE, or --compare DUMP DUMP");
    }
    return Parity.against(
        ModelFolder.open(model.folder()),
        expected,
        LoadOptions.DEFAULT.withPrecision(Precision.parse(precision)),
        devices.open(),
        dump);
  }
}
