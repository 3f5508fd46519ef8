package io.vlm4j.cli;

import io.vlm4j.data.Conversion;
import io.vlm4j.data.Sink;
import io.vlm4j.data.SkippedSamples;
import io.vlm4j.data.Source;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Options for data sets that are made by chance: where they go, how large they are. */
final class MadeData {
  @Option(names = "--out", required = true, paramLabel = "DIR", description = "The shards' folder.")
  private Path out = Path.of("");

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "10000",
      description = "How many (default: ${DEFAULT-VALUE}).")
  private long count = 10_000;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Of all chance (default: ${DEFAULT-VALUE}).")
  private long seed;

  Path out() {
    return out;
  }

  long count() {
    return count;
  }

  long seed() {
    return seed;
  }

  /**
   * Writes a source, or what is missing of it.
   *
   * @param described what a run that goes on must be made of too
   * @param name of the samples, for the progress line
   */
  void write(Source source, Sink sink, String described, int shardSize, String name) {
    var skipped = new SkippedSamples();
    var settings = new Conversion.Settings(described, shardSize, count, true, false);
    DataOutput.run(new Conversion(source, out, settings, skipped), sink, name, out);
    DataOutput.tell(skipped);
  }
}
