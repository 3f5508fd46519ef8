package io.vlm4j.cli;

import io.vlm4j.data.Conversion;
import io.vlm4j.data.SkippedSamples;
import io.vlm4j.data.Source;
import io.vlm4j.data.Splitter;
import io.vlm4j.io.InputException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Divides a data set into parts, each written as a data set of its own. */
@Command(
    name = "split",
    description = {
      "Divides a data set into parts by a hash, each written to a folder of its own.",
      "A sample stays in its part when others are added, and samples of one group stay together.",
      "The same command continues where it was stopped."
    })
final class DataSplitCommand implements Callable<Integer> {
  @Mixin private final DataInput input = new DataInput();
  @Mixin private final DataOutput output = new DataOutput();

  @Option(
      names = "--parts",
      required = true,
      split = ",",
      paramLabel = "NAME=SHARE",
      description = "The parts, for example train=0.9,val=0.05,test=0.05.")
  private Map<String, Double> parts = new LinkedHashMap<>();

  @Option(
      names = "--by",
      paramLabel = "GROUP",
      defaultValue = Splitter.KEY,
      description =
          "What is never divided: samples of the same key, of the same text, or with the same value"
              + " of a field of the metadata (default: ${DEFAULT-VALUE}).")
  private String group = Splitter.KEY;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "0",
      description = "Another one divides otherwise (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Override
  public Integer call() {
    var splitter = new Splitter(new LinkedHashMap<>(parts), group, seed);
    var skipped = new SkippedSamples();
    Source source = input.open();
    var settings = output.settings(Long.MAX_VALUE);
    var sinks = output.sinks(source, input, skipped);
    SequencedMap<String, Source> sources =
        splitter.split(source, input.limit(), settings.keepGoing(), skipped);
    // All folders are looked at before the first is written to.
    var conversions = new LinkedHashMap<String, Conversion>();
    sources.forEach((part, samples) -> {
      if (samples.shards().isEmpty()) {
        Terminal.line(part, "no samples fall into it");
      } else {
        conversions.put(part, new Conversion(samples, folder(part), settings, skipped));
      }
    });
    if (conversions.isEmpty()) {
      throw new InputException(source.name() + ": no samples in it");
    }
    long all = conversions.values().stream().mapToLong(Conversion::size).sum();
    conversions.forEach((part, conversion) -> {
      DataOutput.run(conversion, sinks.apply(folder(part)), part, folder(part));
      Terminal.line("", "%.2f %% of the samples", 100.0 * conversion.size() / all);
    });
    DataOutput.tell(skipped);
    return 0;
  }

  private Path folder(String part) {
    return output.folder().resolve(part);
  }
}
