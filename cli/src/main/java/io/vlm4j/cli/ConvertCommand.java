package io.vlm4j.cli;

import io.vlm4j.io.InputException;
import io.vlm4j.model.Converter;
import io.vlm4j.model.Layout;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Turns a model folder of one layout into one of another. */
@Command(
    name = "convert",
    description = "Turns a model folder of one layout into one of another, without loss.")
final class ConvertCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "SOURCE", description = NamedModel.DESCRIPTION)
  private NamedModel source = new NamedModel("");

  @Parameters(index = "1", paramLabel = "TARGET", description = "A folder that is new.")
  private Path target = Path.of("");

  @Option(
      names = "--to",
      required = true,
      paramLabel = "LAYOUT",
      description = "hf (Hugging Face) or openclip.")
  private String to = "";

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      description = "Number format of the weights: f32, bf16 or f16 (default: as they are).")
  private @Nullable String type;

  @Override
  public Integer call() {
    Layout layout =
        switch (to) {
          case "hf" -> Layout.HUGGING_FACE;
          case "openclip" -> Layout.OPEN_CLIP;
          default -> throw new InputException("unknown --to '" + to + "': use hf or openclip");
        };
    var result =
        Converter.convert(
            source.folder(), target, layout, type == null ? null : NumberFormat.parse(type));
    Terminal.line("converted", "%s to %s: %d tensors", result.from(), layout, result.tensors());
    Terminal.line("carried", "%s", result.carried());
    result.dropped().forEach(entry -> Terminal.line("dropped", "%s", entry));
    result.unsaid().forEach(difference -> Terminal.line("note", "%s", difference));
    return 0;
  }
}
