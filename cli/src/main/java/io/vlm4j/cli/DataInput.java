package io.vlm4j.cli;

import io.vlm4j.data.Shard;
import io.vlm4j.data.Source;
import io.vlm4j.data.icons.IconSplit;
import io.vlm4j.data.records.RecordFormats;
import io.vlm4j.data.source.ClipBenchmarkFolder;
import io.vlm4j.data.source.Sources;
import io.vlm4j.io.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which data set a command reads. */
final class DataInput {
  private static final String ICONS = "icons:";

  @Mixin private final PairData data = new PairData();

  @Parameters(
      arity = "1..*",
      paramLabel = "PLACE",
      description = {
        PairData.PLACES,
        "Or icons: for the training pictures of the demo. With --format: the files of the format,"
            + " in its order."
      })
  private List<String> places = new ArrayList<>();

  @Option(
      names = "--format",
      paramLabel = "NAME",
      description = "An annotation layout; 'data formats' lists them.")
  private @Nullable String format;

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description =
          "Where the pictures of the --format are (default: the folder of the first PLACE).")
  private @Nullable Path images;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Look at the first N samples only (default: at all).")
  private long limit = Long.MAX_VALUE;

  long limit() {
    if (limit < 1) {
      throw new InputException("--limit must be at least 1, not " + limit);
    }
    return limit;
  }

  /** Opens the data set; its name tells all that was named. */
  Source open() {
    if (format != null) {
      List<Path> files = places.stream().map(Path::of).toList();
      Source source = RecordFormats.named(format).open(files, images == null ? folder() : images);
      String from = images == null ? "" : " with pictures of " + images;
      return new Source(format + ": " + String.join(" ", places) + from, source.shards());
    }
    if (images != null) {
      throw new InputException("--images goes with --format");
    }
    var shards = new ArrayList<Shard>();
    for (String place : places) {
      shards.addAll(
          place.equals(ICONS) ? List.of(icons()) : Sources.open(place, data.columns()).shards());
    }
    return new Source(String.join(" ", places), shards);
  }

  /** What clip_benchmark says of its classes beside the shards; nothing if this is no such set. */
  ClipBenchmarkFolder classes() {
    return ClipBenchmarkFolder.read(folder());
  }

  private Path folder() {
    Path place = Path.of(places.getFirst()).toAbsolutePath().normalize();
    return Objects.requireNonNullElse(place.getParent(), place);
  }

  private static Shard icons() {
    IconSplit split = IconSplit.load();
    return Shard.of(
        ICONS, Corpus.open(split, Corpus.RENDERED_SIZE, Integer.MAX_VALUE).training(split));
  }
}
