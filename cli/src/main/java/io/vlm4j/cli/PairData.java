package io.vlm4j.cli;

import io.vlm4j.data.PairFiles;
import io.vlm4j.data.Sample;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** Options for the columns of a table of pairs, with OpenCLIP's names. */
final class PairData {
  @Option(
      names = "--csv-img-key",
      paramLabel = "COLUMN",
      defaultValue = "filepath",
      description = "Column of the picture files in a CSV or TSV (default: ${DEFAULT-VALUE}).")
  private String pictureColumn = "filepath";

  @Option(
      names = "--csv-caption-key",
      paramLabel = "COLUMN",
      defaultValue = "title",
      description = "Column of the captions (default: ${DEFAULT-VALUE}).")
  private String captionColumn = "title";

  List<Sample> read(Path path) {
    return PairFiles.read(path, pictureColumn, captionColumn);
  }
}
