package io.vlm4j.data;

import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.IntStream;

/**
 * Divides a data set into parts, such as for training and testing, by a hash of what samples have
 * in common: samples of one group are in one part, and stay in it when others are added.
 *
 * <p>The group's place between 0 and 1 is {@link TextHash#of(String)} of {@code SEED:GROUP}, taken
 * as unsigned, divided by 2^64; the parts follow one another with their shares.
 *
 * @param parts their shares by name, in order; the shares add up to 1
 * @param group what holds a sample's group: {@value #KEY}, {@value #TEXT}, or an entry of the
 *     metadata
 * @param seed other seeds give other parts
 */
public record Splitter(SequencedMap<String, Double> parts, String group, long seed) {
  /** A group a sample. */
  public static final String KEY = "key";

  /** Samples of the same principal text are a group. */
  public static final String TEXT = "text";

  /** Copies the parts and checks them. */
  public Splitter {
    parts = new LinkedHashMap<>(parts);
    double sum = 0;
    for (Map.Entry<String, Double> part : parts.entrySet()) {
      if (!part.getKey().matches("[A-Za-z0-9_-]+") || !(part.getValue() > 0)) {
        throw new InputException(
            "a part needs a name of letters and digits and a share above 0, not '%s' and %s"
                .formatted(part.getKey(), part.getValue()));
      }
      sum += part.getValue();
    }
    if (Math.abs(sum - 1) > 1e-6) {
      throw new InputException("the shares of %s add up to %.4g, not to 1".formatted(parts, sum));
    }
  }

  /** The part of a group. */
  public String partOf(String value) {
    double place = (TextHash.of(seed + ":" + value) >>> 11) * 0x1p-53;
    double end = 0;
    for (Map.Entry<String, Double> part : parts.entrySet()) {
      end += part.getValue();
      if (place < end) {
        return part.getKey();
      }
    }
    return parts.lastEntry().getKey(); // where the sum of the shares is a little below 1
  }

  /**
   * The group of a sample.
   *
   * @throws InputException if it has none
   */
  public String groupOf(Sample sample) {
    return switch (group) {
      case KEY -> sample.key();
      case TEXT -> sample.text();
      default -> {
        Object value = sample.metadata().get(group);
        if (value == null) {
          throw new InputException(
              "%s: no '%s' in its metadata %s to split by"
                  .formatted(sample.origin(), group, sample.metadata().keySet()));
        }
        yield value.toString();
      }
    };
  }

  /**
   * Divides a source. Reads every sample, but no pictures; keeps four bytes a sample.
   *
   * @param limit more samples are not looked at
   * @param keepGoing whether to go on past shards that cannot be opened
   * @param skipped is told of samples and shards that cannot be read, which are in no part
   * @return the parts by name, in order; their samples are views of the source's
   * @throws InputException if a sample has no group
   */
  public SequencedMap<String, Source> split(
      Source source, long limit, boolean keepGoing, SkippedSamples skipped) {
    var shards = new LinkedHashMap<String, List<Shard>>();
    parts.keySet().forEach(part -> shards.put(part, new ArrayList<>()));
    long left = limit;
    for (Shard shard : source.shards()) {
      List<Sample> samples = List.of();
      try {
        samples = left > 0 ? shard.open() : samples;
      } catch (InputException e) {
        if (!keepGoing) {
          throw e;
        }
        skipped.add(shard.name(), e);
      }
      samples = samples.subList(0, (int) Math.min(left, samples.size()));
      left -= samples.size();
      Map<String, int[]> chosen = choose(shard, samples, skipped);
      shards.forEach((part, views) -> {
        int[] indices = chosen.getOrDefault(part, new int[0]);
        if (indices.length > 0) {
          views.add(new View(shard, indices));
        }
      });
    }
    var sources = new LinkedHashMap<String, Source>();
    shards.forEach((part, views) ->
        sources.put(
            part,
            new Source(
                "%s, %s of %s by %s, seed %d".formatted(source.name(), part, parts, group, seed),
                views)));
    return sources;
  }

  /** The indices of each part's samples in a shard. */
  private Map<String, int[]> choose(Shard shard, List<Sample> samples, SkippedSamples skipped) {
    var chosen = new LinkedHashMap<String, IntStream.Builder>();
    for (int i = 0; i < samples.size(); i++) {
      Sample sample;
      try {
        sample = samples.get(i);
      } catch (InputException e) {
        skipped.add(shard.name() + "[" + i + "]", e);
        continue;
      }
      chosen.computeIfAbsent(partOf(groupOf(sample)), _ -> IntStream.builder()).add(i);
    }
    var indices = new LinkedHashMap<String, int[]>();
    chosen.forEach((part, builder) -> indices.put(part, builder.build().toArray()));
    return indices;
  }

  /** Some samples of a shard. */
  private record View(Shard shard, int[] indices) implements Shard {
    @Override
    public String name() {
      return shard.name();
    }

    @Override
    public int size() {
      return indices.length;
    }

    @Override
    public List<Sample> open() {
      List<Sample> all = shard.open();
      return new LazyList<>(indices.length, i -> all.get(indices[i]));
    }
  }
}
