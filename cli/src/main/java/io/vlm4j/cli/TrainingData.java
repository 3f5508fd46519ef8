package io.vlm4j.cli;

import io.vlm4j.data.BatchOrder;
import io.vlm4j.data.Batches;
import io.vlm4j.data.LengthBatches;
import io.vlm4j.data.Part;
import io.vlm4j.data.Sample;
import io.vlm4j.data.ShardOrder;
import io.vlm4j.data.SkippedSamples;
import io.vlm4j.data.Source;
import io.vlm4j.data.StreamBatches;
import io.vlm4j.data.StreamBatches.Weighted;
import io.vlm4j.io.InputException;
import io.vlm4j.train.TrainingConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What a session learns from.
 *
 * @param size number of samples
 * @param texts captions to learn a tokenizer from
 * @param batches the order of samples, once the size of a batch is known
 */
record TrainingData(
    long size, Supplier<List<String>> texts, Function<TrainingConfig, Batches> batches) {
  /** Captions of a stream that a tokenizer is learned from. */
  private static final int MOST_TEXTS = 200_000;

  private static final int PICTURE = 1 << 20; // counts more than any text

  /** Samples whose records fit into memory; their pictures are read when they are needed. */
  static TrainingData of(List<Sample> samples) {
    return new TrainingData(
        samples.size(),
        () -> samples.stream().flatMap(TrainingData::texts).toList(),
        config -> byLength(new BatchOrder(samples, config.batchSize(), config.seed()), config));
  }

  private static Batches byLength(Batches batches, TrainingConfig config) {
    return config.groupByLength() == 1
        ? batches
        : new LengthBatches(batches, TrainingData::length, config.groupByLength(), config.seed());
  }

  /** Letters stand for tokens; samples with as many pictures come together. */
  private static int length(Sample sample) {
    int letters = texts(sample).mapToInt(String::length).sum();
    return sample.pictures().size() * PICTURE + Math.min(letters, PICTURE - 1);
  }

  /** Captions, or what is said in a dialogue. */
  private static Stream<String> texts(Sample sample) {
    return Stream.concat(
        sample.texts().stream(), sample.all(Part.Turn.class).stream().map(Part.Turn::text));
  }

  /**
   * Samples that are read as they are needed, shard by shard.
   *
   * @param factors how much more often than its size says each source is drawn from; empty for all
   *     alike
   * @param window how many samples are shuffled together
   * @param resampled whether shards are drawn with replacement
   */
  static TrainingData streamed(
      List<Source> sources, List<Double> factors, int window, boolean resampled) {
    if (!factors.isEmpty() && factors.size() != sources.size()) {
      throw new InputException(
          "--train-data-upsampling-factors names %d factors for %d sources"
              .formatted(factors.size(), sources.size()));
    }
    long size = sources.stream().mapToLong(Source::size).sum();
    return new TrainingData(
        size,
        () ->
            sources.stream()
                .flatMap(source -> source.stream(new SkippedSamples()))
                .flatMap(TrainingData::texts)
                .limit(MOST_TEXTS)
                .toList(),
        config -> {
          var weighted = new ArrayList<Weighted>();
          var skipped = new SkippedSamples();
          for (int i = 0; i < sources.size(); i++) {
            var order =
                new ShardOrder(sources.get(i), window, config.seed(), 0, 1, resampled, skipped);
            weighted.add(
                new Weighted(order, order.size() * (factors.isEmpty() ? 1 : factors.get(i))));
          }
          return byLength(new StreamBatches(weighted, config.batchSize(), config.seed()), config);
        });
  }
}
