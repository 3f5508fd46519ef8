package io.vlm4j.cli;

import io.vlm4j.image.ImageDecoder;
import io.vlm4j.image.Pixels;
import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.Json;
import io.vlm4j.io.SafeTensors;
import io.vlm4j.model.ModelFolder;
import io.vlm4j.tensor.Scope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.bytedeco.pytorch.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes what a model sees of pictures. */
@Command(
    name = "preprocess",
    description = {
      "Writes what a model sees of pictures: pixel_values, f32 [B,3,H,W], as safetensors.",
      "The weights are not loaded; the files' names are in the metadata, as a JSON array."
    })
final class PreprocessCommand implements Callable<Integer> {
  @Mixin private final ModelOption model = new ModelOption();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "The .safetensors file.")
  private Path out = Path.of("");

  @Parameters(arity = "1..*", paramLabel = "IMAGE", description = "Picture files.")
  private List<Path> files = new ArrayList<>();

  @Override
  public Integer call() {
    Preprocessing preprocessing = ModelFolder.open(model.folder()).preprocessing();
    var squares = new ArrayList<Pixels>();
    for (Path file : files) {
      squares.add(preprocessing.square(ImageDecoder.read(file)));
    }
    try (var _ = new Scope()) {
      Tensor pixels = preprocessing.toTensor(squares);
      String names = Json.toLine(files.stream().map(Path::toString).toList());
      SafeTensors.write(out, Map.of("pixel_values", pixels), Map.of("files", names));
      Terminal.line("written", "%s: pixel_values f32 %s", out, Arrays.toString(pixels.shape()));
    }
    return 0;
  }
}
