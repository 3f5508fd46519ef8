package io.vlm4j.data.summary;

import io.vlm4j.data.Picture;
import io.vlm4j.data.Positions;
import io.vlm4j.data.ProgressListener;
import io.vlm4j.data.Sample;
import io.vlm4j.data.SkippedSamples;
import io.vlm4j.data.Source;
import io.vlm4j.data.TextHash;
import io.vlm4j.image.ImageFormat;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Gatherers;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** One look at a source: pictures on many threads, all counts on one, in the samples' order. */
final class Survey {
  private static final int THREADS = Runtime.getRuntime().availableProcessors();

  private final Source source;
  private final DataSummary.Options options;
  private final SkippedSamples skipped = new SkippedSamples();
  private final Reservoir<DataSummary.Shown> shown;
  private final PartCounts parts = new PartCounts();
  private final PictureCounts pictures = new PictureCounts();
  private final TextCounts texts;
  private final MetadataCounts metadata = new MetadataCounts();

  Survey(Source source, DataSummary.Options options) {
    this.source = source;
    this.options = options;
    shown = new Reservoir<>(options.shown(), new SplittableRandom(options.seed()));
    texts = new TextCounts(new SplittableRandom(options.seed()));
  }

  /**
   * A sample on its way.
   *
   * @param place where it is shown, or -1
   */
  private record Chosen(long position, Sample sample, int place) {}

  /** A picture that was looked at; its size is 0 by 0 if it was not decoded. */
  record Seen(ImageFormat format, int bytes, long hash, int width, int height) {}

  private record Looked(Chosen chosen, List<Seen> pictures, byte @Nullable [] thumbnail) {}

  DataSummary run(ProgressListener progress) {
    var unreadable = new LinkedHashMap<String, InputException>();
    var positions =
        new Positions(
            source, options.limit(), (shard, cause) -> unreadable.put(shard.name(), cause));
    if (positions.count() == 0) {
      throw unreadable.values().stream()
          .findFirst()
          .orElseGet(() -> new InputException(source.name() + ": no samples in it"));
    }
    unreadable.forEach(skipped::add);
    LongStream.range(0, positions.count())
        .mapToObj(position -> read(positions, position))
        .flatMap(Optional::stream)
        .gather(Gatherers.mapConcurrent(THREADS, this::look))
        .flatMap(Optional::stream)
        .forEach(looked -> {
          count(looked);
          progress.advanced(looked.chosen().position() + 1, positions.count());
        });
    return new DataSummary(
        source.name(),
        positions.count(),
        parts.most(),
        pictures.summary(),
        texts.summary(),
        metadata.most(),
        shown.items(),
        skipped.sortedCauses());
  }

  private Optional<Chosen> read(Positions positions, long position) {
    try {
      return Optional.of(new Chosen(position, positions.get(position), shown.place()));
    } catch (InputException e) {
      skipped.add(positions.name(position), e);
      return Optional.empty();
    }
  }

  private Optional<Looked> look(Chosen chosen) {
    try {
      var seen = new ArrayList<Seen>();
      byte @Nullable [] thumbnail = null;
      for (Picture picture : chosen.sample().pictures()) {
        byte[] bytes = picture.bytes();
        boolean isShown = chosen.place() >= 0 && thumbnail == null;
        @Nullable Pixels pixels =
            options.decode() || isShown
                ? Picture.encoded(picture.name(), () -> bytes).pixels()
                : null;
        seen.add(
            new Seen(
                format(picture, bytes),
                bytes.length,
                TextHash.of(bytes),
                pixels == null ? 0 : pixels.width(),
                pixels == null ? 0 : pixels.height()));
        if (pixels != null && isShown) {
          thumbnail = Thumbnail.png(pixels);
        }
      }
      return Optional.of(new Looked(chosen, seen, thumbnail));
    } catch (InputException e) {
      skipped.add(chosen.sample(), e);
      return Optional.empty();
    }
  }

  private static ImageFormat format(Picture picture, byte[] bytes) {
    try {
      return ImageFormat.of(bytes);
    } catch (InputException e) {
      throw new InputException(picture.name() + ": " + e.getMessage(), e);
    }
  }

  private void count(Looked looked) {
    Sample sample = looked.chosen().sample();
    List<String> said = parts.add(sample);
    said.forEach(texts::add);
    looked.pictures().forEach(seen -> pictures.add(seen, options.decode()));
    sample.metadata().forEach(metadata::add);
    if (looked.chosen().place() >= 0) {
      shown.put(looked.chosen().place(), shown(sample, said, looked));
    }
  }

  private static DataSummary.Shown shown(Sample sample, List<String> said, Looked looked) {
    String note =
        looked.pictures().stream()
            .filter(seen -> seen.width() > 0)
            .findFirst()
            .map(seen -> seen.width() + " × " + seen.height())
            .orElse("");
    return new DataSummary.Shown(
        sample.key(), looked.thumbnail(), Excerpt.of(String.join(" · ", said), 300), note);
  }
}
