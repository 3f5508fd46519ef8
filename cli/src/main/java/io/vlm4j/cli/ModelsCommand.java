package io.vlm4j.cli;

import io.vlm4j.io.InputException;
import io.vlm4j.model.Layout;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.model.RandomFolder;
import io.vlm4j.tensor.Engine;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists the named models, or writes one with random weights. */
@Command(
    name = "models",
    description = "Lists the models that are known by name, or writes one with random weights.")
final class ModelsCommand implements Callable<Integer> {
  @Option(
      names = "--write",
      paramLabel = "NAME",
      description = "Write a folder of this model with random weights.")
  private @Nullable String name;

  @Parameters(arity = "0..1", paramLabel = "DIR", description = "Where to; a new folder.")
  private @Nullable Path target;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "0",
      description = "Of the random weights (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      defaultValue = "f32",
      description = "Number format: f32, bf16 or f16 (default: ${DEFAULT-VALUE}).")
  private String type = "f32";

  @Option(
      names = "--tokenizer",
      paramLabel = "DIR",
      description = "A model folder whose tokenizer files are copied (default: none).")
  private @Nullable Path tokenizer;

  @Override
  public Integer call() {
    Engine.load();
    if (name != null) {
      if (target == null) {
        throw new InputException("--write needs a DIR to write to");
      }
      Engine.seed(seed);
      ModelSpec<?> spec = ModelSpec.of(name);
      Layout layout = spec.family().layouts().getFirst();
      RandomFolder.write(spec, target, layout, NumberFormat.parse(type), tokenizer);
      Terminal.line("written", "%s", target);
      return 0;
    }
    for (String known : ModelSpec.names()) {
      ModelSpec<?> spec = ModelSpec.of(known);
      long values =
          spec.shapes().values().stream()
              .mapToLong(shape -> LongStream.of(shape).reduce(1, (a, b) -> a * b))
              .sum();
      System.out.printf(
          Locale.ROOT,
          "%-26s %-8s %6s  %7.1f M parameters%n",
          known,
          spec.family().name(),
          spec.readsPictures() ? spec.preprocessing().size() + " px" : "-",
          values / 1e6);
    }
    return 0;
  }
}
