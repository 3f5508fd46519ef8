package io.vlm4j.data;

import io.vlm4j.io.InputException;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A data set: samples in an order, in shards that can be read apart from one another.
 *
 * @param name for messages
 * @param shards in order
 */
public record Source(String name, List<Shard> shards) {
  /** Copies the list. */
  public Source {
    shards = List.copyOf(shards);
  }

  /** A source of one shard. */
  public static Source of(Shard shard) {
    return new Source(shard.name(), List.of(shard));
  }

  /** How many samples there are, damaged ones too. */
  public long size() {
    return shards.stream().mapToLong(Shard::size).sum();
  }

  /**
   * All samples in order, read as the stream is.
   *
   * @param skipped is told of damaged records and shards, which are left out
   */
  public Stream<Sample> stream(SkippedSamples skipped) {
    return shards.stream().flatMap(shard -> stream(shard, skipped));
  }

  private static Stream<Sample> stream(Shard shard, SkippedSamples skipped) {
    List<Sample> samples;
    try {
      samples = shard.open();
    } catch (InputException e) {
      skipped.add(shard.name(), e);
      return Stream.empty();
    }
    return IntStream.range(0, samples.size())
        .mapToObj(i -> get(samples, i, shard, skipped))
        .filter(Objects::nonNull)
        .map(Objects::requireNonNull);
  }

  private static @Nullable Sample get(
      List<Sample> samples, int index, Shard shard, SkippedSamples skipped) {
    try {
      return samples.get(index);
    } catch (InputException e) {
      skipped.add(shard.name() + "[" + index + "]", e);
      return null;
    }
  }
}
