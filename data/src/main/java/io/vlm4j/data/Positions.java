package io.vlm4j.data;

import io.vlm4j.io.InputException;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The samples of a source by their number in it. A shard that cannot be opened has no numbers.
 *
 * <p>For one thread. Reading in order keeps one shard open at a time.
 */
public final class Positions {
  private final List<Shard> shards;
  private final long[] starts; // of each shard, and the end of the last
  private int current = -1;
  private @Nullable List<Sample> open;

  /**
   * Counts the samples, which may read every shard once.
   *
   * @param limit more are not looked at
   * @param unreadable is told of shards that cannot be opened; it may throw the cause
   */
  public Positions(Source source, long limit, BiConsumer<Shard, InputException> unreadable) {
    shards = source.shards();
    starts = new long[shards.size() + 1];
    for (int i = 0; i < shards.size(); i++) {
      starts[i + 1] = starts[i];
      if (starts[i] < limit) {
        try {
          starts[i + 1] += Math.min(shards.get(i).size(), limit - starts[i]);
        } catch (InputException e) {
          unreadable.accept(shards.get(i), e);
        }
      }
    }
  }

  /** How many there are, damaged ones too. */
  public long count() {
    return starts[shards.size()];
  }

  /** What to call a sample that cannot be read. */
  public String name(long position) {
    int shard = shardOf(position);
    return shards.get(shard).name() + "[" + (position - starts[shard]) + "]";
  }

  /**
   * A sample.
   *
   * @throws InputException if it is damaged, or its shard cannot be opened
   */
  public Sample get(long position) {
    int shard = shardOf(position);
    if (shard != current || open == null) {
      open = null; // the last one is released before the next takes its room
      open = shards.get(shard).open();
      current = shard;
    }
    int index = (int) (position - starts[shard]);
    if (index >= open.size()) {
      throw new InputException(
          "%s holds %d samples, not %d as is told of it"
              .formatted(shards.get(shard).name(), open.size(), shards.get(shard).size()));
    }
    return open.get(index);
  }

  private int shardOf(long position) {
    int low = 0;
    int high = shards.size() - 1;
    while (low < high) { // the last shard that begins at or before the position and has samples
      int middle = (low + high + 1) >>> 1;
      if (starts[middle] <= position) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }
}
