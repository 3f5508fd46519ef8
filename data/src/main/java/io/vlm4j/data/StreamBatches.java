package io.vlm4j.data;

import io.vlm4j.data.Collator.Row;
import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.List;

/**
 * Batches from sources too large for memory, mixed by weight.
 *
 * <p>In every stretch of a run each source has its share of the samples, to within one: after
 * {@code n} samples a source of share {@code w} has given {@code n w}, rounded. An epoch is one
 * pass over as many samples as all sources have together; a source of a larger share than its size
 * is seen several times in it.
 */
public final class StreamBatches implements Batches {
  /**
   * A source and its share.
   *
   * @param weight any positive number; only the ratios count
   */
  public record Weighted(ShardOrder order, double weight) {
    /** Checks the weight. */
    public Weighted {
      if (!(weight > 0) || Double.isInfinite(weight)) {
        throw new InputException("the weight of a source must be positive, not " + weight);
      }
    }
  }

  private final List<ShardOrder> orders;
  private final double[] until; // cumulated shares
  private final int batchSize;
  private final int batchesPerEpoch;
  private final long seed;

  /**
   * Batches of some sources.
   *
   * @throws InputException if the samples do not fill one batch
   */
  public StreamBatches(List<Weighted> sources, int batchSize, long seed) {
    orders = sources.stream().map(Weighted::order).toList();
    double all = sources.stream().mapToDouble(Weighted::weight).sum();
    until = new double[sources.size()];
    double share = 0;
    for (int i = 0; i < until.length; i++) {
      share += sources.get(i).weight() / all;
      until[i] = i == until.length - 1 ? 1 : share;
    }
    long samples = orders.stream().mapToLong(ShardOrder::size).sum();
    if (batchSize < 1 || samples < batchSize) {
      throw new InputException(
          "a batch of %d cannot be drawn from %d samples: choose a smaller batch size"
              .formatted(batchSize, samples));
    }
    this.batchSize = batchSize;
    this.seed = seed;
    batchesPerEpoch = Math.toIntExact(samples / batchSize);
  }

  @Override
  public int batchesPerEpoch() {
    return batchesPerEpoch;
  }

  @Override
  public List<Row> rows(long step, SkippedSamples skipped) {
    var rows = new ArrayList<Row>(batchSize);
    for (int source = 0; source < orders.size(); source++) {
      // The next source's share begins where this one's ends, so the counts add up to the batch.
      long first = given(step, source);
      long last = given(step + 1, source);
      for (long position = first; position < last; position++) {
        try {
          rows.add(new Row(orders.get(source).get(position), Chance.of(seed, position, source)));
        } catch (InputException e) {
          skipped.add(String.valueOf(e.getMessage()), e);
        }
      }
    }
    return rows;
  }

  /** How many samples of a source all batches before a step hold. */
  private long given(long step, int source) {
    long samples = step * batchSize;
    return Math.round(samples * until[source])
        - (source == 0 ? 0 : Math.round(samples * until[source - 1]));
  }
}
