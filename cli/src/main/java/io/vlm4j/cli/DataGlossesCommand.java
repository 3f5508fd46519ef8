package io.vlm4j.cli;

import io.vlm4j.data.Conversion;
import io.vlm4j.data.Sink;
import io.vlm4j.data.SkippedSamples;
import io.vlm4j.data.Source;
import io.vlm4j.data.records.WordNetGlosses;
import io.vlm4j.data.sink.Sinks;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Writes a data set of what words mean. */
@Command(
    name = "glosses",
    description = {
      "Writes what the words of English mean, a text for each meaning, from WordNet 3.1:",
      "some 118,000 short texts to train a small language model on."
    })
final class DataGlossesCommand implements Callable<Integer> {
  private static final int SHARD = 200_000;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "The files' folder.")
  private Path out = Path.of("");

  @Option(
      names = "--to",
      paramLabel = "LAYOUT",
      defaultValue = "jsonl",
      description = "webdataset, parquet or jsonl (default: ${DEFAULT-VALUE}).")
  private String layout = "jsonl";

  @Override
  public Integer call() {
    Sink sink = Sinks.open(layout, out);
    Source source = WordNetGlosses.source();
    var skipped = new SkippedSamples();
    var settings = new Conversion.Settings(layout, SHARD, source.size(), true, false);
    DataOutput.run(new Conversion(source, out, settings, skipped), sink, "texts", out);
    DataOutput.tell(skipped);
    return 0;
  }
}
