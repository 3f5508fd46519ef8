package io.vlm4j.cli;

import io.vlm4j.data.Sample;
import io.vlm4j.model.Pretrained;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import org.bytedeco.pytorch.Device;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures what an image tokenizer leaves of pictures. */
@Command(
    name = "eval",
    description = "Measures what a tokenizer leaves of pictures, and shows some of them.")
final class TokenizerEvalCommand implements Callable<Integer> {
  @Mixin private final ModelOption model = new ModelOption();
  @Mixin private final PairData data = new PairData();
  @Mixin private final Devices devices = new Devices();

  @Option(
      names = "--data",
      paramLabel = "PATH",
      description = "Pictures to measure on (default: the demo's drawings). " + PairData.PLACES)
  private @Nullable String place;

  @Option(
      names = "--features",
      paramLabel = "MODEL",
      description =
          "Also the Frechet distance of its embeddings of pictures before and after; with other"
              + " features than Inception's this is not the FID of papers.")
  private @Nullable NamedModel features;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Where results.jsonl and reconstructions.html go.")
  private Path out = Path.of("");

  @Override
  public Integer call() {
    Device device = devices.open();
    try (var pretrained = Pretrained.load(model.folder(), device);
        var eyes = features == null ? null : Pretrained.load(features.folder(), device)) {
      TokenizerModel.of(pretrained, model.name());
      new TokenizerReport(pretrained, eyes, out).write(sets(pretrained));
    }
    return 0;
  }

  private SequencedMap<String, List<Sample>> sets(Pretrained pretrained) {
    if (place == null) {
      return IconSamples.open(Integer.MAX_VALUE).galleries();
    }
    var sets = new LinkedHashMap<String, List<Sample>>();
    sets.put(place, data.read(place, pretrained.spec()));
    return sets;
  }
}
