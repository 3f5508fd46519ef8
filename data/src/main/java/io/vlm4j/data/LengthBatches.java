package io.vlm4j.data;

import io.vlm4j.data.Collator.Row;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/**
 * Regroups batches so that the samples of one have similar lengths, and little of it is padding: of
 * so many batches in a row the samples are sorted by length and cut anew, and the new batches are
 * shuffled.
 */
public final class LengthBatches implements Batches {
  private final Batches batches;
  private final ToIntFunction<Sample> length;
  private final int together;
  private final long seed;
  private long held = -1;
  private List<List<Row>> group = List.of();

  /**
   * Regrouped batches.
   *
   * @param length of a sample, such as the number of its tokens; asked once for each
   * @param together how many batches are regrouped: the more, the less padding, and the less chance
   */
  public LengthBatches(Batches batches, ToIntFunction<Sample> length, int together, long seed) {
    this.batches = batches;
    this.length = length;
    this.together = together;
    this.seed = seed;
  }

  @Override
  public int batchesPerEpoch() {
    return batches.batchesPerEpoch();
  }

  @Override
  public synchronized List<Row> rows(long step, SkippedSamples skipped) {
    long number = step / together;
    if (number != held) {
      group = regroup(number, skipped);
      held = number;
    }
    return group.get((int) (step % together));
  }

  private record Measured(Row row, int length) {}

  private List<List<Row>> regroup(long number, SkippedSamples skipped) {
    var sizes = new int[together];
    var all = new ArrayList<Measured>();
    for (int i = 0; i < together; i++) {
      List<Row> rows = batches.rows(number * together + i, skipped);
      sizes[i] = rows.size();
      rows.forEach(row -> all.add(new Measured(row, length.applyAsInt(row.sample()))));
    }
    all.sort(Comparator.comparingInt(Measured::length));
    int[] order = Chance.permutation(together, Chance.of(seed, number, together));
    var cut = new ArrayList<List<Row>>(together);
    int from = 0;
    for (int size : sizes) {
      cut.add(all.subList(from, from + size).stream().map(Measured::row).toList());
      from += size;
    }
    return IntStream.of(order).mapToObj(cut::get).toList();
  }
}
