package io.vlm4j.data;

import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PrimitiveIterator;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * The order of one pass after another over a source, shuffled as far as memory allows, and shared
 * among ranks without loss.
 *
 * <p>An epoch shuffles the shards, cuts their samples into as many equal stretches as there are
 * ranks, and shuffles each stretch in windows of whole length: what a shuffle buffer does, but as a
 * function of the position alone. So any position can be had at once, in the middle of an epoch or
 * by several threads, and gives the same sample for the same seed. Every rank gets the same number
 * of samples; at most {@code ranks - 1} of an epoch are left over, others each time.
 *
 * <p>With replacement, as OpenCLIP's {@code --dataset-resampled} has it, an epoch is as long, but
 * its shards are drawn one after the other among all: some come several times, some not at all. So
 * the epochs of sets that are seen only in part, or are mixed at any rate, are all alike.
 *
 * <p>Only the shards of the windows in use are open. Safe for any number of threads.
 */
public final class ShardOrder {
  private static final int OPEN_WINDOWS = 3;

  private final Source source;
  private final int[] sizes;
  private final long perRank;
  private final int rank;
  private final int window;
  private final long seed;
  private final boolean resampled;
  private final Map<Long, Window> open =
      new LinkedHashMap<>(8, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Window> eldest) {
          return size() > OPEN_WINDOWS;
        }
      };

  /**
   * An order in which an epoch has every shard once.
   *
   * @param window how many samples are shuffled together
   * @param rank this process among {@code ranks}, from 0
   * @param skipped is told of shards that cannot be opened; they are left out
   * @throws InputException if there is not a sample for every rank
   */
  public ShardOrder(
      Source source, int window, long seed, int rank, int ranks, SkippedSamples skipped) {
    this(source, window, seed, rank, ranks, false, skipped);
  }

  /**
   * An order.
   *
   * @param window how many samples are shuffled together
   * @param rank this process among {@code ranks}, from 0
   * @param resampled whether shards are drawn with replacement
   * @param skipped is told of shards that cannot be opened; they are left out
   * @throws InputException if there is not a sample for every rank
   */
  public ShardOrder(
      Source source,
      int window,
      long seed,
      int rank,
      int ranks,
      boolean resampled,
      SkippedSamples skipped) {
    if (rank < 0 || rank >= ranks || window < 1) {
      throw new IllegalArgumentException(
          "rank %d of %d, windows of %d".formatted(rank, ranks, window));
    }
    this.resampled = resampled;
    this.source = source;
    this.window = window;
    this.seed = seed;
    this.rank = rank;
    sizes = source.shards().stream().mapToInt(shard -> size(shard, skipped)).toArray();
    perRank = Arrays.stream(sizes).asLongStream().sum() / ranks;
    if (perRank == 0) {
      throw new InputException(
          "%s: fewer samples than the %d processes that share them"
              .formatted(source.name(), ranks));
    }
  }

  private static int size(Shard shard, SkippedSamples skipped) {
    try {
      return shard.size();
    } catch (InputException e) {
      skipped.add(shard.name(), e);
      return 0;
    }
  }

  /** Samples of an epoch for each rank. */
  public long size() {
    return perRank;
  }

  /**
   * The sample at a position, counted from the start of the first epoch.
   *
   * @throws InputException if that record is damaged
   */
  public Sample get(long position) {
    long epoch = position / perRank;
    long at = position % perRank;
    return window(epoch, at / window).get((int) (at % window));
  }

  private Window window(long epoch, long number) {
    long key = epoch * (perRank / window + 1) + number;
    synchronized (open) {
      Window found = open.get(key);
      if (found == null) {
        found = new Window(epoch, number);
        open.put(key, found);
      }
      return found;
    }
  }

  /** The shards of an epoch, one after the other. */
  private IntStream shards(long epoch) {
    RandomGenerator chance = Chance.of(seed, epoch, -1);
    return resampled
        ? chance.ints(0, sizes.length)
        : Arrays.stream(Chance.permutation(sizes.length, chance));
  }

  private int[] shuffled(int count, long epoch, long number) {
    return Chance.permutation(count, Chance.of(seed, epoch, number));
  }

  /** A stretch of shards, and an order of the samples in it. */
  private final class Window {
    private record Stretch(Shard shard, int from, int count) {}

    private final List<Stretch> stretches = new ArrayList<>();
    private final List<List<Sample>> samples = new ArrayList<>();
    private final int[] order;

    Window(long epoch, long number) {
      long from = rank * perRank + number * window;
      long to = Math.min(from + window, (rank + 1) * perRank);
      long passed = 0;
      PrimitiveIterator.OfInt shards = shards(epoch).iterator();
      while (passed < to) {
        int index = shards.nextInt();
        long start = Math.max(from, passed);
        long end = Math.min(to, passed + sizes[index]);
        if (start < end) {
          stretches.add(
              new Stretch(source.shards().get(index), (int) (start - passed), (int) (end - start)));
        }
        passed += sizes[index];
      }
      order = shuffled((int) (to - from), epoch, number);
    }

    Sample get(int i) {
      int at = order[i];
      int part = 0;
      while (at >= stretches.get(part).count) {
        at -= stretches.get(part).count;
        part++;
      }
      List<Sample> all = samples(part);
      int index = stretches.get(part).from + at;
      if (index >= all.size()) {
        throw new InputException(
            "%s: %d samples, where its recorded size promises more"
                .formatted(stretches.get(part).shard.name(), all.size()));
      }
      return all.get(index);
    }

    private synchronized List<Sample> samples(int part) {
      while (samples.size() <= part) {
        samples.add(stretches.get(samples.size()).shard.open());
      }
      return samples.get(part);
    }
  }
}
