package io.vlm4j.cli;

import io.vlm4j.data.embedding.EmbeddingFolder;
import io.vlm4j.io.InputException;
import io.vlm4j.model.Pretrained;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Turns pictures and texts into vectors, in the layout of clip-retrieval. */
@Command(
    name = "embed",
    description = {
      "Turns pictures or texts into unit vectors, in the layout of clip-retrieval.",
      "The same command continues where it was stopped."
    })
final class EmbedCommand implements Callable<Integer> {
  @Mixin private final ModelOption model = new ModelOption();
  @Mixin private final Devices devices = new Devices();
  @Mixin private final EmbedInput input = new EmbedInput();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "embeddings",
      description = "Where the vectors go (default: ${DEFAULT-VALUE}).")
  private Path out = Path.of("embeddings");

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      defaultValue = "64",
      description = "Pictures or texts at once (default: ${DEFAULT-VALUE}).")
  private int batchSize = 64;

  @Option(
      names = "--partition",
      paramLabel = "N",
      defaultValue = "100000",
      description = "Inputs in a file of vectors (default: ${DEFAULT-VALUE}).")
  private int partition = 100_000;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      defaultValue = "f16",
      description = "Of the vectors: f16 or f32 (default: ${DEFAULT-VALUE}).")
  private String dtype = "f16";

  @Override
  public Integer call() {
    if (batchSize < 1 || partition < 1) {
      throw new InputException(
          "--batch-size and --partition must be at least 1, not %d and %d"
              .formatted(batchSize, partition));
    }
    if (!List.of("f16", "f32").contains(dtype)) {
      throw new InputException("unknown --dtype '" + dtype + "': use f16 or f32");
    }
    List<EmbedInput.Row> rows = input.rows();
    Path folder = model.folder();
    var device = devices.open();
    try (var pretrained = Pretrained.load(folder, device);
        var _ = EmbedLock.of(out)) {
      new EmbedRecord(
              model.name(),
              EmbedRecord.hash(folder),
              input.names(),
              EmbedRecord.hash(rows),
              rows.size(),
              input.hasPictures() && input.hasTexts(),
              dtype,
              partition)
          .claim(out);
      try (var run =
          new EmbedRun(
              pretrained,
              new EmbeddingFolder(out),
              input.hasPictures(),
              input.hasTexts(),
              dtype.equals("f16"),
              batchSize)) {
        EmbedRun.Result result = run.embed(rows, partition);
        if (result.rows() == 0) {
          throw new InputException("not one of " + rows.size() + " pictures can be read");
        }
        Terminal.line(
            "embedded",
            "%s: %,d rows of %d values in %s, %d partitions (%d were there), %,d skipped",
            out,
            result.rows(),
            result.width(),
            dtype,
            result.partitions(),
            result.found(),
            rows.size() - result.rows());
      }
    }
    return 0;
  }
}
