package io.vlm4j.cli;

import io.vlm4j.data.Conversion;
import io.vlm4j.data.Sink;
import io.vlm4j.data.SkippedSamples;
import io.vlm4j.data.Source;
import io.vlm4j.data.sink.ClipBenchmarkSink;
import io.vlm4j.data.sink.Sinks;
import io.vlm4j.data.source.ClipBenchmarkFolder;
import io.vlm4j.io.InputException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a command writes a data set, and how. */
final class DataOutput {
  private static final int SHOWN_CAUSES = 5;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "LAYOUT",
      description = "webdataset, parquet, jsonl, clip-benchmark, or llava for dialogues.")
  private String layout = "";

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "A folder that is new, or one to go on in.")
  private Path out = Path.of("");

  @Option(
      names = "--shard-size",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Samples of the source for each shard (default: ${DEFAULT-VALUE}).")
  private int shardSize = 10_000;

  @Option(
      names = "--class",
      paramLabel = "FIELD",
      description =
          "The metadata that holds the class: --to clip-benchmark then writes a set for"
              + " classification (default: one for retrieval).")
  private @Nullable String classField;

  @Option(
      names = "--resume",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Leave shards that are complete as they are (default), or write all anew.")
  private boolean resume = true;

  @Option(
      names = "--keep-going",
      description =
          "Go on past files of the source that cannot be opened at all; samples that are broken are"
              + " left out and counted in any case.")
  private boolean keepGoing;

  Path folder() {
    return out;
  }

  Conversion.Settings settings(long limit) {
    String what = classField == null ? layout : layout + " of classes by " + classField;
    return new Conversion.Settings(what, shardSize, limit, resume, keepGoing);
  }

  /**
   * What opens a sink in a folder.
   *
   * @throws InputException if there is no such layout, or it does not take what was asked for
   */
  Function<Path, Sink> sinks(Source source, DataInput input, SkippedSamples skipped) {
    Sinks.open(layout, out); // refuses an unknown name
    String field = classField;
    if (field == null) {
      return folder -> Sinks.open(layout, folder);
    }
    if (!layout.equals(Sinks.CLIP_BENCHMARK)) {
      throw new InputException("--class goes with --to " + Sinks.CLIP_BENCHMARK);
    }
    ClipBenchmarkFolder told = input.classes();
    ClipBenchmarkFolder names =
        told.classNames().isEmpty() ? ClipBenchmarkFolder.of(source, field, skipped) : told;
    return folder -> ClipBenchmarkSink.classification(folder, names, field);
  }

  /** Runs a conversion with a progress line, and says what came of it. */
  static void run(Conversion conversion, Sink sink, String name, Path folder) {
    Conversion.Result result;
    try (var bar = new Terminal.Bar(name)) {
      result = conversion.run(sink, bar::showPace);
    }
    Terminal.line(
        name,
        "%s: %,d samples in %,d shards (%,d shards were there)",
        folder,
        result.samples(),
        result.shards(),
        result.found());
  }

  /** Names what was left out: how many, and the first causes. */
  static void tell(SkippedSamples skipped) {
    if (skipped.count() > 0) {
      Terminal.line("left out", "%,d broken or unfit", skipped.count());
      Map<String, String> causes = skipped.sortedCauses();
      causes.entrySet().stream()
          .limit(SHOWN_CAUSES)
          .forEach(cause -> Terminal.line("", "%s: %s", cause.getKey(), cause.getValue()));
      if (causes.size() > SHOWN_CAUSES) {
        Terminal.line("", "and %,d more", causes.size() - SHOWN_CAUSES);
      }
    }
  }
}
