package io.vlm4j.data;

import io.vlm4j.data.Collator.Row;
import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Which samples make up each batch: an endless sequence of shuffled epochs, the same for a seed
 * whoever asks and in whatever order.
 *
 * <p>Samples with the same principal text form a group. An epoch visits every group once and takes
 * one of its samples by chance, so a batch never holds two pictures of one text, which a
 * contrastive loss would take for a wrong pair, and a text with many pictures does not outweigh the
 * others. Where all texts differ, or there are none, this is the usual epoch. The last, incomplete
 * batch of an epoch is left out.
 */
public final class BatchOrder implements Batches {
  private final List<Sample> samples;
  private final List<List<Integer>> groups;
  private final int batchSize;
  private final long seed;
  private long shuffledEpoch = -1;
  private int[] shuffled = {};

  /**
   * An order over samples.
   *
   * @throws InputException if they do not fill one batch
   */
  public BatchOrder(List<Sample> samples, int batchSize, long seed) {
    if (batchSize < 1 || batchSize > samples.size()) {
      throw new InputException(
          "a batch of %d cannot be drawn from %d samples: choose a smaller batch size"
              .formatted(batchSize, samples.size()));
    }
    this.samples = samples;
    this.batchSize = batchSize;
    this.seed = seed;
    List<List<Integer>> byText = byText(samples);
    groups = byText.size() >= batchSize ? byText : alone(samples.size());
  }

  private static List<List<Integer>> byText(List<Sample> samples) {
    Map<Object, List<Integer>> groups = new LinkedHashMap<>();
    for (int i = 0; i < samples.size(); i++) {
      List<String> texts = samples.get(i).texts();
      Object key = texts.isEmpty() ? (Object) i : texts.getFirst();
      groups.computeIfAbsent(key, _ -> new ArrayList<>()).add(i);
    }
    return List.copyOf(groups.values());
  }

  /** Too few texts to keep them apart: every sample is its own group. */
  private static List<List<Integer>> alone(int count) {
    var groups = new ArrayList<List<Integer>>(count);
    for (int i = 0; i < count; i++) {
      groups.add(List.of(i));
    }
    return groups;
  }

  @Override
  public int batchesPerEpoch() {
    return groups.size() / batchSize;
  }

  @Override
  public List<Row> rows(long step, SkippedSamples skipped) {
    int[] chosen = batch(step);
    return IntStream.range(0, chosen.length)
        .mapToObj(row -> new Row(samples.get(chosen[row]), chance(step, row)))
        .toList();
  }

  /** A batch: indices of samples. */
  int[] batch(long step) {
    int[] order = epoch(step / batchesPerEpoch());
    int from = (int) (step % batchesPerEpoch()) * batchSize;
    var batch = new int[batchSize];
    for (int row = 0; row < batchSize; row++) {
      List<Integer> group = groups.get(order[from + row]);
      batch[row] = group.get(Chance.of(seed, step, ~row).nextInt(group.size()));
    }
    return batch;
  }

  /** The row's own source of chance: it depends on the seed, the step and the row alone. */
  RandomGenerator chance(long step, int row) {
    return Chance.of(seed, step, row);
  }

  private synchronized int[] epoch(long epoch) {
    if (epoch != shuffledEpoch) {
      shuffled = Chance.permutation(groups.size(), Chance.of(seed, epoch, Long.MIN_VALUE));
      shuffledEpoch = epoch;
    }
    return shuffled;
  }
}
