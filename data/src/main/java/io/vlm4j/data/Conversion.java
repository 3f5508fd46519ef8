package io.vlm4j.data;

import io.vlm4j.io.InputException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Gatherers;
import java.util.stream.LongStream;

/**
 * Writes a source in another layout, and continues where it was stopped.
 *
 * <p>Shard i holds the samples from i times the shard size on, in order, without those that are
 * broken. So each shard is the same whatever became of the others, and one that is whole needs no
 * second look. The bytes of a sample are in memory before the {@link Sink} sees it: a picture that
 * cannot be read costs its sample, not its shard. Memory holds as many samples as there are
 * processors, and what the sink keeps of a shard.
 */
public final class Conversion {
  /**
   * How to convert.
   *
   * @param layout what the folder's {@code conversion.json} calls the sink's layout
   * @param shardSize samples of the source for each shard
   * @param limit more samples are not looked at
   * @param resume whether whole shards stay as they are
   * @param keepGoing whether to go on past files that cannot be opened; broken samples are left out
   *     in any case
   */
  public record Settings(
      String layout, int shardSize, long limit, boolean resume, boolean keepGoing) {
    /** Checks the sizes. */
    public Settings {
      if (shardSize < 1 || limit < 1) {
        throw new InputException(
            "a shard size and a limit must be at least 1, not %d and %d"
                .formatted(shardSize, limit));
      }
    }
  }

  /**
   * What came of it.
   *
   * @param samples written now
   * @param shards of the whole
   * @param found shards that were whole already
   */
  public record Result(long samples, int shards, int found) {}

  private static final int THREADS = Runtime.getRuntime().availableProcessors();

  private final Positions positions;
  private final Path folder;
  private final Settings settings;
  private final SkippedSamples skipped;
  private final ConversionRecord record;
  private long written;

  /**
   * Counts the samples, and looks whether the folder is free for them. Nothing is written yet.
   *
   * @param folder new, empty, or one that this conversion was begun in
   * @param skipped is told of what cannot be read
   * @throws InputException if the folder holds anything else, or the source has no samples
   */
  public Conversion(Source source, Path folder, Settings settings, SkippedSamples skipped) {
    this.folder = folder;
    this.settings = settings;
    this.skipped = skipped;
    positions =
        new Positions(
            source,
            settings.limit(),
            (shard, cause) -> {
              if (!settings.keepGoing()) {
                throw cause;
              }
              skipped.add(shard.name(), cause);
            });
    if (positions.count() == 0) {
      throw new InputException(source.name() + ": no samples in it");
    }
    record =
        new ConversionRecord(
            source.name(), settings.layout(), settings.shardSize(), positions.count());
    record.check(folder);
  }

  /** The samples of the source, broken ones too. */
  public long size() {
    return positions.count();
  }

  /**
   * Writes the shards that are not there, and what describes them all.
   *
   * @param sink of the folder
   * @param progress is told after each sample
   * @throws InputException if the disk is full, or no sample could be read
   */
  public Result run(Sink sink, ProgressListener progress) {
    record.claim(folder);
    int shards = Math.toIntExact(Math.ceilDiv(positions.count(), settings.shardSize()));
    int found = 0;
    for (int shard = 0; shard < shards; shard++) {
      long from = (long) shard * settings.shardSize();
      long to = Math.min(positions.count(), from + settings.shardSize());
      if (settings.resume() && sink.has(shard)) {
        found++;
      } else {
        sink.write(shard, samples(from, to, sink, progress));
      }
      progress.advanced(to, positions.count());
    }
    if (found == 0 && written == 0) {
      throw new InputException(
          "not one of %d samples can be written; the first: %s"
              .formatted(
                  positions.count(),
                  skipped.sortedCauses().values().stream().findFirst().orElse("not known")));
    }
    sink.finish();
    return new Result(written, shards, found);
  }

  private Iterator<Sample> samples(long from, long to, Sink sink, ProgressListener progress) {
    Set<String> members = new HashSet<>();
    return LongStream.range(from, to)
        .mapToObj(this::read)
        .flatMap(Optional::stream)
        .gather(Gatherers.mapConcurrent(THREADS, sample -> load(sample, sink)))
        .flatMap(Optional::stream)
        .filter(loaded -> isFirst(loaded, members))
        .map(loaded -> {
          written++;
          progress.advanced(loaded.position(), positions.count());
          return loaded.sample();
        })
        .iterator();
  }

  private record Numbered(long position, Sample sample, String member) {}

  private Optional<Numbered> read(long position) {
    try {
      return Optional.of(new Numbered(position, positions.get(position), ""));
    } catch (InputException e) {
      skipped.add(positions.name(position), e);
      return Optional.empty();
    }
  }

  private Optional<Numbered> load(Numbered sample, Sink sink) {
    try {
      Sample loaded = LoadedSample.of(sample.sample());
      return Optional.of(new Numbered(sample.position(), loaded, sink.member(loaded)));
    } catch (InputException e) {
      skipped.add(sample.sample(), e);
      return Optional.empty();
    }
  }

  private boolean isFirst(Numbered sample, Set<String> members) {
    if (sample.member().isEmpty() || members.add(sample.member())) {
      return true;
    }
    skipped.add(
        sample.sample(),
        new InputException("a second sample of key '%s' in one shard".formatted(sample.member())));
    return false;
  }
}
